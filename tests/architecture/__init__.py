"""The rules of the house as code. A package, so that its tests may be called as others are."""
