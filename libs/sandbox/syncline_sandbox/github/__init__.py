"""A simulated GitHub: issues by REST, from the vendor's facts."""
