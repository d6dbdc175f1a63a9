"""Benchmarks: one program on one target, compared with golden, as one JSON object."""
