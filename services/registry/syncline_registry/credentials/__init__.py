"""Proofs of who somebody is: passwords, random tokens, the key that signs."""
