"""Scalar registers of a stream: what they hold where it is known, and code that sets them."""

from __future__ import annotations

import random
from collections.abc import Container, Iterable

from tinyneuron_hw.config import NUM_REGISTERS
from tinyneuron_hw.isa.opcodes import Opcode, RegisterOp

from ..golden.sequencer import register_result
from .listing import Item
from .patterns import NoRoomError

__all__ = ["LATE_REGISTERS", "Registers", "set_register"]

_MASK = (1 << 32) - 1
LATE_REGISTERS = (NUM_REGISTERS - 2, NUM_REGISTERS - 1)
"""Kept for values that are set right before the one instruction that uses them."""
_MOST_KNOWN = 12


def set_register(rng: random.Random, dst: int, value: int, known: dict[int, int]) -> Item:
    """A REGISTER instruction that gives ``value``, by any operation.

    ``known`` holds registers that may be operands, with their values.
    """
    value &= _MASK
    fields = {"op": RegisterOp.XOR, "a": value, "b": 0}
    for _ in range(12):
        op = rng.choice(list(RegisterOp))
        by_register: dict[str, int] = {}
        pair = [rng.getrandbits(32), rng.getrandbits(32)]
        if known and rng.random() < 0.5:
            name, number = rng.choice("ab"), rng.choice(list(known))
            by_register[name] = number
            pair[name == "b"] = known[number]
        a, b = pair
        other = "b" if "a" in by_register else "a"
        held = a if other == "b" else b
        guesses = (value, value ^ held, value - held, held - value, value + held, held,
                   rng.randrange(33), 0, 1, _MASK, value | rng.getrandbits(32))  # fmt: skip
        for guess in guesses:
            guess &= _MASK
            a, b = (guess, held) if other == "a" else (held, guess)
            if register_result(op, a, b) == value:
                fields = {"op": op, "a": a, "b": b}
                for name, number in by_register.items():
                    fields |= {name: number, f"{name}_by_register": 1}
                return Item(Opcode.REGISTER, {"dst": dst, **fields})
    return Item(Opcode.REGISTER, {"dst": dst, **fields})


class Registers:
    """Registers of one stream in one scope.

    Parameters
    ----------
    free:
        Registers that may be written.
    known:
        Values of registers, some of which may not be written.
    """

    def __init__(self, rng: random.Random, free: Iterable[int], known: dict[int, int]):
        self._rng = rng
        self.free = list(free)
        self.known = dict(known)
        self.written: set[int] = set()
        self._pinned: list[int] = []
        self._outer: Registers | None = None

    @classmethod
    def of_program(cls, rng: random.Random) -> Registers:
        """At the start of a program: all 0."""
        free = [r for r in range(NUM_REGISTERS) if r not in LATE_REGISTERS]
        return cls(rng, free, {})

    def inner(self) -> Registers:
        """For a part of the code that may run any number of times. What this scope knows stays
        known there, and neither writes it until :meth:`after`."""
        for register in list(self.known)[:-4]:
            if register in self.free:
                del self.known[register]
        self._pinned = [register for register in self.free if register in self.known]
        self.free = [register for register in self.free if register not in self.known]
        inner = Registers(self._rng, self.free, self.known)
        inner._outer = self
        return inner

    def successive(self, count: int) -> int:
        """The first of ``count`` registers in a row that may all be written.

        Raises
        ------
        NoRoomError
            There are no such.
        """
        free = set(self.free)
        firsts = [first for first in free if free.issuperset(range(first, first + count))]
        if not firsts:
            raise NoRoomError(f"{count} registers that follow each other")
        return self._rng.choice(firsts)

    def reserve(self) -> int:
        """A register for good, of unknown value; the code around this scope keeps it, too."""
        register = self._rng.choice(self.free)
        self.free.remove(register)
        self.known.pop(register, None)
        self.written.add(register)
        outer = self._outer
        if outer is not None and register in outer.free:
            outer.free.remove(register)
            outer.known.pop(register, None)
            outer._pinned.append(register)
        return register

    def after(self, inner: Registers) -> None:
        """The inner part has run, or not."""
        self.free += self._pinned
        self._pinned = []
        self.written |= inner.written
        for register in inner.written:
            self.known.pop(register, None)

    def holding(self, value: int, busy: Container[int] = ()) -> tuple[int, list[Item]]:
        """A register that holds a value, and the code that sees to it, which keeps the ``busy``
        ones."""
        value &= _MASK
        holders = [r for r, known in self.known.items() if known == value]
        if holders and self._rng.random() < 0.7:
            return self._rng.choice(holders), []
        register = self._rng.choice([r for r in self.free if r not in busy])
        item = set_register(self._rng, register, value, self.known)
        self.set(register, value)
        return register, [item]

    def set(self, register: int, value: int | None) -> None:
        """The code writes a register; None: nobody knows what."""
        self.written.add(register)
        self.known.pop(register, None)
        if value is None:
            return
        writable = [r for r in self.known if r in self.free]
        if len(writable) >= _MOST_KNOWN:
            del self.known[writable[0]]
        self.known[register] = value & _MASK
