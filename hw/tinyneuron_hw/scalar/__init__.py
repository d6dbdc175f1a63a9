"""Scalar engine: ``function(in * scale + bias)``, element by element.

Read `engine.py`, then `lane.py` (what one partition computes).
"""
