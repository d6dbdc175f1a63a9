"""Bytes outside SBUF, PSUM, device memory's windows or the stream, and outside all memory."""

from __future__ import annotations

from tinyneuron_hw.config import MEMORY_WINDOWS, CoreConfig
from tinyneuron_hw.isa.csr import Trap, entry_address, length_address, window_address
from tinyneuron_hw.isa.opcodes import Stream

from .operands import BASES
from .specimen import OWN, SIZE, Bad, bad

__all__ = ["BUS_ERRORS", "RANGES"]

_ON_CHIP: list[tuple[str, str, str, str, int]] = [
    # name, instruction, piece, what it becomes, the operand's offset
    ("last byte beyond the partition", "memset", "0x0", "0x1ff2", 0x1FF2),
    ("begins behind the partition", "memset", "0x0", "0x2000", 0x2000),
    ("partition 4 of 4", "memset", "0+4, 0x0", "4+1, 0x10", 0x10),
    ("partition 255", "memset", "0+4, 0x0", "255+1, 0x20", 0x20),
    ("backwards below zero", "memset", "0x0, 1x8", "0x4, -1x4", 4),
    ("outer dimension leaves", "memset", "0x0, 1x8", "0x40, 2048x3, 1x8", 0x40),
    ("PSUM is smaller", "memset", "sbuf.bf16[0+4, 0x0", "psum.bf16[0+4, 0x7f2", 0x7F2),
    ("PSUM has four columns", "memset", "sbuf.bf16[0+4, 0x0", "psum.bf16[4+1, 0x8", 8),
    ("source beyond", "tensor_copy", "0x0, 1x8", "0x1ff8, 1x8", 0x1FF8),
    ("destination beyond", "tensor_copy", "0x40, 1x8", "0x40, 4064x2, 1x4", 0x40),
    ("second operand beyond", "tensor_tensor", "0x20, 1x8", "0x1fe4, 1x8", 0x1FE4),
    ("result in a partition that is not there", "tensor_tensor", "0+4, 0x40", "4+4, 0x40", 0x40),
    ("scalar operand beyond", "tensor_scalar", "operand0=2.0",
     "operand0=sbuf.fp32[0, 0x2000]", 0x2000),
    ("second scalar operand beyond", "tensor_scalar", "operand1=1.0",
     "operand1=psum.fp32[0, 0x800]", 0x800),
    ("reduction of what is not there", "tensor_reduce", "0x0, 1x8", "0x1ff0, 1x8", 0x1FF0),
    ("elements of MAX8 beyond", "max8", "0x0, 1x16", "0x1fc4, 1x16", 0x1FC4),
    ("seeds beyond", "set_seed", "0x0", "0x2004", 0x2004),
    ("stationary beyond", "load_stationary", "0x0", "0x1ffa", 0x1FFA),
    ("stationary from row 3 on", "load_stationary", "0+4, 0x0", "3+2, 0x6", 6),
    ("moving beyond", "multiply_moving", "sbuf.bf16[0+4, 0x0", "sbuf.bf16[0+4, 0x1ff8", 0x1FF8),
    ("moving from row 2 on", "multiply_moving", "sbuf.bf16[0+4, 0x0", "sbuf.bf16[2+4, 0x2", 2),
    ("products behind the last bank", "multiply_moving", "psum.fp32[0+4, 0x0",
     "psum.fp32[0+4, 0x800", 0x800),
    ("products in columns 1 to 4", "multiply_moving", "psum.fp32[0+4, 0x0", "psum.fp32[1+4, 0x10",
     0x10),
    ("activation beyond", "activate", "0x0, 1x8", "0x1ff0, 1x8", 0x1FF0),
    ("activation from PSUM beyond", "activate", "sbuf.fp32[0+4, 0x0", "psum.fp32[0+4, 0x7f0",
     0x7F0),
    ("bias beyond", "activate", "bias=0.0", "bias=sbuf.fp32[0, 0x2000]", 0x2000),
    ("image beyond", "load_table", "0x0, 1x64", "0x1f10, 1x64", 0x1F10),
    ("sums beyond", "activate_read", "0x40", "0x2010", 0x2010),
    ("load beyond the partition", "dma_load", "0x0, 1x16", "0x1ff1, 1x16", 0x1FF1),
    ("load into partition 4", "dma_load", "0+4, 0x0", "1+4, 0x3", 3),
    ("store from behind the partition", "dma_store", "0x0, 1x16", "0x3000, 1x16", 0x3000),
    ("local move to behind the partition", "dma_local", "0x40, 1x16", "0x1ff8, 1x16", 0x1FF8),
]  # fmt: skip
_DEVICE: list[tuple[str, str, str, str, str]] = [
    ("one byte behind the window", "dma_load", "x+0x0", f"x+{SIZE - 63:#x}", f"x+{SIZE - 63}"),
    ("behind the window", "dma_load", "x+0x0", f"x+{2 * SIZE:#x}", f"x+{2 * SIZE}"),
    ("one byte before the window", "dma_load", "x+0x0", "x+0xffffffffffff", "x+-1"),
    ("backwards out of the window", "dma_load", "x+0x0, 1x64", "x+0x10, -1x64", "x+16"),
    ("rows that leave the window", "dma_load", "x+0x0, 1x64", "x+0x40, 1360x4, 1x16", "x+64"),
    ("from far away", "dma_load", "x+0x0", "x+0x30000000", "x+805306368"),
    ("store to an input", "dma_store", "y+0x0", "x+0x0", "x+0"),
    ("store behind the window", "dma_store", "y+0x0", f"y+{SIZE - 32:#x}", f"y+{SIZE - 32}"),
    ("store into the code", "dma_store", "y+0x0", "x+0xfffffffff000", "x+-4096"),
    ("copy to an input", "dma_copy", "y+0x0", "x+0x800", "x+2048"),
    ("copy from behind the window", "dma_copy", "x+0x0", f"y+{SIZE:#x}", f"y+{SIZE}"),
    ("copy over the end", "dma_copy", "y+0x0, 1x64", f"y+{SIZE - 8:#x}, 1x64", f"y+{SIZE - 8}"),
    ("reads the code", "dma_copy", "x+0x0", "x+0xfffffffff000", "x+-4096"),
    ("ring behind the window", "dma_ring", "x+0x0", f"x+{2 * SIZE:#x}", f"x+{2 * SIZE}"),
    ("ring over the end of the window", "dma_ring", "x+0x0", f"x+{SIZE - 384:#x}",
     f"x+{SIZE - 384}"),
]  # fmt: skip


