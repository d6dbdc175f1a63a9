"""A zoo of broken programs: each is told alike on golden, Verilator and Icarus, none hangs, and a
good program runs on the same core afterwards.

What a program must trap with stands beside it in the files of this folder; golden is one of the
targets, not the judge.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest

from tinyneuron.runtime.device import Device
from tinyneuron.runtime.errors import RunTimeoutError, TrapError
from tinyneuron.runtime.model import Model
from tinyneuron_hw.config import INSTRUCTION_BYTES
from tinyneuron_hw.isa.codec import DecodeError, decode
from tinyneuron_hw.isa.csr import Trap
from tinyneuron_hw.isa.opcodes import Stream
from tinyneuron_sim.backend import BackendError

from .decoding import DECODING
from .described import LISTS, RINGS
from .flips import IN_MEMORY, ON_CHIP
from .operands import OPERANDS
from .ranges import BUS_ERRORS, RANGES
from .specimen import OWN, Bad, Endless, inputs_of, program_of, streams_of
from .waits import DEADLOCKS, ENDLESS

ZOO: dict[str, Sequence[Bad | Endless]] = {
    "decoding": DECODING,
    "operands": OPERANDS,
    "ranges": RANGES,
    "bus errors": BUS_ERRORS,
    "rings": RINGS,
    "lists": LISTS,
    "deadlocks": DEADLOCKS,
    "endless": ENDLESS,
    "on-chip errors": ON_CHIP,
    "memory errors": IN_MEMORY,
}
WATCHDOG = 400
"""Cycles: more than a fetch takes, less than `MAX_CYCLES`."""
MAX_CYCLES = 3000
ENDLESS_CYCLES = 1500
"""After which a program counts as endless."""
_BITS = 48
SPARED = 14
"""On Icarus `make test` takes one in so many; the rest is marked slow."""
GOOD = Endless(
    "good",
    {"vector": ["memset dst=sbuf.uint8[0+4, 0x0, 1x16] value=7 update(s0 += 1)"],
     "gpsimd": ["dma_store src=sbuf.uint8[0+4, 0x0, 1x16] dst=dev.uint8[y+0x40, 1x64] queue=1 "
                "round_mode=nearest_even wait(s0 >= 1)"]},
    {},
)  # fmt: skip


def run_good(device: Device) -> str | None:
    """What a program that is right does wrong; None if nothing."""
    model = device.load(program_of(GOOD))
    try:
        y = model.run({"x": np.zeros(4096, np.uint8)}, max_cycles=MAX_CYCLES).outputs["y"]
    except Exception as error:
        return f"then the good program: {error!r}"
    finally:
        model.unload()
    return None if (y[64:128] == 7).all() else "then the good program stores something else"


def place(model: Model, stream: Stream, pc: int, where: int | str) -> int:
    """The device address that a specimen means."""
    if isinstance(where, int):
        return where
    if where == OWN:
        return model.entry(stream) + INSTRUCTION_BYTES * pc
    name, _, offset = where.partition("+")
    base = model.entry(stream) if name == "code" else model.address(name)
    return (base + int(offset)) % (1 << _BITS)


def problem(device: Device, specimen: Bad | Endless) -> str | None:
    """What is wrong with how a target tells a specimen; None if nothing."""
    program = program_of(specimen)
    model = device.load(program)
    try:
        inputs = inputs_of(program, specimen, model.address)
        if isinstance(specimen, Endless):
            return _problem_of_endless(model, specimen, inputs)
        return _problem_of_bad(device, model, specimen, inputs)
    finally:
        model.unload()


def _problem_of_bad(device: Device, model: Model, specimen: Bad, inputs: dict) -> str | None:
    stream = Stream[specimen.stream.upper()]
    for where, mask in specimen.flips:
        word = place(model, stream, specimen.pc, where)
        if not where.startswith("code"):
            device.backend.memory_write(word // 8 * 8, bytes(8))
        device.backend.memory_flip(word, mask)  # type: ignore[attr-defined]
    try:
        model.run(inputs, watchdog=WATCHDOG, max_cycles=MAX_CYCLES,
                  registers=specimen.registers(device.config))  # fmt: skip
    except TrapError as trap:
        found = (trap.cause, trap.stream, trap.pc, trap.address)
        address = place(model, stream, specimen.pc, specimen.address)
        wanted = (specimen.cause, stream, specimen.pc, address)
        if found != wanted:
            return f"{found} in place of {wanted}: {trap}"
        return _problem_of_words(specimen, stream, str(trap))
    except (RunTimeoutError, BackendError) as error:
        return repr(error)
    return "runs to its end"


def _problem_of_words(specimen: Bad, stream: Stream, text: str) -> str | None:
    """The message names cause, place, instruction and source line."""
    lines = streams_of(specimen)[stream]
    words = [f"trap {specimen.cause.name} in stream {stream.name.lower()} at instruction "
             f"{specimen.pc} (", *specimen.says]  # fmt: skip
    if specimen.pc < len(lines):
        words.append(f", from zoo.py:{100 + specimen.pc}")
        raw = program_of(specimen).streams[stream][specimen.pc]
        words.append(f"({_mnemonic(raw, lines[specimen.pc])}")
    missing = [word for word in words if word not in text]
    return f"{missing} are not in {text!r}" if missing else None


def _mnemonic(raw: bytes, line: str) -> str:
    try:
        decode(raw)
    except DecodeError:
        return ".raw"
    return line.split()[0]


def _problem_of_endless(model: Model, specimen: Endless, inputs: dict) -> str | None:
    try:
        model.run(inputs, watchdog=WATCHDOG, max_cycles=ENDLESS_CYCLES)
    except RunTimeoutError as error:
        found = {item.stream.name.lower(): item.pc for item in error.waiting}
        right = found.keys() == specimen.places.keys() and all(
            pc in specimen.places[stream] for stream, pc in found.items()
        )
        if not right:
            return f"stands at {found}: {error}"
        missing = [word for word in specimen.says if word not in str(error)]
        return f"{missing} are not in {str(error)!r}" if missing else None
    except (TrapError, BackendError) as error:
        return repr(error)
    return "runs to its end"


def visit(device, target: str, specimens: Sequence[Bad | Endless], *, every: bool = True) -> None:
    """Runs specimens one after another on one core; fails with all that are told wrongly. A good
    program runs after ``every`` specimen, or after the last."""
    found = []
    for specimen in specimens:
        on = device(target, specimen.config)
        what = problem(on, specimen)
        if every or specimen is specimens[-1]:
            what = what or run_good(on)
        if what:
            found.append(f"{specimen.name}: {what}")
    assert not found, f"{len(found)} of {len(specimens)}:\n" + "\n".join(found)


@pytest.mark.parametrize("kind", ZOO)
@pytest.mark.parametrize("target", ["golden", "verilator"])
def test_every_specimen(device, target: str, kind: str) -> None:
    visit(device, target, ZOO[kind])


@pytest.mark.parametrize("kind", ZOO)
def test_some_specimens_on_icarus(device, kind: str) -> None:
    visit(device, "icarus", ZOO[kind][::SPARED], every=False)


@pytest.mark.slow
def test_one_of_each_cause_in_amaranths_simulator(device) -> None:
    found: dict[Trap, Bad] = {}
    for kind in ZOO.values():
        for specimen in kind:
            if isinstance(specimen, Bad) and specimen.config == "tiny":
                found.setdefault(specimen.cause, specimen)
    assert len(found) == 5
    visit(device, "pysim", list(found.values()))


@pytest.mark.slow
@pytest.mark.parametrize("kind", ZOO)
def test_every_specimen_on_icarus(device, kind: str) -> None:
    visit(device, "icarus", ZOO[kind])


def test_the_zoo_is_large_and_has_every_cause_in_every_stream() -> None:
    specimens = [specimen for kind in ZOO.values() for specimen in kind]
    names = [specimen.name for specimen in specimens]
    assert len(names) == len(set(names)) >= 250
    traps = [specimen for specimen in specimens if isinstance(specimen, Bad)]
    causes = Counter(specimen.cause for specimen in traps)
    assert set(causes) == set(Trap) - {Trap.NONE}
    assert min(causes.values()) >= 6
    for cause in (Trap.BAD_OPCODE, Trap.BAD_OPERAND, Trap.OUT_OF_RANGE, Trap.WATCHDOG):
        streams = {specimen.stream for specimen in traps if specimen.cause is cause}
        assert streams == {stream.name.lower() for stream in Stream}, cause
