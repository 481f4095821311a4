"""The engine's pure part: by hand and by properties."""
