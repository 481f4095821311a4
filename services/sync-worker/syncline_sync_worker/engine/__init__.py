"""What the sync worker decides, as pure functions: no clock, no I/O, no ids of its own."""
