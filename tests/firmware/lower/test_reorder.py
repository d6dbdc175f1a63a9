"""List scheduling: engines wait less, results stay, and what is in good order stays as it is."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from tinyneuron import nki
from tinyneuron.kernels import attention, matmul
from tinyneuron.lower import reorder as pass_
from tinyneuron.lower.assign import choose_engines
from tinyneuron.lower.graph import can_move, units_of
from tinyneuron.lower.ir import Tile
from tinyneuron.lower.verify import VerifyError, verify_reordered
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl
from tinyneuron.nki.kernel import trace
from tinyneuron_hw.config import get_config
from tinyneuron_hw.isa.opcodes import Opcode, Space, Stream

from .test_dependencies import random_kernel

TINY = get_config("tiny")


def chain(x, tiles=4, steps=3):
    """Tiles that go from engine to engine and back, one after the other."""
    out = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm)
    for number in range(tiles):
        here = nl.ds(4 * number, 4)
        tile = nl.load(x[here])
        for _ in range(steps):
            result = nl.ndarray(tile.shape, nl.float32)
            nisa.activation(result, nl.exp, tile, scale=-1.0)
            tile = nl.ndarray(result.shape, nl.float32)
            nisa.tensor_scalar(tile, result, nl.add, 0.5)
        nl.store(out[here], tile)
    return out


def traced(kernel, shape=(16, 40), **how):
    module = trace(kernel, "tiny", {"x": nki.TensorArg(shape, "fp32")}, **how)
    choose_engines(module)
    return module


def in_program_order(tiles, *stages):
    for state in tiles:
        for stage in stages:
            state = stage(state)


@pytest.fixture
def always(monkeypatch):
    """Takes every new order, better or not."""
    monkeypatch.setattr(pass_, "GAIN", -1e9)


def test_tiles_take_turns():
    units = units_of(traced(chain))
    order = pass_.reordered(units, TINY)
    assert order is not None
    assert pass_.makespan(order) < 0.7 * pass_.makespan(units)
    scalar = [unit.number for unit in order if unit.stream is Stream.SCALAR]
    assert scalar != sorted(scalar)


def test_a_kernel_in_plain_order_gets_the_order_of_a_pipelined_one(monkeypatch, run_golden):
    rng = np.random.default_rng(7)
    inputs = {name: rng.standard_normal((2, 8, 24)).astype(np.float16) for name in ("qT", "kT")}
    inputs["v"] = rng.standard_normal((2, 24, 8)).astype(np.float16)
    specs = {name: nki.TensorArg(x.shape, x.dtype) for name, x in inputs.items()}
    pipelined = nki.compile(attention.attention, "tiny", specs)
    monkeypatch.setattr(attention, "pipelined", in_program_order)
    module = trace(attention.attention, "tiny", specs)
    choose_engines(module)
    before = pass_.makespan(units_of(module))
    pass_.reorder(module)
    assert pass_.makespan(units_of(module)) < 0.8 * before
    plain = nki.compile(attention.attention, "tiny", specs)
    results = [run_golden(program, inputs)["out"].tobytes() for program in (pipelined, plain)]
    assert results[0] == results[1]


def test_what_keeps_the_engines_busy_stays_as_it_is(monkeypatch):
    given = matmul.build("tiny", m=32, k=24, n=40)
    monkeypatch.setattr(pass_, "reordered", lambda units, config: None)
    assert matmul.build("tiny", m=32, k=24, n=40).streams == given.streams


@pytest.mark.parametrize("seed", range(6))
def test_random_kernels_compute_the_same_in_any_order(seed, always, monkeypatch, run_golden):
    inputs = {"x": np.random.default_rng(seed).standard_normal((4, 24)).astype(np.float32)}
    moved = nki.kernel.lower(random_kernel(seed))
    monkeypatch.setattr(pass_, "reordered", lambda units, config: None)
    given = nki.kernel.lower(random_kernel(seed))
    results = [run_golden(program, inputs)["out"].tobytes() for program in (given, moved)]
    assert results[0] == results[1]


def test_accumulators_of_an_engine_keep_their_order(always):
    def kernel(x):
        out = nl.ndarray((16, 1), x.dtype, buffer=nl.shared_hbm)
        for number in range(4):
            here = nl.ds(4 * number, 4)
            tile, powers = nl.load(x[here]), nl.ndarray((4, x.shape[1]), nl.float32)
            total = nl.ndarray((4, 1), nl.float32)
            nisa.tensor_scalar(tile, tile, nl.add, 1.0)
            nisa.activation_reduce(powers, nl.exp, tile, nl.add, total)
            nl.store(out[here], total)
        return out

    module = traced(kernel)
    pass_.reorder(module)
    found = [i.opcode for i in module.instructions if i.stream is Stream.SCALAR]
    assert found == [Opcode.ACTIVATE, Opcode.ACTIVATE_READ] * 4


def live_bytes(module, space):
    """The most that is live at once."""
    spans: dict[Tile, list[int]] = {}
    for at, instr in enumerate(module.instructions):
        for ref in instr.operands.values():
            if isinstance(ref.base, Tile) and ref.base.space is space:
                spans.setdefault(ref.base, []).append(at)
    unit = TINY.psum_bank_bytes if space is Space.PSUM else TINY.axi_bytes
    return max(
        sum(-(-tile.bytes_per_partition // unit) * unit
            for tile, span in spans.items() if span[0] <= at <= span[-1])
        for at in range(len(module.instructions))
    )  # fmt: skip


@pytest.mark.parametrize("columns", [100, 300, 600])
def test_memory_limits_how_far_tiles_run_ahead(columns, always):
    module = traced(lambda x: chain(x, tiles=12), (48, columns))
    pass_.reorder(module)
    assert live_bytes(module, Space.SBUF) <= TINY.sbuf_partition_bytes
    nki.kernel.lower(module)


def test_random_numbers_and_registers_hold_the_order():
    def dropping(x):
        tile = nl.load(x[0:4])
        nisa.dropout(tile, tile, 0.5)
        out = nl.ndarray(tile.shape, x.dtype, buffer=nl.shared_hbm)
        nl.store(out, tile)
        return out

    def looping(x):
        out = nl.ndarray((4, 40), x.dtype, buffer=nl.shared_hbm)
        for _ in nl.dynamic_range(0, 2):
            nisa.dma_copy(out, nl.load(x[0:4]))
        return out

    assert can_move(traced(chain))
    assert not can_move(traced(chain, stochastic_rounding=True))
    assert not can_move(traced(dropping))
    assert not can_move(traced(looping))


def test_the_check_sees_what_is_out_of_place():
    units = units_of(traced(chain))
    verify_reordered(units, units)
    later = next(unit for unit in units if unit.before)
    swapped = [later, *(unit for unit in units if unit is not later)]
    with pytest.raises(VerifyError, match="stands before unit"):
        verify_reordered(units, swapped)
    with pytest.raises(VerifyError, match="lost or doubled"):
        verify_reordered(units, units[:-1])


def test_the_same_kernel_gives_the_same_order():
    orders = [[unit.number for unit in pass_.reordered(units_of(traced(chain)), TINY) or ()]
              for _ in range(2)]  # fmt: skip
    assert orders[0] == orders[1]
    assert sorted(orders[0]) == list(range(len(orders[0])))
    assert any(a > b for a, b in itertools.pairwise(orders[0]))
