"""What every connector has to keep, whatever happens between it and its vendor: one suite for all of them.

A connector joins by a `Subject`: how its simulated system is made, its record type, values to write. Tests subclass
the classes of this package and provide the fixture `subject`.
"""
