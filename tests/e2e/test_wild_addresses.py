"""Programs whose transfers and instructions may be anywhere: outside its windows a program changes
nothing and reads nothing.

Device memory outside the windows that may be read holds one byte value that is nowhere else; it
must not turn up where the program can write.
"""

from __future__ import annotations

import itertools
import random
import struct
from collections import Counter
from typing import Any

import numpy as np
import pytest

from tinyneuron_hw.config import INSTRUCTION_BYTES, MEMORY_WINDOWS, get_config
from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.codec import encode
from tinyneuron_hw.isa.csr import Csr, Trap
from tinyneuron_hw.isa.opcodes import Opcode, RegisterOp, Space, Stream
from tinyneuron_sim.backend import Backend, open_backend
from tinyneuron_sim.loader import CONTROL_START, MemoryWindow, csr_values, load_and_start

CONFIG = get_config("tiny")
ARENA, SECRET = 1 << 14, 0xA5
CODE, DUMP, SERVICE, SHARED = 0x2_0000, 0x4_0000, 0x6_0000, 0x8_0000
ROWS = 512
"""Bytes of each SBUF partition that transfers use."""
CHUNK = 250


def windows_of(rng: random.Random) -> list[MemoryWindow]:
    """Some windows for data, of any size and place, and one for the code or most of it."""
    found = []
    for _ in range(rng.randint(1, MEMORY_WINDOWS - 2)):
        size = rng.choice([1, 64, rng.randint(1, 4000), 2000])
        base = rng.randrange(ARENA - size)
        flags = rng.choice([(True, False), (False, True), (True, True)])
        found.append(MemoryWindow(base, size, *flags, False))
    short = rng.random() < 0.1
    size = rng.randrange(1, 4 * INSTRUCTION_BYTES) if short else 1 << 16
    return [MemoryWindow(CODE, size, False, False, True), *found]


def device_side(rng: random.Random, windows: list[MemoryWindow], flag: str, rows: int, row: int
                ) -> dict:  # fmt: skip
    """Rows in a window that allows it, near a window, or anywhere."""
    fitting = [w for w in windows[1:] if getattr(w, flag) and w.size >= rows * row]
    if fitting and rng.random() < 0.8:
        window = rng.choice(fitting)
        start = window.base + rng.randrange(window.size - rows * row + 1)
        dims = [{"stride": 1, "size": row}, {"stride": row, "size": rows}]
        return {"dtype": DType.UINT8, "address": start, "dims": dims}
    window = rng.choice(windows[1:])
    edge = rng.choice([window.base, window.base + max(0, window.size - rows * row)])
    start = rng.choice([edge, edge, edge + rng.randint(-8, 8), rng.randrange(ARENA),
                        rng.getrandbits(48)])  # fmt: skip
    stride = rng.choice([row, row, row + rng.randrange(64), -row, rng.randrange(-4000, 4000)])
    return {"dtype": DType.UINT8, "address": max(0, start),
            "dims": [{"stride": 1, "size": row}, {"stride": stride, "size": rows}]}  # fmt: skip


def put(shared: bytearray, data: bytes) -> int:
    """Where a ring or a list is, which the program may read."""
    shared += bytes(-len(shared) % INSTRUCTION_BYTES)
    at = SHARED + len(shared)
    shared += data
    return at


def listed(rng: random.Random, windows: list[MemoryWindow], flag: str, total: int,
           shared: bytearray) -> dict:  # fmt: skip
    """Buffers in windows that allow it, near a window, or anywhere."""
    cuts = sorted(rng.sample(range(1, total), min(total - 1, rng.randint(0, 3))))
    sizes = [b - a for a, b in itertools.pairwise([0, *cuts, total])]
    buffers = [(device_side(rng, windows, flag, 1, size)["address"], size) for size in sizes]
    raw = b"".join(struct.pack("<QQ", *buffer) for buffer in buffers)
    return {"dtype": DType.UINT8, "address": put(shared, raw), "list": 1,
            "dims": [{"size": len(buffers)}]}  # fmt: skip


