"""What is meant by a question, and what follows from the graph."""
