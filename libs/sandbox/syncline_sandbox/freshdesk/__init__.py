"""Freshdesk, simulated."""
