"""Jira Cloud, as its connector sees it."""
