"""The instruction set: layouts and rules only; nothing here elaborates.

Read `opcodes.py`, then `operands.py`, then `instructions.py`. `codec.py` packs and unpacks,
`rules.py` says which operand values are legal, `csr.py` is the control-register map.
"""
