"""What is learned from training rows, and how sure it may be."""
