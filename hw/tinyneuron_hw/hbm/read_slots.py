"""Where a channel keeps what it has read until a port takes it."""

from typing import Any

from amaranth.hdl import Cat, Module, Signal
from amaranth.lib import data, wiring
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import In, Out

from ..config import CoreConfig
from .access_queue import TAG_BITS
from .one_hot import lowest, number
from .timing import BURST

__all__ = ["SLOTS", "ReadData", "ReadSlots"]

SLOTS = 1 << TAG_BITS
"""Reads of a channel that were accepted and not yet taken by their ports."""


def ReadData(config: CoreConfig) -> data.StructLayout:  # noqa: N802 (a layout, used like a class)
    """An access that was read; ``double`` has a bit for each 64-bit word that is wrong."""
    return data.StructLayout({"data": 8 * config.access_bytes, "double": config.access_bytes // 8})


class ReadSlots(wiring.Component):
    """Slots that reads reserve when they are accepted, so that words are always taken at once.

    Members
    -------
    free: Out(1), next: Out(TAG_BITS), reserve: In(1)
        The slot of the next read.
    put: In(1), put_slot, put_word, put_data, put_double: In
        A word.
    done: Out(SLOTS)
        Slots with all words.
    take: In(1), take_slot: In(TAG_BITS)
        Frees a slot that is done; ``taken`` is its access in the next cycle.
    taken: Out(ReadData)
    idle: Out(1)
        No slot is reserved.
    """

    def __init__(self, config: CoreConfig):
        self.config = config
        word = config.access_bytes // BURST
        super().__init__(
            {
                "free": Out(1),
                "next": Out(TAG_BITS),
                "reserve": In(1),
                "put": In(1),
                "put_slot": In(TAG_BITS),
                "put_word": In(range(BURST)),
                "put_data": In(8 * word),
                "put_double": In(word // 8),
                "done": Out(SLOTS),
                "take": In(1),
                "take_slot": In(TAG_BITS),
                "taken": Out(ReadData(config)),
                "idle": Out(1),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        used, free = Signal(SLOTS), Signal(SLOTS)
        m.d.comb += [
            free.eq(lowest(~used)),
            self.free.eq(~used.all()),
            self.idle.eq(~used.any()),
            self.next.eq(number(free)),
        ]
        reserved, taken, finished = Signal(SLOTS), Signal(SLOTS), Signal(SLOTS)
        with m.If(self.reserve):
            m.d.comb += reserved.eq(free)
        with m.If(self.take):
            m.d.comb += taken.eq(1 << self.take_slot)
        with m.If(self.put & (self.put_word == BURST - 1)):
            m.d.comb += finished.eq(1 << self.put_slot)
        m.d.sync += [
            used.eq((used | reserved) & ~taken),
            self.done.eq((self.done | finished) & ~taken),
        ]
        words, flags = [], []
        for i in range(BURST):
            memory = Memory(shape=len(self.put_data) + len(self.put_double), depth=SLOTS, init=[])
            m.submodules[f"word{i}"] = memory
            write, read = memory.write_port(), memory.read_port()
            m.d.comb += [
                write.en.eq(self.put & (self.put_word == i)),
                write.addr.eq(self.put_slot),
                write.data.eq(Cat(self.put_data, self.put_double)),
                read.en.eq(self.take),
                read.addr.eq(self.take_slot),
            ]
            words.append(read.data[: len(self.put_data)])
            flags.append(read.data[len(self.put_data) :])
        m.d.comb += self.taken.eq(Cat(*words, *flags))
        return m
