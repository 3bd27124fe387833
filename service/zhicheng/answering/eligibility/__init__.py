"""Who may apply for what, and when: the requirement trees of the graph evaluated on a profile, in three values."""
