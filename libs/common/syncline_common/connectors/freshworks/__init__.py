"""What Freshdesk and Freshservice have in common. Each has a connector of its own, which says where they differ."""
