"""Salesforce cases."""
