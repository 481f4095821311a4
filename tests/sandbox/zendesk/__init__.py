"""That the simulated Zendesk Support is as strict as the vendor."""
