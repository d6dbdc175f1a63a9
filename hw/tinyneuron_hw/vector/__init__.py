"""Vector engine: arithmetic on one or two tensors, reductions, casts.

Read `engine.py`, then `lane.py` (what one partition computes), `alu.py` and `reduce.py`.
"""
