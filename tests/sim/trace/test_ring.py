"""Records of trace events, and a host's side of the ring."""

from __future__ import annotations

import random

import pytest

from tinyneuron_hw.isa.csr import Csr
from tinyneuron_hw.isa.opcodes import Stream
from tinyneuron_hw.isa.trace import CYCLE_BITS, RECORD_BYTES, RECORD_FIELDS
from tinyneuron_sim.backend import BackendError, TraceEvent
from tinyneuron_sim.trace.ring import TraceRing, decode_records


def encode_record(event: TraceEvent) -> bytes:
    """A record as hardware writes it."""
    values = {
        "cycle": event.cycle, "kind": event.kind == "end", "pc": event.pc,
        "stream": event.stream.value, "source": event.source,
    }  # fmt: skip
    word = sum((int(values[name]) & (1 << field.width) - 1) << field.offset
               for name, field in RECORD_FIELDS.items())  # fmt: skip
    return word.to_bytes(RECORD_BYTES, "little")


class Core:
    """The registers and the memory of a core that has written ``count`` events."""

    def __init__(self, memory: bytes):
        self.memory, self.registers = memory, dict.fromkeys(Csr, 0)

    def csr_read(self, address):
        return self.registers[address]

    def csr_write(self, address, value):
        self.registers[address] = value

    def memory_read(self, address, size):
        return self.memory[address : address + size]


def events(seed: int, count: int, first: int = 0) -> list[TraceEvent]:
    rng, cycle, found = random.Random(seed), first, []
    for _ in range(count):
        found.append(TraceEvent(cycle, rng.randrange(32), rng.choice(list(Stream)),
                                rng.choice(["start", "end"]), rng.randrange(1 << 24)))  # fmt: skip
        cycle = max(0, cycle + rng.randrange(-30, 1 << 29))
    return found


def test_records_give_events_back_over_many_turns_of_their_cycle():
    sent = events(1, 60)
    assert sent[-1].cycle > 4 << CYCLE_BITS
    assert decode_records(b"".join(map(encode_record, sent))) == sent


def test_a_ring_is_read_around_its_end_and_counts_on():
    sent, size, base = events(2, 40), 32, 256
    memory = bytearray(base + size * RECORD_BYTES)
    core = Core(memory)
    ring = TraceRing(core, base, size)
    ring.start()
    assert core.registers[Csr.TRACE_BASE_LO] == base
    assert core.registers[Csr.TRACE_SIZE] == size
    for first, last in ((0, 20), (20, 40)):
        for number in range(first, last):
            at = base + number % size * RECORD_BYTES
            memory[at : at + RECORD_BYTES] = encode_record(sent[number])
        core.registers[Csr.TRACE_WRITTEN] = last
        assert ring.is_half_full
        ring.drain()
        assert core.registers[Csr.TRACE_READ] == last
    assert not ring.is_half_full
    core.registers[Csr.TRACE_LOST] = 3
    ring.stop()
    assert ring.events == sent
    assert ring.lost == 3
    assert core.registers[Csr.TRACE_SIZE] == 0


def test_events_that_never_arrive_are_an_error():
    core = Core(bytes(1024))
    ring = TraceRing(core, 0, 32)
    core.registers[Csr.TRACE_STATE] = 1
    with pytest.raises(BackendError, match="still on their way to device memory"):
        ring.start()


@pytest.mark.parametrize(("address", "size"), [(64, 32), (0, 8), (0, 0), (256, -32)])
def test_places_that_hardware_cannot_use(address, size):
    with pytest.raises(BackendError, match=f"not {size} events of 8 at {address:#x}"):
        TraceRing(Core(b""), address, size)
