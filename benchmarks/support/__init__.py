"""What search benchmarks stand on: a node of their own, our dictionary on it, and the texts to search."""
