"""Zendesk Support, simulated."""
