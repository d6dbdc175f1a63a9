"""Rings of descriptors and lists of buffers with something wrong in device memory."""

from __future__ import annotations

import struct
from collections.abc import Callable

from tinyneuron.program.syntax import parse_instruction
from tinyneuron_hw.isa.codec import encode
from tinyneuron_hw.isa.csr import Trap
from tinyneuron_hw.isa.opcodes import Opcode

from .specimen import SIZE, Bad, Fill

__all__ = ["LISTS", "RINGS"]

_COPY = (
    "dma_copy src=dev.uint8[{:#x}, 1x{}] dst=dev.uint8[{:#x}, 1x{}] queue={} "
    "round_mode=nearest_even"
)
_BAD_AT = 2
"""Which of the four descriptors is the bad one."""


def _raw(text: str) -> bytes:
    opcode, fields, _ = parse_instruction(text)
    return encode(opcode, fields)


def _good(at: Callable[[str], int], number: int) -> bytes:
    return _raw(_COPY.format(at("x") + 64 * number, 64, at("y") + 64 * number, 64, 0))


def _ring(broken: Callable[[Callable[[str], int]], bytes]) -> Fill:
    """Four descriptors."""

    def fill(at: Callable[[str], int]) -> bytes:
        return b"".join(broken(at) if n == _BAD_AT else _good(at, n) for n in range(4))

    return fill


def _bad_ring(name: str, cause: Trap, broken: Callable[[Callable[[str], int]], bytes],
              address: int | str = f"z+{128 * _BAD_AT}") -> Bad:  # fmt: skip
    lines = ["nop", "dma_ring ring=ring[z+0x0, 0+4, 4] queue=1 update(s0 += 1)",
             "nop wait(s0 >= 1)"]  # fmt: skip
    return Bad(f"ring: {name}", {"gpsimd": lines}, cause, "gpsimd", 1, address, ("dma_ring",),
               fills={"z": _ring(broken)})  # fmt: skip


def _changed(number: int, value: int) -> Callable[[Callable[[str], int]], bytes]:
    def broken(at: Callable[[str], int]) -> bytes:
        raw = bytearray(_good(at, _BAD_AT))
        raw[number] = value
        return bytes(raw)

    return broken


RINGS: list[Bad] = [
    _bad_ring("zeros", Trap.BAD_OPCODE, lambda at: bytes(128)),
    _bad_ring("ones", Trap.BAD_OPCODE, lambda at: b"\xff" * 128),
    _bad_ring("a NOP", Trap.BAD_OPCODE, lambda at: encode(Opcode.NOP)),
    _bad_ring("a ring in a ring", Trap.BAD_OPCODE, lambda at: encode(Opcode.DMA_RING)),
    _bad_ring("an instruction of an engine", Trap.BAD_OPCODE, _changed(0, 0x64)),
    _bad_ring("a queue of its own", Trap.BAD_OPERAND,
              lambda at: _raw(_COPY.format(at("x"), 64, at("y"), 64, 1))),
    _bad_ring("waits", Trap.BAD_OPERAND,
              lambda at: _raw(_COPY.format(at("x"), 64, at("y"), 64, 0) + " wait(s1 >= 1)")),
    _bad_ring("updates", Trap.BAD_OPERAND,
              lambda at: _raw(_COPY.format(at("x"), 64, at("y"), 64, 0) + " update(s1 += 1)")),
    _bad_ring("unequal counts", Trap.BAD_OPERAND,
              lambda at: _raw(_COPY.format(at("x"), 64, at("y"), 63, 0))),
    _bad_ring("an address by register", Trap.BAD_OPERAND,
              lambda at: _raw(_COPY.format(at("x"), 64, at("y"), 64, 0).replace(
                  ", 1x64] dst", " + r1*4, 1x64] dst"))),
    _bad_ring("reads behind the window", Trap.OUT_OF_RANGE,
              lambda at: _raw(_COPY.format(at("x") + 4 * SIZE, 64, at("y"), 64, 0)),
              f"x+{4 * SIZE}"),
    _bad_ring("writes an input", Trap.OUT_OF_RANGE,
              lambda at: _raw(_COPY.format(at("x"), 64, at("x") + 1024, 64, 0)), "x+1024"),
    _bad_ring("loads beyond the partition", Trap.OUT_OF_RANGE,
              lambda at: _raw("dma_load dst=sbuf.uint8[0+1, 0x1fff, 1x2] "
                              f"src=dev.uint8[{at('x'):#x}, 1x2] queue=0 "
                              "round_mode=nearest_even"), 0x1FFF),
]  # fmt: skip


def _bad_list(name: str, cause: Trap, entries: Callable[[Callable[[str], int]], list],
              address: int | str, *, writes: bool = False) -> Bad:  # fmt: skip
    """48 bytes through a list of up to three buffers."""

    def fill(at: Callable[[str], int]) -> bytes:
        return b"".join(struct.pack("<QQ", place % (1 << 64), size)
                        for place, size in entries(at)).ljust(64, b"\0")  # fmt: skip

    count = len(entries(lambda tensor: 0))
    listed = f"list.uint8[z+0x0, 0x{count}]"
    sides = f"src=dev.uint8[x+0x0, 1x48] dst={listed}" if writes else (
        f"src={listed} dst=dev.uint8[y+0x0, 1x48]")  # fmt: skip
    lines = [f"dma_copy {sides} queue=0 round_mode=nearest_even update(s0 += 1)",
             "nop wait(s0 >= 1)"]  # fmt: skip
    return Bad(f"list: {name}", {"sync": lines}, cause, "sync", 0, address, ("dma_copy",),
               fills={"z": fill})  # fmt: skip


LISTS: list[Bad] = [
    _bad_list("a buffer of no bytes", Trap.BAD_OPERAND,
              lambda at: [(at("x"), 16), (at("x"), 0), (at("x"), 32)], "z+16"),
    _bad_list("a buffer larger than what is left", Trap.BAD_OPERAND,
              lambda at: [(at("x"), 16), (at("x"), 33)], "z+16"),
    _bad_list("the last one is too small", Trap.BAD_OPERAND,
              lambda at: [(at("x"), 16), (at("x"), 16), (at("x"), 15)], "z+32"),
    _bad_list("a size of 40 bits", Trap.BAD_OPERAND,
              lambda at: [(at("x"), 1 << 40), (at("x"), 16)], "z+0"),
    _bad_list("a buffer behind the window", Trap.OUT_OF_RANGE,
              lambda at: [(at("x"), 16), (at("x") + 3 * SIZE, 32)], f"x+{3 * SIZE}"),
    _bad_list("a buffer over the window's end", Trap.OUT_OF_RANGE,
              lambda at: [(at("y") + SIZE - 8, 16), (at("x"), 32)], f"y+{SIZE - 8}"),
    _bad_list("writes an input", Trap.OUT_OF_RANGE,
              lambda at: [(at("y"), 40), (at("x") + 64, 8)], "x+64", writes=True),
]  # fmt: skip
