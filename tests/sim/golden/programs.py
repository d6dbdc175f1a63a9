"""Short programs for tests of golden: operands as dictionaries and a one-stream script."""

from __future__ import annotations

from typing import Any

import numpy as np

from tinyneuron_hw.config import CoreConfig, get_config
from tinyneuron_hw.formats import FORMATS, DType
from tinyneuron_hw.isa.codec import encode
from tinyneuron_hw.isa.opcodes import Opcode, Space, Stream, UpdateMode, WaitMode
from tinyneuron_sim.backend import RunResult
from tinyneuron_sim.golden.backend import GoldenBackend
from tinyneuron_sim.golden.numerics import RAW_TYPES
from tinyneuron_sim.loader import load_and_start

TINY = get_config("tiny")
HALT = encode(Opcode.HALT)
FP32, BF16, FP16, INT32 = DType.FP32, DType.BF16, DType.FP16, DType.INT32
Dims = list[tuple[int, int]]


def _dims(dims: Dims) -> list[dict[str, int]]:
    return [{"stride": stride, "size": size} for stride, size in dims]


def on_chip(start: int, partitions: int, offset: int, dims: Dims, dtype: DType = FP32,
            space: Space = Space.SBUF) -> dict[str, Any]:  # fmt: skip
    """An access pattern; ``dims`` innermost first, strides in elements."""
    return {"dtype": dtype, "space": space, "start_partition": start,
            "num_partitions": partitions, "offset": offset, "dims": _dims(dims)}  # fmt: skip


def device(address: int, dims: Dims, dtype: DType = FP32, **more: Any) -> dict[str, Any]:
    """A device pattern; strides in bytes."""
    return {"dtype": dtype, "address": address, "dims": _dims(dims), **more}


def wait(semaphore: int, value: int, mode: WaitMode = WaitMode.GREATER_EQUAL) -> dict[str, Any]:
    return {"mode": mode, "semaphore": semaphore, "value": value}


def update(semaphore: int, value: int = 1, mode: UpdateMode = UpdateMode.ADD) -> dict[str, Any]:
    return {"mode": mode, "semaphore": semaphore, "value": value}


def header(wait_for: dict | None = None, then: dict | None = None) -> dict[str, Any]:
    """Header fields of an instruction."""
    fields = {}
    if wait_for:
        fields["wait"] = wait_for
    if then:
        fields["update"] = then
    return fields


def nop(wait_for: dict | None = None, then: dict | None = None) -> bytes:
    return encode(Opcode.NOP, header=header(wait_for, then))


def memset(dst: dict[str, Any], value: int = 0, **head: Any) -> bytes:
    return encode(Opcode.MEMSET, dst=dst, value=value, header=header(**head))


class Script:
    """One stream that loads arrays, runs instructions and stores results.

    Arrays are raw elements [partitions, elements]; loads and stores are waited for.
    """

    SEMAPHORE = 63

    def __init__(self, stream: Stream, config: CoreConfig = TINY, **options: Any):
        self.stream = stream
        self.backend = GoldenBackend(config, **options)
        self.instructions: list[bytes] = []
        self._memory = 0
        self._transfers = 0
        self._stores: list[tuple[int, np.dtype, tuple[int, ...]]] = []

    def _transfer(self, opcode: Opcode, **fields: Any) -> None:
        self._transfers += 1
        head = header(then=update(self.SEMAPHORE))
        self.instructions.append(encode(opcode, **fields, header=head))
        self.instructions.append(nop(wait(self.SEMAPHORE, self._transfers)))

    def load(self, raw: np.ndarray, dtype: DType, start: int, offset: int) -> None:
        """Puts an array into SBUF, elements side by side."""
        partitions, count = raw.shape
        size = FORMATS[dtype].bytes
        data = np.ascontiguousarray(raw, RAW_TYPES[size]).tobytes()
        self.backend.memory_write(self._memory, data)
        self._transfer(
            Opcode.DMA_LOAD,
            src=device(self._memory, [(size, count), (size * count, partitions)], dtype),
            dst=on_chip(start, partitions, offset, [(1, count)], dtype),
        )
        self._memory += len(data)

    def add(self, opcode: Opcode, **fields: Any) -> None:
        self.instructions.append(encode(opcode, **fields))

    def store(self, start: int, partitions: int, offset: int, count: int, dtype: DType) -> None:
        """Takes an array out of SBUF; :meth:`run` returns it."""
        size = FORMATS[dtype].bytes
        self._transfer(
            Opcode.DMA_STORE,
            src=on_chip(start, partitions, offset, [(1, count)], dtype),
            dst=device(self._memory, [(size, count), (size * count, partitions)], dtype),
        )
        self._stores.append((self._memory, RAW_TYPES[size], (partitions, count)))
        self._memory += partitions * count * size

    def run(self) -> list[np.ndarray]:
        """Runs to the end; raw elements of each store."""
        result = run({self.stream: [*self.instructions, HALT]}, self.backend)
        assert result.event == "done"
        return [
            np.frombuffer(
                self.backend.memory_read(address, int(np.prod(shape)) * kind.itemsize), kind
            ).reshape(shape)
            for address, kind, shape in self._stores
        ]


def run(streams: dict[Stream, list[bytes]], backend: GoldenBackend | None = None,
        **loading: Any) -> RunResult:  # fmt: skip
    """Loads streams and runs them to the end."""
    backend = backend or GoldenBackend(TINY)
    load_and_start(backend, streams, **loading)
    return backend.run(1_000_000)


def floats(values: object) -> np.ndarray:
    """Raw FP32 elements of numbers."""
    return np.asarray(values, dtype=np.float32).view("<u4")


def as_floats(raw: np.ndarray) -> np.ndarray:
    """Numbers of raw FP32 elements."""
    return raw.view(np.float32)
