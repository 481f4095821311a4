"""Azure DevOps, as its connector sees it."""
