"""IT Glue, as its connector sees it."""