def _changed(name: str, base: str, piece: str, new: str, address: int | str) -> Bad:
    stream, line = BASES[base]
    assert piece in line, name
    return bad(f"{base}: {name}", stream, line.replace(piece, new, 1), Trap.OUT_OF_RANGE, address,
               before=len(name) % 4, says=base)  # fmt: skip


def _end(stream: str, count: int) -> Bad:
    """A stream without HALT."""
    return Bad(f"{stream} past its end after {count}", {stream: ["nop"] * count},
               Trap.OUT_OF_RANGE, stream, count, OWN, ("past the end",), open_end=True)  # fmt: skip


_BRANCH = "branch condition=always a=0 b=0 target={}"

RANGES: list[Bad] = [
    *(_changed(*item) for item in _ON_CHIP),
    *(_changed(*item) for item in _DEVICE),
    bad("dma_load: beyond the partition, and of unequal counts", "sync",
        BASES["dma_load"][1].replace("0x0, 1x16", "0x2000, 1x17"), Trap.OUT_OF_RANGE, 0x2000),
    *(_end(stream.name.lower(), 1 + 7 * stream.value) for stream in Stream),
    Bad("branch to behind the end", {"sync": ["nop", _BRANCH.format(500)]}, Trap.OUT_OF_RANGE,
        "sync", 500, says=("past the end",)),
    Bad("branch to the last index there is", {"vector": [_BRANCH.format(0xFFFFFF)]},
        Trap.OUT_OF_RANGE, "vector", 0xFFFFFF),
    Bad("loop skipped beyond the end",
        {"tensor": ["loop counter=0 counter_enable=0 count=0 start=0 step=0 body=300"]},
        Trap.OUT_OF_RANGE, "tensor", 301),
    Bad("address by register leaves the window",
        {"sync": ["register op=add dst=4 a=300 b=0",
                  BASES["dma_load"][1].replace("x+0x0", "x+0x0 + r4*64")]},
        Trap.OUT_OF_RANGE, "sync", 1, "x+19200"),
    Bad("address by register comes before the window",
        {"sync": ["register op=subtract dst=4 a=0 b=1",
                  BASES["dma_load"][1].replace("x+0x0", "x+0x0 + r4*128")]},
        Trap.OUT_OF_RANGE, "sync", 1, "x+-128"),
    Bad("the window ends before the fifth pass",
        {"gpsimd": ["loop counter=3 counter_enable=1 count=9 start=0 step=2048 body=1",
                    BASES["dma_copy"][1].replace("x+0x0", "x+0x0 + r3*1")]},
        Trap.OUT_OF_RANGE, "gpsimd", 1, f"x+{2 * SIZE}"),
    Bad("code outside its window", {"scalar": ["nop"] * 40}, Trap.OUT_OF_RANGE, "scalar", 16,
        registers=lambda config: {window_address(0) + 8: 2048}),
    Bad("code in a window for data only", {"sync": ["nop"]}, Trap.OUT_OF_RANGE, "sync", 0,
        registers=lambda config: {window_address(0) + 16: 3}),
    Bad("LENGTH is too short", {"vector": ["nop", "nop", "nop"]}, Trap.OUT_OF_RANGE, "vector", 2,
        registers=lambda config: {length_address(Stream.VECTOR.value): 2}),
    Bad("LENGTH is 0", {"tensor": ["nop"]}, Trap.OUT_OF_RANGE, "tensor", 0,
        registers=lambda config: {length_address(Stream.TENSOR.value): 0}),
]  # fmt: skip


