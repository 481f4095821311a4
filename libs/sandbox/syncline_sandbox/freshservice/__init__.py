"""Freshservice, simulated."""
