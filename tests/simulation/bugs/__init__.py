"""What is planted: each a slip that somebody could make, small, and such that it might pass a review."""
