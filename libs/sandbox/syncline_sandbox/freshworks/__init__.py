"""What Freshdesk and Freshservice have in common: one platform, told apart where they differ."""
