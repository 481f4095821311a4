"""The kinds of systems we know. Ask `catalogue` for a kind, and `addresses` whose address something is."""
