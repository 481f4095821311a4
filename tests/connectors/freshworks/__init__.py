"""What Freshdesk and Freshservice have in common."""
