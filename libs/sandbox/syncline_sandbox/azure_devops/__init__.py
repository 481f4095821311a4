"""A simulated Azure DevOps organisation: boards and work items, from the vendor's facts."""
