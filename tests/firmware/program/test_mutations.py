"""Damaged programs give the documented errors, or are programs that go round.

A failure names its mutation: ``replay(kind, number)`` does it again.
"""

import contextlib
import functools
import random
import resource
import signal

import numpy as np
import pytest

from tinyneuron.demo.network import digits_program
from tinyneuron.kernels import conv2d, matmul
from tinyneuron.program import container
from tinyneuron.program.assembler import AssemblerError, assemble
from tinyneuron.program.container import ContainerError
from tinyneuron.program.disassembler import disassemble
from tinyneuron.program.program import Program, ProgramError
from tinyneuron.runtime.device import open_device
from tinyneuron.runtime.dtypes import numpy_dtype
from tinyneuron.runtime.errors import TinyneuronError
from tinyneuron_hw.config import get_config
from tinyneuron_sim.backend import BackendError

from .mutate import bad_bytes, bad_container, bad_text

SEED = 7
NUMBER = {"bytes": 500, "container": 800, "text": 700}
ALL = {"bytes": 25_000, "container": 40_000, "text": 35_000}
SECONDS = 10
MEMORY = 2 << 30
LARGEST_TENSOR = 1 << 24
"""Bytes; larger ones are loaded but not filled."""


@functools.cache
def originals() -> list[Program]:
    """What the compiler makes: matmuls, convolutions, a network with constants."""
    grouped = {"cin": 6, "cout": 6, "groups": 6, "kernel": 3, "pad": 1, "bias": True, "relu": True}
    strided = {"cin": 3, "cout": 5, "kernel": 3, "stride": 2, "dilation": 2, "pad": 2}
    return [
        matmul.build("tiny", 9, 10, 11, bias=True),
        matmul.build("default", 3, 5, 4, "fp16", relu=True, out_dtype="fp32"),
        conv2d.build("tiny", h=6, w=5, **grouped),
        conv2d.build("tiny", h=7, w=6, **strided),
        digits_program(get_config("tiny"), 1),
    ]


@functools.cache
def files() -> list[bytes]:
    return [container.to_bytes(program) for program in originals()]


@functools.cache
def texts() -> list[str]:
    return [disassemble(program) for program in originals()]


def choose(rng: random.Random) -> int:
    """Mostly the small ones."""
    return rng.choices(range(len(originals())), (8, 8, 8, 8, 1))[0]


@contextlib.contextmanager
def bounded():
    """Neither time nor memory without end."""

    def late(*_):
        raise TimeoutError(f"more than {SECONDS} s of processor time")

    before = signal.signal(signal.SIGPROF, late)
    limits = resource.getrlimit(resource.RLIMIT_AS)
    with open("/proc/self/statm") as file:
        used = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, limits[1]))
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
        resource.setrlimit(resource.RLIMIT_AS, limits)


def attempt(call, *documented):
    """What ``call`` gives and "", or None and the text of a documented error."""
    try:
        return call(), ""
    except documented as error:
        return None, str(error) or type(error).__name__


def goes_round(program: Program) -> None:
    assert container.from_bytes(container.to_bytes(program)) == program
    assert assemble(disassemble(program)) == program


def replay(kind: str, number: int) -> Program | None:
    """Mutation ``number`` of a kind: the program, if it is one."""
    rng = random.Random(f"{SEED} {kind} {number}")
    at = choose(rng)
    if kind == "text":
        text = bad_text(rng, texts()[at])
        program, error = attempt(lambda: assemble(text), AssemblerError, ProgramError)
    else:
        raw = (bad_bytes if kind == "bytes" else bad_container)(rng, files()[at])
        program, error = attempt(lambda: container.from_bytes(raw), ContainerError)
    assert "\n" not in error
    if program is not None:
        goes_round(program)
    return program


def run(kind: str, numbers: range) -> int:
    """Accepted programs among mutations."""
    accepted = 0
    for number in numbers:
        try:
            with bounded():
                accepted += replay(kind, number) is not None
        except BaseException as error:
            raise AssertionError(f"replay({kind!r}, {number}): {error!r}") from error
    return accepted


@pytest.mark.parametrize("kind", NUMBER)
def test_mutations_give_documented_errors_or_programs(kind):
    print(f"seed {SEED}")
    count = NUMBER[kind]
    accepted = run(kind, range(count))
    # The damage has to reach every depth: some of it must pass, and most of it must not.
    assert kind == "bytes" or count // 10 < accepted < count * 9 // 10, accepted


@pytest.mark.slow
@pytest.mark.parametrize("part", range(10))
@pytest.mark.parametrize("kind", ALL)
def test_many_mutations(kind, part):
    print(f"seed {SEED}")
    size = ALL[kind] // 10
    run(kind, range(part * size, part * size + size))


def execute(program: Program) -> str:
    """How a program ends on golden: ``done`` or the error's type."""
    rng = np.random.default_rng(SEED)
    try:
        with open_device("golden", program.config) as device:
            model = device.load(program)
            inputs = {}
            for spec in program.of_kind("input"):
                if spec.nbytes > LARGEST_TENSOR:
                    return "too large"
                values = rng.integers(-4, 5, spec.shape)
                inputs[spec.name] = values.astype(numpy_dtype(spec.dtype))
            model.run(inputs, max_cycles=20_000)
    except (TinyneuronError, BackendError, ProgramError) as error:
        return type(error).__name__
    return "done"


def test_accepted_mutations_run_or_say_why():
    print(f"seed {SEED}")
    seen: dict[str, int] = {}
    number = 1_000_000
    while sum(seen.values()) < 150:
        number += 1
        kind = ("container", "text")[number % 2]
        try:
            with bounded():
                program = replay(kind, number)
                if program is not None:
                    end = execute(program)
                    seen[end] = seen.get(end, 0) + 1
        except BaseException as error:
            raise AssertionError(f"execute(replay({kind!r}, {number})): {error!r}") from error
    assert {"done", "TrapError", "GoldenError"} <= set(seen), seen
