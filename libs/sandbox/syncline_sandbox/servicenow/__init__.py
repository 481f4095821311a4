"""A simulated ServiceNow instance: the Table API and its neighbours, from the vendor's facts."""
