"""Two bits of a codeword are inverted: in SBUF, in PSUM, in device memory."""

from __future__ import annotations

from collections.abc import Callable

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.isa.csr import Csr, Trap

from ...every_option import EVERY_OPTION
from .operands import BASES
from .specimen import Bad

__all__ = ["IN_MEMORY", "ON_CHIP"]

_PLACES = ((0, 0x00, 0), (1, 0x08, 3), (3, 0x38, 7))
"""Partition, offset of a word, and the byte of it that a PSUM reader finds."""
_FILL = "memset dst=sbuf.bf16[0+4, 0x0, 1x64] value=1"
_READERS: dict[str, tuple[str, list[str]]] = {
    "store": ("gpsimd", [BASES["dma_store"][1].replace("0x0, 1x16]", "0x0, 1x128]", 1)
                         .replace("1x64] q", "1x512] q")]),
    "vector": ("vector", ["tensor_copy in0=sbuf.bf16[0+4, 0x0, 1x64] dst=sbuf.bf16[0+4, 0x100, "
                          "1x64] round_mode=nearest_even"]),
    "scalar": ("scalar", ["activate in0=sbuf.bf16[0+4, 0x0, 1x64] dst=sbuf.bf16[0+4, 0x200, 1x64] "
                          "bias=0.0 scale=1.0 function=relu round_mode=nearest_even"]),
    "moving": ("tensor", ["multiply_moving src=sbuf.bf16[0+4, 0x0, 1x64] dst=psum.fp32[0+4, 0x0, "
                          "1x64] accumulate=0"]),
}  # fmt: skip
_PSUM_READERS: dict[str, tuple[str, list[str]]] = {
    "vector": ("vector", ["tensor_copy in0=psum.bf16[0+4, 0x0, 1x64] dst=sbuf.bf16[0+4, 0x100, "
                          "1x64] round_mode=nearest_even"]),
    "scalar": ("scalar", ["activate in0=psum.bf16[0+4, 0x0, 1x64] dst=sbuf.bf16[0+4, 0x200, 1x64] "
                          "bias=0.0 scale=1.0 function=relu round_mode=nearest_even"]),
}  # fmt: skip


def _inject(partition: int, offset: int, flips: int, *, psum: bool
            ) -> Callable[[CoreConfig], dict[int, int]]:  # fmt: skip
    """When the place is written next, these bits of its codeword are inverted."""
    return lambda config: {
        Csr.INJECT_ADDRESS: partition << 24 | offset, Csr.INJECT_LO: flips & 0xFFFF_FFFF,
        Csr.INJECT_HI: flips >> 32 & 0xFFFF_FFFF, Csr.INJECT_CHECK: flips >> 64,
        Csr.INJECT: 1 | psum << 1,
    }  # fmt: skip


def _on_chip(reader: str, place: tuple[int, int, int], *, psum: bool) -> Bad:
    stream, lines = (_PSUM_READERS if psum else _READERS)[reader]
    partition, offset, byte = place
    offset += byte if psum else 0
    fill = _FILL.replace("sbuf", "psum") if psum else _FILL
    streams = {"vector": [f"{fill} update(s1 += 1)"]}
    lines = [f"{lines[0]} wait(s1 >= 1)", *lines[1:]]
    pc = 0
    if stream == "vector":
        pc, lines = 1, [*streams["vector"], *lines]
    flips = 0b101 << byte if psum else 1 << (9 * byte) | 1 << (71 - byte)
    where = "PSUM" if psum else "SBUF"
    return Bad(f"{reader} reads partition {partition} of {where} at 0x{offset:x}",
               {**streams, stream: lines},
               Trap.PSUM_ECC_ERROR if psum else Trap.SBUF_ECC_ERROR, stream, pc,
               partition << 24 | offset, config=EVERY_OPTION,
               registers=_inject(partition, offset, flips, psum=psum))  # fmt: skip


ON_CHIP: list[Bad] = [
    *(_on_chip(reader, place, psum=False) for reader in _READERS for place in _PLACES),
    *(_on_chip(reader, place, psum=True) for reader in _PSUM_READERS for place in _PLACES),
]


def _in_memory(name: str, line: str, place: str, mask: int, *, stream: str = "sync") -> Bad:
    return Bad(f"{name}: two bits at {place}", {stream: ["nop", line]}, Trap.ECC_ERROR, stream, 1,
               place, config=EVERY_OPTION, flips=((place, mask),))  # fmt: skip


IN_MEMORY: list[Bad] = [
    *(_in_memory(name, BASES[name][1], f"x+{word}", mask)
      for name in ("dma_load", "dma_copy")
      for word, mask in ((0, 3), (32, 1 << 63 | 1), (56, 1 << 71 | 1 << 64))),
    Bad("two bits of an instruction", {"scalar": ["nop", "nop", "nop"]}, Trap.ECC_ERROR,
        "scalar", 2, "code+256", config=EVERY_OPTION, flips=(("code+256", 0x81),)),
    Bad("two bits at an instruction's end", {"tensor": ["nop", "nop"]}, Trap.ECC_ERROR,
        "tensor", 1, "code+248", config=EVERY_OPTION, flips=(("code+248", 1 << 70 | 1),)),
]  # fmt: skip
