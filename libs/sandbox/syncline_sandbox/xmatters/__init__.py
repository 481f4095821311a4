"""A simulated xMatters: people, groups and devices of one company, by the REST API of version 1."""
