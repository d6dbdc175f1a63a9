"""What counters make of places: which accesses of different passes are apart."""

from __future__ import annotations

import pytest

from tinyneuron import nki
from tinyneuron.lower.affine import forms_of
from tinyneuron.lower.ir import DeviceRef, Edge, Region
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl
from tinyneuron.nki.kernel import trace
from tinyneuron_hw.config import get_config


def stores(kernel) -> tuple[list[DeviceRef], list[Region], object]:
    """What a kernel stores, its loops from the outside, and the forms of its registers."""
    module = trace(nki.jit(kernel), get_config("tiny"), {})
    found = [i.writes["dst"] for i in module.instructions if i.is_dma]
    loops = [i.region for i in module.instructions if i.edge is Edge.BEGIN]
    return found, loops, forms_of(module.instructions)


def rectangles(height: int, width: int, row_step: int, column_step: int, columns: int = 24):
    """Stores of ``height x width`` at every ``row_step`` rows and ``column_step`` columns."""

    def kernel():
        out = nl.ndarray((24, columns), nl.float32, buffer=nl.shared_hbm)
        tile = nl.ndarray((4, width), nl.float32)
        nisa.memset(tile, 0.0)
        for row in nl.dynamic_range(0, 24 - height + 1, row_step):
            for column in nl.dynamic_range(0, columns - width + 1, column_step):
                nisa.dma_copy(out[nl.ds(row, height), nl.ds(column, width)], tile[:height])
        return out

    return kernel


@pytest.mark.parametrize(
    ("sizes", "meet"),
    [
        ((4, 8, 4, 8), False),
        ((2, 3, 4, 8), False),
        ((4, 8, 3, 8), True),
        ((4, 8, 4, 7), True),
        ((1, 1, 1, 1), False),
    ],
)
def test_rectangles_of_different_passes(sizes, meet):
    (ref,), (outer, inner), forms = stores(rectangles(*sizes))
    assert forms.meet_in_others(ref, ref, inner, outer) is meet


def test_a_loop_that_moves_nothing_comes_to_the_same_bytes():
    def kernel():
        out = nl.ndarray((24, 8), nl.float32, buffer=nl.shared_hbm)
        tile = nl.ndarray((4, 8), nl.float32)
        nisa.memset(tile, 0.0)
        for _ in nl.dynamic_range(3):
            for row in nl.dynamic_range(0, 24, 4):
                nisa.dma_copy(out[nl.ds(row, 4)], tile)
        return out

    (ref,), (outer, inner), forms = stores(kernel)
    assert forms.meet_in_others(ref, ref, inner, outer)
    assert not forms.meet_in_others(ref, ref, inner, inner)


def test_places_of_one_pass_that_differ_by_a_number():
    def kernel():
        out = nl.ndarray((24, 8), nl.float32, buffer=nl.shared_hbm)
        tile = nl.ndarray((4, 8), nl.float32)
        nisa.memset(tile, 0.0)
        for row in nl.dynamic_range(0, 16, 4):
            for more in (0, 4, 6):
                nisa.dma_copy(out[nl.ds(row + more, 4)], tile)
        return out

    (first, second, third), (loop,), forms = stores(kernel)
    assert not forms.meet_in_a_pass(first, second, loop)
    assert forms.meet_in_a_pass(second, third, loop)
    assert forms.meet_in_others(first, second, loop, loop)


def test_registers_that_are_set_again_tell_nothing():
    def kernel():
        out = nl.ndarray((24, 8), nl.float32, buffer=nl.shared_hbm)
        tile = nl.ndarray((4, 8), nl.float32)
        nisa.memset(tile, 0.0)
        register = nisa.register_alloc(0)
        for _ in nl.dynamic_range(4):
            place = nl.bounded(register, 0, 8)
            nisa.dma_copy(out[nl.ds(place, 4)], tile)
            nisa.dma_copy(out[nl.ds(place + 8, 4)], tile)
            nisa.register_move(register, register + 1)
        return out

    (first, second), (loop,), forms = stores(kernel)
    assert forms.meet_in_others(first, second, loop, loop)
