"""A simulated organisation of Salesforce."""
