"""Loops whose passes overlap: no meeting inside them, and any number of passes is right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tinyneuron import nki
from tinyneuron.kernels import looped_matmul
from tinyneuron.lower import overlap
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl
from tinyneuron.program.program import Program
from tinyneuron.runtime.order import check_order
from tinyneuron_hw.config import get_config
from tinyneuron_hw.isa.codec import Decoded, decode
from tinyneuron_hw.isa.opcodes import Opcode, Stream, UpdateMode, WaitMode

from .test_mutated_semaphores import SEEDS, is_caught, mutants

MOST = 7
ROWS, COLUMNS = 4, 8
TINY = get_config("tiny")
CONFIGS = {
    "tiny": TINY,
    "no_gpsimd": TINY.with_changes(name="v1", has_gpsimd=False, dma_engines=4),
    "one_queue": TINY.with_changes(name="q1", dma_engines=1),
}


def decoded(program: Program, stream: Stream) -> list[Decoded]:
    return [decode(raw) for raw in program.streams[stream]]


def loops_with_meetings(program: Program) -> int:
    """Hardware loops with a BARRIER of several streams in their bodies."""
    found = 0
    for stream in program.streams:
        code = decoded(program, stream)
        for at, item in enumerate(code):
            body = code[at + 1 : at + 1 + item.fields.get("body", 0)]
            found += item.opcode is Opcode.LOOP and any(
                inner.opcode is Opcode.BARRIER and not inner.fields["streams_by_register"]
                for inner in body
            )
    return found


def length(tensor: nl.Tensor) -> nisa.VirtualRegister:
    register = nisa.register_alloc()
    nisa.register_load(register, tensor)
    return nl.bounded(register, 0, MOST)


def doubled(tile: nl.Tensor) -> nl.Tensor:
    result = nl.ndarray(tile.shape, tile.dtype, name="result")
    nisa.tensor_scalar(result, tile, nl.multiply, 2.0)
    return result


def one_tile(x: nl.Tensor, times: nl.Tensor) -> nl.Tensor:
    """Load, double, store: pass i is row i."""
    out = nl.ndarray((MOST, ROWS, COLUMNS), nl.float32, buffer=nl.shared_hbm)
    for i in nl.dynamic_range(length(times)):
        tile = nl.ndarray((ROWS, COLUMNS), nl.float32, name="tile")
        nisa.dma_copy(tile, x[i])
        nisa.dma_copy(out[i], doubled(tile))
    return out


def through_both_engines(x: nl.Tensor, times: nl.Tensor) -> nl.Tensor:
    """A load that two engines wait for, and a result that comes from both."""
    out = nl.ndarray((MOST, ROWS, COLUMNS), nl.float32, buffer=nl.shared_hbm)
    for i in nl.dynamic_range(length(times)):
        tile = nl.ndarray((ROWS, COLUMNS), nl.float32, name="tile")
        copy = nl.ndarray((ROWS, COLUMNS), nl.float32, name="copy")
        nisa.dma_copy(tile, x[i])
        nisa.activation(copy, nl.copy, tile)
        nisa.tensor_tensor(copy, copy, tile, nl.add)
        nisa.dma_copy(out[i], copy)
    return out


def inside_each_other(x: nl.Tensor, times: nl.Tensor) -> nl.Tensor:
    """A sum that a loop inside adds up: every pass outside starts it again."""
    out = nl.ndarray((MOST, ROWS, COLUMNS), nl.float32, buffer=nl.shared_hbm)
    for i in nl.dynamic_range(length(times)):
        total = nl.ndarray((ROWS, COLUMNS), nl.float32, name="total")
        nisa.memset(total, 0.0)
        for _ in nl.dynamic_range(i):
            tile = nl.ndarray((ROWS, COLUMNS), nl.float32, name="tile")
            nisa.dma_copy(tile, x[i])
            nisa.tensor_tensor(total, total, tile, nl.add)
        nisa.dma_copy(out[i], total)
    return out


def from_pass_to_pass(x: nl.Tensor, times: nl.Tensor) -> nl.Tensor:
    """A sum over all passes, stored in each."""
    out = nl.ndarray((MOST, ROWS, COLUMNS), nl.float32, buffer=nl.shared_hbm)
    total = nl.ndarray((ROWS, COLUMNS), nl.float32, name="total")
    nisa.memset(total, 0.0)
    for i in nl.dynamic_range(length(times)):
        tile = nl.ndarray((ROWS, COLUMNS), nl.float32, name="tile")
        nisa.dma_copy(tile, x[i])
        nisa.tensor_tensor(total, total, tile, nl.add)
        nisa.dma_copy(out[i], total)
    return out


def through_memory(x: nl.Tensor, times: nl.Tensor) -> nl.Tensor:
    """What a pass stores, the next one loads; in ``out[MOST - 1]`` the last."""
    out = nl.ndarray((MOST, ROWS, COLUMNS), nl.float32, buffer=nl.shared_hbm)
    for i in nl.dynamic_range(length(times)):
        tile = nl.ndarray((ROWS, COLUMNS), nl.float32, name="tile")
        nisa.dma_copy(tile, x[i])
        nisa.dma_copy(out[0], doubled(tile))
        again = nl.ndarray((ROWS, COLUMNS), nl.float32, name="again")
        nisa.dma_copy(again, out[0])
        nisa.dma_copy(out[i], doubled(again))
    return out


def store_that_the_next_load_is_behind(x: nl.Tensor, times: nl.Tensor) -> nl.Tensor:
    """On one queue a load of the next pass tells that the store is over: but not behind the loop,
    where the stored tile is written."""
    out = nl.ndarray((MOST, ROWS, COLUMNS), nl.float32, buffer=nl.shared_hbm)
    tile = nl.ndarray((ROWS, COLUMNS), nl.float32, name="tile")
    copy = nl.ndarray((ROWS, COLUMNS), nl.float32, name="copy")
    nisa.memset(copy, 0.0)
    for i in nl.dynamic_range(length(times)):
        nisa.dma_copy(tile, x[i])
        nisa.tensor_scalar(copy, tile, nl.multiply, 2.0)
        nisa.dma_copy(out[i], copy)
    nisa.memset(copy, 0.0)
    nisa.dma_copy(x_copy(x), copy)
    return out


def x_copy(x: nl.Tensor) -> nl.Tensor:
    return nl.ndarray(x.shape[1:], x.dtype, buffer=nl.private_hbm)


def two_engines_of_a_loop_inside(x: nl.Tensor, times: nl.Tensor) -> nl.Tensor:
    """Two streams need one load first in a loop inside."""
    out = nl.ndarray((MOST, ROWS, COLUMNS), nl.float32, buffer=nl.shared_hbm)
    for i in nl.dynamic_range(length(times)):
        tile = nl.ndarray((ROWS, COLUMNS), nl.float32, name="tile")
        nisa.dma_copy(tile, x[i])
        halves = [nl.ndarray((ROWS, COLUMNS), nl.float32, name="half") for _ in range(2)]
        for _ in nl.dynamic_range(2):
            nisa.activation(halves[0], nl.copy, tile)
            nisa.tensor_scalar(halves[1], tile, nl.multiply, 1.0)
        nisa.tensor_tensor(halves[0], halves[0], halves[1], nl.add)
        nisa.dma_copy(out[i], halves[0])
    return out


def expected(kernel: Callable[..., Any], x: np.ndarray, times: int) -> np.ndarray:
    out = np.zeros_like(x)
    for i in range(times):
        match kernel.__name__:
            case "inside_each_other":
                out[i] = x[i] * i
            case "from_pass_to_pass":
                out[i] = x[: i + 1].sum(0)
            case "through_memory":
                out[0] = 2 * x[i]
                out[i] = 4 * x[i]
            case _:
                out[i] = 2 * x[i]
    return out


KERNELS = (one_tile, through_both_engines, inside_each_other, from_pass_to_pass, through_memory,
           store_that_the_next_load_is_behind)  # fmt: skip
SPECS = {
    "x": nki.TensorArg((MOST, ROWS, COLUMNS), "fp32"),
    "times": nki.TensorArg((1,), "int32"),
}


@pytest.mark.parametrize("config", CONFIGS)
@pytest.mark.parametrize("kernel", [*KERNELS, two_engines_of_a_loop_inside])
def test_any_number_of_passes(run_golden, kernel, config):
    """Golden's race check holds under each of several schedules, twice without a reset."""
    program = nki.compile(kernel, CONFIGS[config], SPECS)
    assert (loops_with_meetings(program) == 0) == (kernel in KERNELS)
    x = np.random.default_rng(5).integers(-9, 9, (MOST, ROWS, COLUMNS)).astype(np.float32)
    for times in (0, 1, 2, 3, MOST):
        inputs = {"x": x, "times": np.array([times], np.int32)}
        for seed in range(3):
            found = run_golden(program, inputs, seed=seed, runs=2)["out"]
            np.testing.assert_array_equal(found, expected(kernel, x, times))


