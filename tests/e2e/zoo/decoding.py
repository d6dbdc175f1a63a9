"""Bytes that are no instruction of their stream."""

from __future__ import annotations

from tinyneuron_hw.isa.csr import Trap

from .operands import BASES
from .specimen import Bad, bad

__all__ = ["DECODING"]

_UNKNOWN = {0x00: "tensor", 0x1F: "vector", 0x3F: "scalar", 0x5F: "gpsimd", 0x7F: "sync",
            0x9F: "tensor", 0xC3: "vector", 0xFE: "scalar", 0xFF: "sync"}  # fmt: skip
_FOREIGN = {
    "memset": ("tensor", "scalar", "gpsimd", "sync"),
    "tensor_copy": ("tensor", "scalar", "sync"),
    "max8": ("gpsimd", "scalar"),
    "transpose": ("sync",),
    "load_stationary": ("vector", "scalar", "sync"),
    "multiply_moving": ("vector", "gpsimd"),
    "activate": ("tensor", "vector", "sync"),
    "activate_read": ("vector",),
}
_RESERVED = {
    "nop": 127, "halt": 16, "register op=add dst=1 a=2 b=3": 127, "memset": 127,
    "branch condition=always a=0 b=0 target=0": 127, "tensor_copy": 127, "dma_ring": 127,
    "loop counter=0 counter_enable=0 count=1 start=0 step=0 body=1": 127, "load_stationary": 127,
    "activate": 127,
}  # fmt: skip
"""Instruction -> a byte of it that is reserved."""


def _text(name: str) -> tuple[str, str]:
    return BASES.get(name, ("sync", name))


DECODING: list[Bad] = [
    *(bad(f"opcode 0x{code:02x} in {stream}", stream, f"nop ! 0={code:#x}", Trap.BAD_OPCODE,
          before=code % 4, says=".raw")
      for code, stream in _UNKNOWN.items()),
    *(bad(f"{name} in {stream}", stream, _text(name)[1], Trap.BAD_OPCODE, before=len(name) % 3)
      for name, streams in _FOREIGN.items() for stream in streams),
    *(bad(f"reserved bit of {name.split()[0]}", _text(name)[0],
          f"{_text(name)[1]} ! {byte}=0x80", Trap.BAD_OPCODE, before=1, says=".raw")
      for name, byte in _RESERVED.items()),
    bad("all bits one", "vector", "nop ! " + " ".join(f"{i}=0xff" for i in range(128)),
        Trap.BAD_OPCODE),
]  # fmt: skip
