"""Floating-point datapath: unpack, raw operation, one shared rounding component.

Read `unpack.py`, `round.py`, then `add.py`. Every operation is IEEE 754 binary32, round to
nearest even, subnormals kept; any NaN result is the canonical NaN.
"""