def transfer(rng: random.Random, windows: list[MemoryWindow], shared: bytearray) -> list[bytes]:
    """A transfer, its addresses perhaps by register, and what sets that; or in a list, or in a
    ring."""
    row = rng.choice([1, 7, rng.randint(1, 120)])
    rows = rng.randint(1, ROWS // row if row < 64 else 3)
    chip: dict[str, Any] = {
        "dtype": DType.UINT8, "space": Space.SBUF, "start_partition": 0, "num_partitions": 1,
        "offset": 0, "dims": [{"stride": 1, "size": row * rows}],
    }  # fmt: skip
    opcode = rng.choice([Opcode.DMA_LOAD, Opcode.DMA_STORE, Opcode.DMA_COPY])
    sides = {"src": chip, "dst": chip}
    for path in ("src", "dst"):
        if opcode is Opcode.DMA_COPY or (path == "src") == (opcode is Opcode.DMA_LOAD):
            flag = "read" if path == "src" else "write"
            sides[path] = device_side(rng, windows, flag, rows, row)
    before, kind = [], rng.random()
    if 0.3 < kind < 0.5:
        path = rng.choice([path for path in sides if sides[path] is not chip])
        flag = "read" if path == "src" else "write"
        sides[path] = listed(rng, windows, flag, row * rows, shared)
    if kind < 0.3:
        path = rng.choice([path for path in sides if sides[path] is not chip])
        offset, scale = rng.getrandbits(32), rng.choice([1, -1, 64, rng.randint(-5000, 5000)])
        signed = offset - (offset >> 31 << 32)
        sides[path] |= {"address": (sides[path]["address"] - signed * scale) % (1 << 48),
                        "address_uses_register": 1, "register": 3, "scale": scale}  # fmt: skip
        before = [encode(Opcode.REGISTER, op=RegisterOp.ADD, dst=3, a=offset)]
    queue = rng.randrange(CONFIG.dma_engines)
    if kind > 0.4 and rng.random() < 0.5:
        ring = {"address": put(shared, encode(opcode, **sides)), "entries": 1, "count": 1}
        return [encode(Opcode.DMA_RING, ring=ring, queue=queue)]
    return [*before, encode(opcode, **sides, queue=queue)]


def allowed(windows: list[MemoryWindow], flag: str) -> np.ndarray:
    """Which bytes of the arena some window gives a program for reading or writing."""
    found = np.zeros(ARENA, bool)
    for window in windows[1:]:
        if getattr(window, flag):
            found[window.base : window.base + window.size] = True
    return found


def run(backend: Backend, streams: dict[Stream, list[bytes]], windows: list[MemoryWindow]) -> Trap:
    """Runs a program; why it stopped."""
    places = {Stream.SYNC: CODE}
    backend.memory_write(CODE, b"".join(streams[Stream.SYNC]))
    for address, value in csr_values(streams, places, windows).items():
        backend.csr_write(address, value)
    backend.csr_write(Csr.CONTROL, CONTROL_START)
    result = backend.run(100_000)
    assert result.event in ("done", "trap")
    return Trap(backend.csr_read(Csr.TRAP_CAUSE)) if result.event == "trap" else Trap.NONE


def dump(backend: Backend) -> np.ndarray:
    """What SBUF holds; it is cleared."""
    backend.reset()
    rows = {"dtype": DType.UINT8, "space": Space.SBUF, "num_partitions": 1, "offset": 0,
            "dims": [{"stride": 1, "size": ROWS}]}  # fmt: skip
    there = {"dtype": DType.UINT8, "address": DUMP, "dims": [{"stride": 1, "size": ROWS}]}
    clear = there | {"address": DUMP + ROWS}
    code = [encode(Opcode.DMA_STORE, src=rows, dst=there, queue=0),
            encode(Opcode.DMA_LOAD, src=clear, dst=rows, queue=0), encode(Opcode.HALT)]  # fmt: skip
    load_and_start(backend, {Stream.SYNC: code}, SERVICE)
    assert backend.run(100_000).event == "done"
    return np.frombuffer(backend.memory_read(DUMP, ROWS), np.uint8)


@pytest.fixture(scope="module")
def backend():
    with open_backend("verilator", CONFIG) as opened:
        opened.memory_write(DUMP, bytes(2 * ROWS))
        yield opened


@pytest.mark.parametrize("first", range(0, 1000, CHUNK))
def test_nothing_outside_the_windows_is_read_or_changed(backend, first: int):
    dump(backend)
    causes = Counter()
    for seed in range(first, first + CHUNK):
        rng = random.Random(f"wild {seed}")
        windows = windows_of(rng)
        readable, writable = allowed(windows, "read"), allowed(windows, "write")
        before = np.frombuffer(rng.randbytes(ARENA), np.uint8) & 0x7F
        before[~readable] = SECRET
        backend.reset()
        backend.memory_write(0, before.tobytes())
        shared = bytearray()
        code = [raw for _ in range(rng.randint(1, 4)) for raw in transfer(rng, windows, shared)]
        backend.memory_write(SHARED, bytes(shared))
        windows.append(MemoryWindow(SHARED, 1 << 14, True, False, False))
        causes[run(backend, {Stream.SYNC: [*code, encode(Opcode.HALT)]}, windows)] += 1
        sbuf = dump(backend)
        after = np.frombuffer(backend.memory_read(0, ARENA), np.uint8)
        np.testing.assert_array_equal(after[~writable], before[~writable], f"seed {seed}")
        changed = after != before
        assert not (after[changed] == SECRET).any(), f"seed {seed}"
        assert not (sbuf == SECRET).any(), f"seed {seed}"
    print(causes)
    # Some run to their end, most do not.
    assert causes[Trap.NONE] > CHUNK // 20
    assert causes[Trap.OUT_OF_RANGE] > CHUNK // 4
