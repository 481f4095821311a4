"""GitHub issues."""
