"""What a wait acquires."""

from __future__ import annotations

import numpy as np

from tinyneuron_hw.isa.opcodes import UpdateMode, WaitMode
from tinyneuron_sim.golden.semaphores import Semaphores

GE, TAKE, EQUAL = WaitMode.GREATER_EQUAL, WaitMode.GREATER_EQUAL_SUBTRACT, WaitMode.EQUAL


def _clock(*ticks: int) -> np.ndarray:
    return np.array(ticks, dtype=np.int64)


def _taken(semaphores: Semaphores, mode: WaitMode, value: int) -> list[int]:
    assert semaphores.holds(mode, 0, value)
    clock = semaphores.take(mode, 0, value)
    assert clock is not None
    return clock.tolist()


def test_a_wait_acquires_the_updates_up_to_the_value_it_needs():
    semaphores = Semaphores(threads=2)
    for tick in (1, 2, 3):
        semaphores.update(UpdateMode.ADD, 0, 1, _clock(tick, 0))
    assert _taken(semaphores, GE, 0) == [0, 0]
    assert _taken(semaphores, GE, 1) == [1, 0]
    assert _taken(semaphores, GE, 3) == [3, 0]
    assert not semaphores.holds(GE, 0, 4)
    assert _taken(semaphores, EQUAL, 3) == [3, 0]


def test_taking_moves_on_through_the_updates():
    semaphores = Semaphores(threads=2)
    for tick in (1, 2, 3):
        semaphores.update(UpdateMode.ADD, 0, 2, _clock(tick, 0))
    assert _taken(semaphores, TAKE, 2) == [1, 0]
    assert _taken(semaphores, TAKE, 1) == [2, 0]
    assert _taken(semaphores, TAKE, 2) == [3, 0]
    assert semaphores.values[0] == 1


def test_clocks_of_several_threads_are_joined():
    semaphores = Semaphores(threads=2)
    semaphores.update(UpdateMode.ADD, 0, 1, _clock(5, 0))
    semaphores.update(UpdateMode.ADD, 0, 1, _clock(0, 7))
    assert _taken(semaphores, GE, 1) == [5, 0]
    assert _taken(semaphores, GE, 2) == [5, 7]


def test_after_set_or_subtract_a_wait_acquires_everything():
    for mode in (UpdateMode.SET, UpdateMode.SUBTRACT):
        semaphores = Semaphores(threads=2)
        semaphores.update(UpdateMode.ADD, 0, 6, _clock(5, 0))
        semaphores.update(mode, 0, 3, _clock(0, 7))
        assert semaphores.values[0] == 3
        assert _taken(semaphores, GE, 1) == [5, 7]


def test_values_the_host_left_need_no_update():
    semaphores = Semaphores(threads=1)
    semaphores.values[0] = 4
    assert _taken(semaphores, GE, 4) == [0]
    semaphores.update(UpdateMode.ADD, 0, 1, _clock(9))
    assert _taken(semaphores, GE, 5) == [9]


def test_without_threads_there_are_no_clocks():
    semaphores = Semaphores()
    semaphores.update(UpdateMode.ADD, 0, 1, None)
    assert semaphores.take(TAKE, 0, 1) is None
    assert semaphores.values[0] == 0
