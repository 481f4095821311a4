"""The simulated GitHub refuses what GitHub refuses."""
