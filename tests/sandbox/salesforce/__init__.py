"""The simulated organisation of Salesforce."""