@pytest.mark.parametrize("kernel", KERNELS)
def test_what_is_given_before_a_loop_is_taken_back_behind_it(kernel):
    program = nki.compile(kernel, TINY, SPECS)
    balance: dict[int, int] = {}
    for stream in program.streams:
        end = -1
        for at, item in enumerate(decoded(program, stream)):
            end = max(end, at + 1 + item.fields.get("body", -1))
            if at < end or item.opcode is not Opcode.NOP:
                continue
            for kind, mode, sign in (("update", UpdateMode.ADD, 1),
                                     ("wait", WaitMode.GREATER_EQUAL_SUBTRACT, -1)):  # fmt: skip
                if item.fields[f"header.{kind}.mode"] is mode:
                    semaphore = item.fields[f"header.{kind}.semaphore"]
                    value = sign * item.fields[f"header.{kind}.value"]
                    balance[semaphore] = balance.get(semaphore, 0) + value
    # Where every pass waits for the end of the one before anyhow, nothing is given.
    assert balance or kernel is through_memory
    assert not any(balance.values())


@pytest.mark.parametrize("same", [True, False])
def test_rows_of_different_passes_need_no_order(same):
    """Two queues store halves of a pass's row, or always the same half."""

    def kernel(x, times):
        out = nl.ndarray((MOST, 2, ROWS, COLUMNS), nl.float32, buffer=nl.shared_hbm)
        tile = nl.ndarray((ROWS, COLUMNS), nl.float32, name="tile")
        nisa.memset(tile, 1.0)
        for i in nl.dynamic_range(length(times)):
            for half in range(2):
                nisa.dma_copy(out[0, 0] if same else out[i, half], tile)
        return out

    queues = TINY.with_changes(name="q4", dma_engines=4)
    code = decoded(nki.compile(kernel, queues, SPECS), Stream.GPSIMD)
    stores = [item.fields for item in code if item.opcode is Opcode.DMA_STORE]
    assert [fields["queue"] for fields in stores] == [2, 3]
    added, taken = ([f[f"header.{kind}.semaphore"] for f in stores] for kind in ("update", "wait"))
    assert taken == (added[::-1] if same else added)


