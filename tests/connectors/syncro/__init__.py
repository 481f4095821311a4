"""ServiceNow, as its connector sees it."""
