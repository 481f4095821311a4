"""IT Glue, simulated."""
