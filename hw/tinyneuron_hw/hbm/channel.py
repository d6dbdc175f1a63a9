"""One channel of device memory: queues, scheduling, timing, error correction."""

from typing import Any

from amaranth.hdl import Cat, Module, Mux, Signal, Value
from amaranth.lib import data, fifo, wiring
from amaranth.lib.wiring import In, Out

from ..blocks import Gated
from ..config import CoreConfig
from ..ecc import decode, encode
from .access_queue import TAG_BITS, Access, AccessQueue, groups, same_place
from .address import AddressMap
from .banks import Banks
from .late_fill import LateFill
from .one_hot import number
from .ports import RowCommand
from .read_slots import SLOTS, ReadData, ReadSlots
from .refresh import OWED_BITS
from .scheduler import QUEUE_DEPTH, Scheduler
from .timing import BURST, timing_of
from .write_buffer import WriteBuffer

__all__ = ["Channel", "ChannelPhy", "Spot", "channel_signature"]

_SCRUBS = 16
"""Corrected accesses that can wait to be written back."""


def Spot(config: CoreConfig) -> data.StructLayout:  # noqa: N802 (a layout, used like a class)
    """Where an access lies in its channel."""
    places = AddressMap(config)
    return data.StructLayout(
        {"bank": places.bank_bits, "row": places.row_bits, "column": places.column_bits}
    )


