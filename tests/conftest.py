"""Every program that a test lowers is checked for races, whatever else the test does with it."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Iterator

import pytest

from tinyneuron.lower.pipeline import lower
from tinyneuron.nki import kernel
from tinyneuron.program import container
from tinyneuron.program.program import Program
from tinyneuron.runtime.order import check_order

LARGE = 3000
"""Instructions from which a program runs under one schedule in place of three."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.get_closest_marker("begins_first") is None)


def pytest_collection_finish() -> None:
    """Keeps the garbage collector from walking what stays to the end, again and again: modules,
    tests and, in a test, the many small objects of a netlist."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


class Lowered:
    """Programs that were lowered and not yet checked; equal ones are checked once."""

    def __init__(self) -> None:
        self.pending: list[Program] = []
        self.seen: set[bytes] = set()

    def lower(self, module) -> Program:
        program = lower(module)
        self.pending.append(program)
        return program

    def check(self) -> None:
        while self.pending:
            program = self.pending.pop()
            digest = hashlib.sha256(container.to_bytes(program)).digest()
            if digest not in self.seen:
                self.seen.add(digest)
                large = program.instruction_count > LARGE
                check_order(program, range(1 if large else 3))


@pytest.fixture(scope="session", autouse=True)
def lowered_programs() -> Iterator[Lowered]:
    """Listens to the compiler."""
    found = Lowered()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernel, "lower", found.lower)
        yield found


@pytest.fixture(autouse=True)
def _order_is_checked(lowered_programs: Lowered) -> Iterator[None]:
    yield
    lowered_programs.check()
