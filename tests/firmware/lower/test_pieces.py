"""Streams of loops and branches: what meets where, and that all of it is needed."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Callable

import pytest

from tinyneuron import nki
from tinyneuron.kernels import dynamic_attention, dynamic_matmul, dynamic_softmax
from tinyneuron.lower import pieces
from tinyneuron.lower.ir import LoweringError
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl
from tinyneuron.program.program import Program
from tinyneuron.runtime.order import check_order
from tinyneuron_hw.config import get_config
from tinyneuron_hw.isa.codec import Decoded, decode, encode
from tinyneuron_hw.isa.opcodes import Opcode, Stream, WaitMode

from .test_mutated_semaphores import SEEDS, is_caught, mutants

V1 = get_config("tiny").with_changes(name="v1", has_gpsimd=False, dma_engines=4)
PROGRAMS: dict[str, Callable[[], Program]] = {
    "matmul": lambda: dynamic_matmul.build("tiny", 41, 9, 70),
    "matmul_without_gpsimd": lambda: dynamic_matmul.build(V1, 41, 9, 70),
    "softmax": lambda: dynamic_softmax.build("tiny", 41, 20),
    "attention": lambda: dynamic_attention.build("tiny", 70, 6),
}


def decoded(program: Program, stream: Stream) -> list[Decoded]:
    return [decode(raw) for raw in program.streams[stream]]


def meetings(program: Program) -> dict[tuple[int, int], list[tuple[Stream, int]]]:
    """The barriers of several streams that belong together: by mask and number in the code."""
    found = defaultdict(list)
    for stream in program.streams:
        count: dict[int, int] = defaultdict(int)
        for index, item in enumerate(decoded(program, stream)):
            if item.opcode is Opcode.BARRIER and not item.fields["streams_by_register"]:
                mask = item.fields["streams"]
                found[mask, count[mask]].append((stream, index))
                count[mask] += 1
    return found


def without(program: Program, places: list[tuple[Stream, int]]) -> Program:
    """The program with NOPs in these places."""
    streams = {stream: list(code) for stream, code in program.streams.items()}
    for stream, index in places:
        streams[stream][index] = encode(Opcode.NOP)
    return dataclasses.replace(program, streams=streams)


@pytest.mark.parametrize("name", PROGRAMS)
def test_every_wait_and_update_is_needed(name):
    program = PROGRAMS[name]()
    check_order(program, SEEDS, runs=2)
    assert [label for label, mutant in mutants(program) if not is_caught(mutant)] == []


@pytest.mark.parametrize("name", ["matmul", "matmul_without_gpsimd"])
def test_every_meeting_is_needed(name):
    program = PROGRAMS[name]()
    found = meetings(program)
    assert len(found) >= 2
    for place, places in found.items():
        assert {1 << stream.value & place[0] for stream, _ in places} == {
            1 << stream.value for stream, _ in places
        }
        assert is_caught(without(program, places)), place


def test_semaphores_are_0_where_streams_meet():
    """A semaphore that one stream waits for is taken back by it; nothing else sets it."""
    program = PROGRAMS["softmax"]()
    every = [item for stream in program.streams for item in decoded(program, stream)]
    modes = {item.fields["header.wait.mode"] for item in every}
    assert WaitMode.GREATER_EQUAL_SUBTRACT in modes
    check_order(program, SEEDS, runs=3)


def register_of(tensor: nl.Tensor) -> nisa.VirtualRegister:
    register = nisa.register_alloc()
    nisa.register_load(register, tensor)
    return nl.bounded(register, 0, 9)


def on_vector(times: nl.Tensor) -> nl.Tensor:
    """A loop of the Vector engine alone."""
    out = nl.ndarray((4, 4), nl.float32, buffer=nl.shared_hbm)
    tile = nl.ndarray((4, 4), nl.float32)
    nisa.memset(tile, 1.0)
    for _ in nl.dynamic_range(register_of(times)):
        nisa.tensor_scalar(tile, tile, nl.multiply, 2.0)
    nisa.dma_copy(out, tile)
    return out


TIMES = {"times": nki.TensorArg((1,), "int32")}


def test_streams_without_a_part_in_a_loop_wait_behind_it():
    program = nki.compile(on_vector, "tiny", TIMES)
    opcodes = {s: [item.opcode for item in decoded(program, s)] for s in program.streams}
    assert set(opcodes) == {Stream.VECTOR, Stream.GPSIMD}
    assert Opcode.LOOP in opcodes[Stream.VECTOR]
    assert set(opcodes[Stream.GPSIMD]) == {Opcode.BARRIER, Opcode.DMA_STORE, Opcode.HALT}
    loop = opcodes[Stream.VECTOR].index(Opcode.LOOP)
    assert opcodes[Stream.VECTOR][loop + 1] is Opcode.TENSOR_SCALAR
    assert decoded(program, Stream.VECTOR)[loop].fields["body"] == 1


def test_registers_are_only_where_they_are_needed():
    program = nki.compile(on_vector, "tiny", TIMES)
    opcodes = [item.opcode for item in decoded(program, Stream.GPSIMD)]
    assert Opcode.REGISTER not in opcodes
    assert Opcode.REGISTER_LOAD not in opcodes


def test_a_branch_at_the_end_of_a_loop_stays_in_the_loop():
    def kernel(times):
        out = nl.ndarray((4, 4), nl.float32, buffer=nl.shared_hbm)
        tile = nl.ndarray((4, 4), nl.float32)
        nisa.memset(tile, 1.0)
        count = register_of(times)
        for i in nl.dynamic_range(count):
            nl.cond(i == 2, lambda: nisa.memset(tile, 5.0))
        nisa.dma_copy(out, tile)
        return out

    program = nki.compile(kernel, "tiny", TIMES)
    code = decoded(program, Stream.VECTOR)
    (loop,) = [at for at, item in enumerate(code) if item.opcode is Opcode.LOOP]
    (branch,) = [item for item in code if item.opcode is Opcode.BRANCH]
    assert loop < branch.fields["target"] <= loop + code[loop].fields["body"]


def test_a_loop_that_does_nothing_is_nothing():
    def kernel(times):
        out = nl.ndarray((4, 4), nl.float32, buffer=nl.shared_hbm)
        tile = nl.ndarray((4, 4), nl.float32)
        nisa.memset(tile, 1.0)
        for i in nl.dynamic_range(register_of(times)):
            i + 1
        nisa.dma_copy(out, tile)
        return out

    program = nki.compile(kernel, "tiny", TIMES)
    opcodes = {item.opcode for stream in program.streams for item in decoded(program, stream)}
    assert not opcodes & {Opcode.LOOP, Opcode.REGISTER, Opcode.REGISTER_LOAD}


def test_a_body_that_is_too_long(monkeypatch):
    monkeypatch.setattr(pieces, "_MAX_BODY", 3)
    with pytest.raises(LoweringError, match=r"the loop of line \d+ has \d+ instructions of VECTOR"):
        PROGRAMS["softmax"]()


def test_a_loop_with_more_tables_than_slots():
    functions = ["exp", "tanh", "sigmoid", "gelu", "erf", "sin", "log", "softplus", "silu", "mish",
                 "arctan", "rsqrt", "sqrt", "gelu_dx"]  # fmt: skip
    named = [getattr(nl, name) for name in functions if hasattr(nl, name)]

    def kernel(times):
        out = nl.ndarray((4, 4), nl.float32, buffer=nl.shared_hbm)
        tile = nl.ndarray((4, 4), nl.float32)
        nisa.memset(tile, 1.0)
        for _ in nl.dynamic_range(register_of(times)):
            for function in named:
                nisa.activation(tile, function, tile)
        nisa.dma_copy(out, tile)
        return out

    with pytest.raises(LoweringError, match=r"needs \d+ slots of function tables, there are \d+"):
        nki.compile(kernel, "tiny", TIMES)