def test_a_branch_inside_makes_passes_meet():
    def kernel(x, times):
        out = nl.ndarray((MOST, ROWS, COLUMNS), nl.float32, buffer=nl.shared_hbm)
        for i in nl.dynamic_range(length(times)):
            tile = nl.ndarray((ROWS, COLUMNS), nl.float32, name="tile")
            nisa.dma_copy(tile, x[i])
            nl.cond(i > 1, lambda tile=tile: nisa.memset(tile, 0.0))
            nisa.dma_copy(out[i], tile)
        return out

    assert loops_with_meetings(nki.compile(kernel, TINY, SPECS)) > 0


def test_the_last_load_of_a_loop_says_that_all_are_there(run_golden):
    """It adds to the semaphore of the loop around its own, and to no other."""

    def kernel(x, times):
        out = nl.ndarray((MOST, ROWS, COLUMNS), nl.float32, buffer=nl.shared_hbm)
        for i in nl.dynamic_range(length(times)):
            tiles = nl.ndarray((ROWS, MOST, COLUMNS), nl.float32, name="tiles")
            for k in nl.dynamic_range(MOST):
                nisa.dma_copy(tiles[:, k], x[k])
            nisa.dma_copy(out[i], doubled(tiles[:, i]))
        return out

    program = nki.compile(kernel, TINY, SPECS)
    assert loops_with_meetings(program) == 0
    x = np.arange(MOST * ROWS * COLUMNS, dtype=np.float32).reshape(MOST, ROWS, COLUMNS)
    found = run_golden(program, {"x": x, "times": np.array([3], np.int32)})["out"]
    np.testing.assert_array_equal(found[:3], 2 * x[:3])


def test_too_few_semaphores_make_passes_meet(monkeypatch):
    monkeypatch.setattr(overlap, "NUM_SEMAPHORES", 2)
    assert loops_with_meetings(nki.compile(one_tile, TINY, SPECS)) > 0


@pytest.mark.parametrize("kernel", KERNELS)
def test_every_wait_and_update_is_needed(kernel):
    program = nki.compile(kernel, TINY, SPECS)
    check_order(program, SEEDS, runs=2)
    assert [label for label, mutant in mutants(program) if not is_caught(mutant)] == []


@pytest.mark.slow
def test_every_wait_and_update_of_a_matmul_is_needed():
    program = looped_matmul.build("tiny", 64, 40, 128)  # its outermost loop has several passes
    check_order(program, SEEDS, runs=2)
    assert [label for label, mutant in mutants(program) if not is_caught(mutant)] == []
