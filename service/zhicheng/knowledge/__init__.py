"""What is known: the graph, how it is loaded and checked, where it is kept, and the questions that can be put to it."""
