"""Golden model: executes the same binary programs as the hardware, bit for bit, and finds the
errors hardware cannot see.

Read `core.py` first (streams and DMA queues as threads), then `prepared.py` (an instruction
from its bytes to checked operands), then one engine, `tensor.py`. `numerics.py` is the arithmetic.
"""

from .errors import GoldenError

__all__ = ["GoldenError"]
