"""The bodies of the worker's loops: scan, work, sweep, finish. Nothing in here knows a clock, an id or a system by itself."""
