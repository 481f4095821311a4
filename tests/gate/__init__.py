"""Several processes on one budget."""
