"""SyncroMSP, simulated."""
