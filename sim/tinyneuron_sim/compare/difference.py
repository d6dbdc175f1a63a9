"""The first difference between two states."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np

from .bench import Outcome
from .case import Case, Extent
from .reference import Certainty

__all__ = ["Difference", "first_difference"]


@dataclass(frozen=True)
class Difference:
    """One place where two targets differ.

    ``kind`` is ``end``, ``trap``, ``semaphore``, ``register``, ``notification``, ``device``,
    ``SBUF`` or ``PSUM``;
    ``place`` says where in words, ``expected`` and ``actual`` are the values as text. ``address``
    is a device address or a byte offset in ``partition``. ``count`` bytes or values of the same
    kind differ.
    """

    kind: str
    place: str
    expected: str
    actual: str
    address: int | None = None
    partition: int | None = None
    count: int = 1

    def __str__(self) -> str:
        more = f" ({self.count} places differ)" if self.count > 1 else ""
        return f"{self.place}: expected {self.expected}, got {self.actual}{more}"

    def to_json(self) -> dict[str, Any]:
        return dataclasses.asdict(self)


def first_difference(case: Case, expected: Outcome, actual: Outcome, certain: Certainty
                     ) -> Difference | None:  # fmt: skip
    """The first certain difference: how the run ended, then device memory, SBUF, PSUM, registers,
    semaphores and notifications."""
    if expected.event != actual.event or expected.trap != actual.trap:
        return _end(expected, actual)
    for (address, _), mask, mine, theirs in zip(case.watched, certain.device, expected.device,
                                                actual.device, strict=True):  # fmt: skip
        if found := _device(address, mine, theirs, mask):
            return found
    for kind, extent, mask, mine, theirs in (
        ("SBUF", case.sbuf, certain.sbuf, expected.sbuf, actual.sbuf),
        ("PSUM", case.psum, certain.psum, expected.psum, actual.psum),
    ):
        if found := _on_chip(kind, extent, mine, theirs, mask):
            return found
    return (_registers(expected, actual, certain) or _semaphores(expected, actual, certain)
            or _notifications(expected, actual, certain))  # fmt: skip


def _end(expected: Outcome, actual: Outcome) -> Difference:
    texts = [outcome.event if outcome.trap is None else f"trap {outcome.trap}"
             for outcome in (expected, actual)]  # fmt: skip
    kind = "trap" if expected.trap and actual.trap else "end"
    return Difference(kind, "end of the run", texts[0], texts[1])


def _device(address: int, mine: np.ndarray, theirs: np.ndarray, mask: np.ndarray
            ) -> Difference | None:  # fmt: skip
    differs = np.flatnonzero((mine != theirs) & mask)
    if not len(differs):
        return None
    at = int(differs[0])
    return Difference("device", f"device address 0x{address + at:x}", f"0x{mine[at]:02x}",
                      f"0x{theirs[at]:02x}", address=address + at, count=len(differs))  # fmt: skip


def _on_chip(kind: str, extent: Extent, mine: np.ndarray, theirs: np.ndarray, mask: np.ndarray
             ) -> Difference | None:  # fmt: skip
    differs = (mine != theirs) & mask
    if not differs.any():
        return None
    # Offsets before partitions: the same element of all partitions belongs together.
    column, partition = map(int, np.argwhere(differs.T)[0])
    offset = extent.offset + column
    return Difference(
        kind, f"{kind} partition {partition} offset 0x{offset:x}",
        f"0x{mine[partition, column]:02x}", f"0x{theirs[partition, column]:02x}",
        address=offset, partition=partition, count=int(differs.sum()),
    )  # fmt: skip


def _registers(expected: Outcome, actual: Outcome, certain: Certainty) -> Difference | None:
    differing = [
        (register, value) for register, value in expected.registers.items()
        if register[0] in certain.streams and actual.registers.get(register) != value
    ]  # fmt: skip
    if not differing:
        return None
    (stream, number), value = differing[0]
    return Difference("register", f"register {number} of {stream.name.lower()}", f"0x{value:x}",
                      f"0x{actual.registers.get((stream, number), 0):x}",
                      count=len(differing))  # fmt: skip


def _semaphores(expected: Outcome, actual: Outcome, certain: Certainty) -> Difference | None:
    differing = [
        index for index, (mine, theirs) in
        enumerate(zip(expected.semaphores, actual.semaphores, strict=True))
        if mine != theirs and certain.semaphores[index]
    ]  # fmt: skip
    if not differing:
        return None
    index = differing[0]
    return Difference("semaphore", f"semaphore {index}", f"0x{expected.semaphores[index]:x}",
                      f"0x{actual.semaphores[index]:x}", count=len(differing))  # fmt: skip


def _notifications(expected: Outcome, actual: Outcome, certain: Certainty) -> Difference | None:
    for stream in certain.streams:
        mine, theirs = (o.notifications.get(stream, ()) for o in (expected, actual))
        if mine != theirs:
            place = f"notifications of {stream.name.lower()}"
            return Difference("notification", place, _words(mine), _words(theirs))
    return None


def _words(values: tuple[int, ...]) -> str:
    return " ".join(f"0x{value:x}" for value in values) or "none"
