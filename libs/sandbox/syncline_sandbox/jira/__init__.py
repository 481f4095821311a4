"""A simulated site of Jira Cloud: the platform's REST API, version 3, from the vendor's facts."""