def _all_memory(config: CoreConfig) -> dict[int, int]:
    """The last window reaches as far again as device memory, for everything."""
    base = window_address(MEMORY_WINDOWS - 1)
    return {base: 0, base + 4: 0, base + 8: (2 * config.device_memory_bytes) & 0xFFFF_FFFF,
            base + 12: 0, base + 16: 7}  # fmt: skip


def _entry_at_end(stream: Stream, before: int):
    """The code begins so many instructions before the end of memory."""

    def registers(config: CoreConfig) -> dict[int, int]:
        address = config.device_memory_bytes - 128 * before
        return {**_all_memory(config), entry_address(stream.value): address,
                length_address(stream.value): 9}  # fmt: skip

    return registers


_MEMORY = 1 << 26
"""Bytes of device memory of `tiny`."""


def _beyond(base: str, piece: str, past: int, *, where: str | None = None) -> Bad:
    """A transfer whose side ``piece`` is ``past`` bytes behind the end of memory."""
    stream, line = BASES[base]
    stream = where or stream
    tensor = piece.partition("+")[0]
    far = line.replace(f"dev.uint8[{piece}", f"dev.uint8[{_MEMORY + past:#x}")
    assert far != line, tensor
    address = (_MEMORY + past) // 8 * 8
    return bad(f"{base} {past} behind memory in {stream}", stream, far, Trap.BUS_ERROR, address,
               before=past % 3, registers=_all_memory, says=base)  # fmt: skip


BUS_ERRORS: list[Bad] = [
    *(_beyond("dma_load", "x+0x0", past) for past in (0, 8, 64, 4096, 1 << 20)),
    _beyond("dma_load", "x+0x0", 512, where="tensor"),
    _beyond("dma_load", "x+0x0", 1024, where="vector"),
    _beyond("dma_load", "x+0x0", 2048, where="scalar"),
    *(_beyond("dma_store", "y+0x0", past) for past in (0, 64, 32768)),
    _beyond("dma_store", "y+0x0", 256, where="sync"),
    *(_beyond("dma_copy", "x+0x0", past) for past in (0, 128)),
    *(_beyond("dma_copy", "y+0x0", past) for past in (192, 1 << 16)),
    *(Bad(f"{stream.name.lower()} fetches from behind memory", {stream.name.lower(): ["nop"]},
          Trap.BUS_ERROR, stream.name.lower(), 0, _MEMORY, registers=_entry_at_end(stream, 0))
      for stream in (Stream.TENSOR, Stream.SYNC)),
]  # fmt: skip
