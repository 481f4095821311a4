"""xMatters, as its connector sees it."""
