"""A connection's configuration: the document, what can be wrong with it, and what its transforms and filters do."""
