"""Simulated vendor systems, as strict as the products: for tests, the demo and benchmarks."""
