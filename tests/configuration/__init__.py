"""The configuration: its document, what can be wrong with it, transforms and filters."""
