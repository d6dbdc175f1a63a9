"""What a broken program is, and how it is run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from tinyneuron.program.program import Program, Relocation, TensorSpec
from tinyneuron.program.syntax import parse_instruction
from tinyneuron_hw.config import CoreConfig, get_config
from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.codec import encode
from tinyneuron_hw.isa.csr import Trap
from tinyneuron_hw.isa.opcodes import Stream

__all__ = ["HALT", "OWN", "SIZE", "Bad", "Endless", "Fill", "bad", "program_of", "streams_of"]

SIZE = 4096
"""Bytes of the tensors ``x`` (read only) and ``y``, each a page: its window ends where it ends."""
OWN = "own"
"""As an address: that of the instruction."""
HALT = "halt"
Streams = Mapping[str, list[str]]
Fill = Callable[[Callable[[str], int]], bytes]
"""Bytes of a tensor, given where every tensor is."""


@dataclass(frozen=True)
class Bad:
    """A program that traps.

    Parameters
    ----------
    streams:
        Instructions by stream, without the HALT that ends each unless ``open_end``. ``TEXT !
        127=0x80`` changes a byte of the encoding.
    address:
        ``OWN``, a number, or a tensor and an offset (``x+0x40``).
    says:
        What the error's words have in them.
    registers:
        Control registers that are written before the start.
    fills:
        Further input tensors (rings, lists, indices).
    flips:
        (place, mask) of bits of device memory that are inverted; a place is as an address.
    """

    name: str
    streams: Streams
    cause: Trap
    stream: str
    pc: int
    address: int | str = OWN
    says: tuple[str, ...] = ()
    config: str = "tiny"
    open_end: bool = False
    registers: Callable[[CoreConfig], dict[int, int]] = lambda config: {}
    fills: Mapping[str, Fill] = field(default_factory=dict)
    flips: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Endless:
    """A program that runs for ever: ``places`` are the instructions that each stream which has
    not ended may be at."""

    name: str
    streams: Streams
    places: Mapping[str, set[int]]
    says: tuple[str, ...] = ()
    config: str = "tiny"
    open_end: bool = False
    fills: Mapping[str, Fill] = field(default_factory=dict)


def bad(name: str, where: str, line: str, cause: Trap, address: int | str = OWN, *,
        says: str | tuple[str, ...] = (), before: int = 0, **rest: object) -> Bad:  # fmt: skip
    """One bad instruction in stream ``where``, behind ``before`` NOPs."""
    words = (says,) if isinstance(says, str) else says
    lines = ["nop"] * before + [line]
    return Bad(name, {where: lines}, cause, where, before, address, words, **rest)  # type: ignore[arg-type]


def streams_of(specimen: Bad | Endless) -> dict[Stream, list[str]]:
    """The instructions' texts with their HALTs."""
    end = [] if specimen.open_end else [HALT]
    return {Stream[name.upper()]: [*lines, *end] for name, lines in specimen.streams.items()}


def program_of(specimen: Bad | Endless) -> Program:
    """The program; what would refuse it before a core sees it is off. Instruction ``pc`` comes from
    line ``100 + pc`` of ``zoo.py``."""
    streams: dict[Stream, list[bytes]] = {}
    relocations = []
    for stream, lines in streams_of(specimen).items():
        streams[stream] = []
        for pc, line in enumerate(lines):
            text, _, change = line.partition(" ! ")
            opcode, fields, symbols = parse_instruction(text)
            raw = bytearray(encode(opcode, fields))
            for item in change.split():
                at, _, value = item.partition("=")
                raw[int(at)] = int(value, 0)
            streams[stream].append(bytes(raw))
            relocations += [Relocation(stream, pc, path, name) for path, name in symbols.items()]
    flipped = isinstance(specimen, Bad) and specimen.flips
    kind = "scratch" if flipped else "input"  # a run does not write it
    tensors = [TensorSpec("x", (SIZE,), DType.UINT8, kind),
               TensorSpec("y", (SIZE,), DType.UINT8, "output")]  # fmt: skip
    for name, fill in specimen.fills.items():
        tensors.append(TensorSpec(name, (len(fill(lambda tensor: 0)),), DType.UINT8, "input"))
    source = {stream.name: [100 + pc for pc in range(len(code))]
              for stream, code in streams.items()}  # fmt: skip
    program = Program(get_config(specimen.config), streams, tensors, {}, relocations,
                      {"file": "zoo.py", "source": source})  # fmt: skip
    program.validate = lambda: program
    return program


def inputs_of(program: Program, specimen: Bad | Endless, address: Callable[[str], int]
              ) -> dict[str, np.ndarray]:  # fmt: skip
    """All inputs: zeros, but for the specimen's own."""
    found = {}
    for spec in program.of_kind("input"):
        fill = specimen.fills.get(spec.name)
        raw = fill(address) if fill else bytes(spec.nbytes)
        found[spec.name] = np.frombuffer(raw, np.uint8)
    return found
