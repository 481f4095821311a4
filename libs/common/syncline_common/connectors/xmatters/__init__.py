"""xMatters."""
