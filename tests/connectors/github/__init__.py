"""GitHub, as its connector sees it."""
