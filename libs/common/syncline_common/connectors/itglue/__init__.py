"""IT Glue."""
