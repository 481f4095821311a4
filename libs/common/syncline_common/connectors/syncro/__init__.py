"""Syncro."""