def ChannelPhy(config: CoreConfig) -> wiring.Signature:  # noqa: N802 (used like a class)
    """The part of a ``PhyPort`` that belongs to one channel."""
    places, word = AddressMap(config), config.access_bytes // BURST
    return wiring.Signature(
        {
            "row_valid": Out(1),
            "row_command": Out(2),
            "row_bank": Out(places.bank_bits),
            "row_row": Out(places.row_bits),
            "column_valid": Out(1),
            "column_write": Out(1),
            "column_bank": Out(places.bank_bits),
            "column_column": Out(places.column_bits),
            "write_data": Out(8 * word),
            "write_check": Out(word),
            "write_enable": Out(word // 8),
            "read_valid": In(1),
            "read_data": In(8 * word),
            "read_check": In(word),
        }
    )


def channel_signature(config: CoreConfig) -> wiring.Signature:
    """Members of :class:`Channel`."""
    return wiring.Signature(
        {
            "phy": Out(ChannelPhy(config)),
            "read_valid": In(1),
            "read_ready": Out(1),
            "read_spot": In(Spot(config)),
            "read_slot": Out(TAG_BITS),
            "write_valid": In(1),
            "write_ready": Out(1),
            "write_spot": In(Spot(config)),
            "write_data": In(8 * config.access_bytes),
            "write_mask": In(config.access_bytes),
            "done": Out(SLOTS),
            "take": In(1),
            "take_slot": In(TAG_BITS),
            "taken": Out(ReadData(config)),
            "owed": In(OWED_BITS),
            "refreshed": Out(1),
            "busy": Out(1),
            "clean": Out(1),
            "hit": Out(1),
            "miss": Out(1),
            "corrected": Out(range(config.access_bytes // 8 // BURST + 1)),
        }
    )


class Channel(wiring.Component):
    """Serves accesses of ``access_bytes`` in an order that suits the memory.

    Accesses to the same bytes keep their order: a read waits at the door while a write to its
    place is in the queue, and a write while a read is; a write to the place of a waiting write
    joins it. Words with a single error are corrected, and the access is then written back.

    Members
    -------
    phy: Out(ChannelPhy(config))
    read_valid, read_ready, read_spot, read_slot
        A read is accepted with ``valid`` and ``ready``; ``slot`` is where its data will be.
    write_valid, write_ready, write_spot, write_data, write_mask
        A write is accepted; reads accepted later see it.
    done, take, take_slot, taken
        See :class:`ReadSlots`.
    owed: In(OWED_BITS), refreshed: Out(1)
        Refreshes that are due; one was given.
    busy: Out(1)
        The clock must run.
    clean: Out(1)
        The device has all that was written.
    hit, miss: Out(1)
        An access was sent to a row that was open, or that was opened for it.
    corrected: Out
        Single errors found in this cycle.

    Latency and throughput: 4 cycles an access; ``done`` tRCD + tCL + 9 cycles after a read is
    accepted in a channel that rests.
    """

    def __init__(self, config: CoreConfig):
        self.config = config
        super().__init__(channel_signature(config))

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        config = self.config
        reads, writes = AccessQueue(config, QUEUE_DEPTH), AccessQueue(config, QUEUE_DEPTH)
        for name, queue in (("read_queue", reads), ("write_queue", writes)):
            m.submodules[name] = Gated(queue, queue.push | queue.valid[0], name=name)
        m.submodules.banks = banks = Banks(config)
        m.submodules.scheduler = scheduler = Scheduler(config)
        buffer = WriteBuffer(config)
        m.submodules.buffer = Gated(buffer, buffer.put | ~buffer.idle, name="buffer")
        m.submodules.slots = slots = ReadSlots(config)
        m.submodules.scrubs = scrubs = fifo.SyncFIFO(width=Spot(config).size, depth=_SCRUBS)
        self._sent = Signal(range(_SCRUBS + 1))
        """Reads on their way that may ask for a scrub."""
        m.d.comb += [
            self.done.eq(slots.done),
            slots.take.eq(self.take),
            slots.take_slot.eq(self.take_slot),
            self.taken.eq(slots.taken),
            self.clean.eq(buffer.idle & ~self.phy.write_enable.any()),
            scheduler.owed.eq(self.owed),
            self.refreshed.eq(scheduler.refresh.any()),
        ]
        self._schedule(m, (reads, writes), banks, scheduler, buffer, scrubs)
        self._accept(m, (reads, writes), banks, scheduler, buffer, slots, scrubs)
        sending = self._commands(m, scheduler)
        waiting = self._send(m, scheduler, buffer)
        returning = self._return(m, scheduler, buffer, slots, scrubs)
        m.d.comb += self.busy.eq(
            reads.valid[0] | writes.valid[0] | ~buffer.idle | ~slots.idle | scrubs.r_rdy
            | banks.open.any() | ~scheduler.quiet | sending | waiting | returning
        )  # fmt: skip
        return m

    def _schedule(self, m: Module, queues: Any, banks: Any, scheduler: Any, buffer: Any,
                  scrubs: Any) -> None:  # fmt: skip
        room = Signal()
        m.d.comb += room.eq(scrubs.level + self._sent < _SCRUBS)
        for d, queue in enumerate(queues):
            m.d.comb += [
                scheduler.valid[d].eq(queue.valid),
                queue.pop.eq(scheduler.pop[d]),
                queue.opens.eq(scheduler.opens[d]),
                queue.row_event.eq(scheduler.row_event),
            ]
            m.d.comb += [scheduler.entries[d][i].eq(queue.entries[i]) for i in range(QUEUE_DEPTH)]
            for group in groups(m, queue.valid):
                for i in group:
                    entry = queue.entries[i]
                    unknown = (buffer.waiting | buffer.partial).bit_select(entry.tag, 1)
                    free = entry.internal | room if d == 0 else ~unknown
                    m.d.comb += scheduler.ready[d][i].eq(queue.valid[i] & free)
        for name in ("open", "can_activate", "can_access", "can_precharge", "idle", "faw"):
            m.d.comb += getattr(scheduler, name).eq(getattr(banks, name))
        m.d.comb += [
            banks.row_event.eq(scheduler.row_event),
            banks.refresh.eq(scheduler.refresh),
            banks.column.eq(scheduler.column),
            banks.write.eq(scheduler.write),
            self.hit.eq(scheduler.column.any() & ~scheduler.chosen.missed),
            self.miss.eq(scheduler.column.any() & scheduler.chosen.missed),
        ]

    def _accept(self, m: Module, queues: Any, banks: Any, scheduler: Any, buffer: Any,
                slots: Any, scrubs: Any) -> None:  # fmt: skip
        reads, writes = queues
        spot = Signal(Spot(self.config))
        m.d.comb += spot.eq(Mux(scrubs.r_rdy, scrubs.r_data, self.write_spot.as_value()))
        read = self._access(m, "read", self.read_spot, banks, 0)
        write = self._access(m, "write", spot, banks, 1)
        fills = self._accept_write(m, write, reads, writes, scheduler, buffer, scrubs)

        # Reads; one place in the queue is kept for fills.
        m.submodules.late_fill = late = LateFill(self.config, QUEUE_DEPTH)
        fill, before = Signal(), Signal()
        same_now = (write.row == read.row) & (write.banks == read.banks)
        same_now = same_now & (write.column == read.column) & (self.write_valid | scrubs.r_rdy)
        m.d.comb += [late.entries[i].eq(writes.entries[i]) for i in range(QUEUE_DEPTH)]
        with m.If(buffer.partial.any()):
            m.d.comb += late.partial.eq(
                Cat(buffer.partial.bit_select(entry.tag, 1) for entry in late.entries)
            )
        m.d.comb += [
            late.valid.eq(writes.valid),
            late.put.eq(buffer.put),
            late.enable.eq(reads.level != QUEUE_DEPTH),
            fill.eq(fills | late.asks),
            buffer.asked.eq(fill),
            buffer.asked_tag.eq(Mux(late.asks, late.access.tag, buffer.put_tag)),
            before.eq((same_place(m, "before", self.read_valid, read, writes) & ~writes.pop).any()),
            self.read_ready.eq(slots.free & (reads.level < QUEUE_DEPTH - 1) & ~fill & ~before
                               & ~same_now),
            self.read_slot.eq(slots.next),
            slots.reserve.eq(self.read_valid & self.read_ready),
            scheduler.wants_write.eq(self.read_valid & before),
            reads.push.eq(slots.reserve | fill),
            reads.access.eq(Mux(fill, write.as_value(), read.as_value())),
            reads.access.tag.eq(Mux(fill, buffer.asked_tag, slots.next)),
            reads.access.internal.eq(fill),
            reads.access.scrub.eq(fills),
        ]  # fmt: skip
        with m.If(late.asks):
            m.d.comb += [
                reads.access.eq(late.access),
                reads.access.internal.eq(1),
                reads.access.missed.eq(0),
            ]

    def _accept_write(self, m: Module, write: Any, reads: Any, writes: Any, scheduler: Any,
                      buffer: Any, scrubs: Any) -> Signal:  # fmt: skip
        """A waiting write to the same place takes the bytes of a new one. Returns whether all
        words of the access are to be read in this cycle: it is written back."""
        scrubbing = scrubs.r_rdy
        comes = self.write_valid | scrubbing
        same = same_place(m, "joins", comes, write, writes) & ~writes.pop
        joins, behind, accepted = Signal(), Signal(), Signal()
        tag, scrub, fills = Signal(TAG_BITS), Signal(), Signal()
        held = Cat(~reads.entries[i].internal for i in range(QUEUE_DEPTH))
        with m.If(joins):
            for i in range(QUEUE_DEPTH):
                with m.If(same[i]):
                    m.d.comb += tag.eq(writes.entries[i].tag)
        with m.Else():
            m.d.comb += tag.eq(buffer.next)
        space = joins | ((writes.level != QUEUE_DEPTH) & buffer.free)
        m.d.comb += [
            joins.eq(same.any()),
            behind.eq((same_place(m, "behind", comes, write, reads) & held).any() & ~scrubbing),
            scrub.eq(scrubbing & ~(joins & buffer.waiting.bit_select(tag, 1))),
            accepted.eq(comes & space & ~behind & ~buffer.fill
                        & (~scrub | (reads.level != QUEUE_DEPTH))),
            fills.eq(accepted & scrub),
            self.write_ready.eq(accepted & ~scrubbing),
            scrubs.r_en.eq(accepted),
            buffer.put.eq(accepted),
            buffer.put_tag.eq(tag),
            buffer.put_new.eq(~joins),
            buffer.put_data.eq(self.write_data),
            buffer.put_mask.eq(Mux(scrubbing, 0, self.write_mask)),
            writes.push.eq(accepted & ~joins),
            writes.access.eq(write),
            writes.access.tag.eq(tag),
            scheduler.wants_read.eq(self.write_valid & behind),
        ]  # fmt: skip
        return fills

    def _access(self, m: Module, name: str, spot: Any, banks: Any, port: int) -> Any:
        """What enters a queue for a spot."""
        access = Signal(Access(self.config), name=f"{name}_access")
        open_ = Signal(name=f"{name}_open")
        m.d.comb += [
            banks.lookup[port].eq(spot.bank),
            open_.eq(banks.open.bit_select(spot.bank, 1)),
            access.banks.eq(1 << spot.bank),
            access.row.eq(spot.row),
            access.column.eq(spot.column),
            access.hit.eq(open_ & (banks.row[port] == spot.row)),
            access.closed.eq(~open_),
        ]
        return access

    def _commands(self, m: Module, scheduler: Any) -> Value:
        """Registers the commands. Returns whether one is on the port."""
        phy, event, chosen = self.phy, scheduler.row_event, scheduler.chosen
        banks = event.activate | event.precharge | scheduler.refresh
        m.d.sync += [
            phy.row_valid.eq(scheduler.row_valid | banks.any()),
            phy.column_valid.eq(scheduler.column.any()),
        ]
        with m.If(scheduler.row_valid | banks.any()):
            m.d.sync += [
                phy.row_command.eq(Mux(scheduler.row_valid, scheduler.row_command,
                                       RowCommand.PRECHARGE)),
                phy.row_bank.eq(number(banks)),
                phy.row_row.eq(event.row),
            ]  # fmt: skip
        with m.If(scheduler.column.any()):
            m.d.sync += [
                phy.column_write.eq(scheduler.write),
                phy.column_bank.eq(number(scheduler.column)),
                phy.column_column.eq(chosen.column),
            ]
        return phy.row_valid | phy.column_valid

    def _send(self, m: Module, scheduler: Any, buffer: Any) -> Value:
        """Words of writes, each at its time. Returns whether some are still to come."""
        phy, delay = self.phy, timing_of(self.config).cl - 1
        due = Signal(delay)
        tags = fifo.SyncFIFO(width=TAG_BITS, depth=delay // BURST + 2)
        m.submodules.send_tags = tags
        writes = scheduler.column.any() & scheduler.write
        m.d.sync += due.eq(Cat(writes, due))
        m.d.comb += [
            tags.w_en.eq(writes),
            tags.w_data.eq(scheduler.chosen.tag),
            tags.r_en.eq(due[-1]),
            buffer.send.eq(due[-1]),
            buffer.send_tag.eq(tags.r_data),
        ]
        checks = []
        for i in range(len(buffer.enable)):
            poison = buffer.poison[i]
            with m.If(buffer.enable[i]):
                code = encode(m, buffer.word.word_select(i, 64), f"word{i}")
            checks.append(code ^ Cat(poison, poison))
        m.d.sync += phy.write_enable.eq(buffer.enable)
        with m.If(buffer.enable.any()):
            m.d.sync += [phy.write_data.eq(buffer.word), phy.write_check.eq(Cat(checks))]
        return due.any() | phy.write_enable.any()

    def _return(self, m: Module, scheduler: Any, buffer: Any, slots: Any, scrubs: Any) -> Value:
        """Words of reads. Returns whether some are still to come."""
        phy, config = self.phy, self.config
        note = data.StructLayout({"tag": TAG_BITS, "internal": 1, "scrub": 1, "spot": Spot(config)})
        depth = timing_of(config).cl // BURST + 4
        m.submodules.notes = notes = fifo.SyncFIFO(width=note.size, depth=depth)
        new, head = Signal(note), data.View(note, notes.r_data)
        chosen = scheduler.chosen
        m.d.comb += [
            new.tag.eq(chosen.tag),
            new.internal.eq(chosen.internal),
            new.scrub.eq(chosen.scrub),
            new.spot.bank.eq(number(chosen.banks)),
            new.spot.row.eq(chosen.row),
            new.spot.column.eq(chosen.column),
            notes.w_data.eq(new),
            notes.w_en.eq(scheduler.column.any() & ~scheduler.write),
        ]
        valid, word = Signal(), Signal(range(BURST))
        read, check = Signal(len(phy.read_data)), Signal(len(phy.read_check))
        m.d.sync += valid.eq(phy.read_valid)
        with m.If(phy.read_valid):
            m.d.sync += [read.eq(phy.read_data), check.eq(phy.read_check)]
        with m.If(valid):
            words = [
                decode(m, read.word_select(i, 64), check.word_select(i, 8), f"word{i}")
                for i in range(len(read) // 64)
            ]
        singles, doubles = Cat(w.single for w in words), Cat(w.double for w in words)
        last, seen, flawed = Signal(), Signal(), Signal()
        m.d.comb += [
            last.eq(valid & (word == BURST - 1)),
            flawed.eq(seen | singles.any()),
            notes.r_en.eq(last),
            scrubs.w_en.eq(last & flawed & ~head.internal),
            scrubs.w_data.eq(head.spot),
            slots.put.eq(valid & ~head.internal),
            slots.put_slot.eq(head.tag),
            buffer.fill.eq(valid & head.internal),
            buffer.fill_tag.eq(head.tag),
        ]
        for port, name in ((slots, "put"), (buffer, "fill")):
            m.d.comb += [
                getattr(port, f"{name}_word").eq(word),
                getattr(port, f"{name}_data").eq(Cat(w.data for w in words)),
                getattr(port, f"{name}_double").eq(doubles),
            ]
        with m.If(valid):
            m.d.sync += [word.eq(word + 1), seen.eq(flawed & ~last)]
            with m.If(~head.scrub):
                m.d.comb += self.corrected.eq(sum(w.single for w in words))
        starts, ends = notes.w_en & ~chosen.internal, last & ~head.internal
        m.d.sync += self._sent.eq(self._sent + starts - ends)
        return notes.r_rdy | valid
