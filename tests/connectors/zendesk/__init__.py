"""Zendesk Support, as its connector sees it."""
