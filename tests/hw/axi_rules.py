"""The channel rules of AXI4, for bounded proofs of single blocks: asserted of a block, assumed of
those beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from amaranth.hdl import Assert, Assume, Cat, Module, Mux, Signal, Value
from amaranth.utils import exact_log2

__all__ = ["FIELDS", "Rule", "check_address", "check_held", "check_reads", "check_responses",
           "check_write_data", "is_held"]  # fmt: skip

FIELDS = {
    "aw": ("id", "addr", "len", "size", "burst"),
    "ar": ("id", "addr", "len", "size", "burst"),
    "w": ("data", "strb", "last"),
    "b": ("id", "resp"),
    "r": ("id", "data", "resp", "last"),
}
"""Channel -> what must not change while it waits."""
Rule = Callable[[Any], Any]
"""``Assert`` or ``Assume``."""
_BOUNDARY = 4096
_INCR = 1


def is_held(m: Module, valid: Value, ready: Value, payload: Value, name: str) -> Value:
    """Whether a channel that waited in the cycle before still offers the same."""
    waited, before = Signal(name=f"{name}_waited"), Signal(len(payload), name=f"{name}_before")
    m.d.sync += [waited.eq(valid & ~ready), before.eq(payload)]
    return ~waited | (valid & (payload == before))


def check_held(m: Module, axi: Any, channel: str, rule: Rule = Assert) -> None:
    """A valid channel stays as it is until it is taken."""
    fields = [name for name in FIELDS[channel] if hasattr(axi, channel + name)]
    payload = Cat(Value.cast(getattr(axi, channel + name)) for name in fields)
    valid, ready = getattr(axi, f"{channel}valid"), getattr(axi, f"{channel}ready")
    m.d.comb += rule(is_held(m, valid, ready, payload, channel))


def check_address(
    m: Module, axi: Any, channel: str, data_bytes: int, ids: Iterable[int], rule: Rule = Assert
) -> None:
    """A manager's address channel: held, whole words, INCR, inside 4 KiB, an ID it may use."""
    check_held(m, axi, channel, rule)
    valid, address, length, ident, size, burst = (
        getattr(axi, channel + name) for name in ("valid", "addr", "len", "id", "size", "burst")
    )
    last = Signal(len(address) + 1, name=f"{channel}_last")
    m.d.comb += last.eq(address + ((length + 1) << exact_log2(data_bytes)) - 1)
    with m.If(valid):
        m.d.comb += [
            rule(size == exact_log2(data_bytes)),
            rule(burst == _INCR),
            rule(address % data_bytes == 0),
            rule(last // _BOUNDARY == address // _BOUNDARY),
            rule(ident.matches(*ids)),
        ]


def check_write_data(m: Module, axi: Any, most: int, rule: Rule = Assert) -> None:
    """Each burst has the beats that its address says, the last one marked, in the order of the
    addresses, of which at most ``most`` wait for their data; none comes before its address is
    offered."""
    check_held(m, axi, "w", rule)
    was_offered, offers, ends = Signal(), Signal(), Signal()
    taken, beat = axi.wvalid & axi.wready, Signal(8)
    m.d.sync += was_offered.eq(axi.awvalid & ~axi.awready)
    m.d.comb += [offers.eq(axi.awvalid & ~was_offered), ends.eq(taken & axi.wlast)]
    # The oldest burst whose beats are not all there; an address counts as soon as it is offered.
    waiting = _Waiting(m, "length", most, offers, axi.awlen)
    head = Mux(waiting.count == 0, axi.awlen, waiting.head)
    with m.If(axi.wvalid):
        m.d.comb += [
            rule((waiting.count != 0) | offers),
            rule(axi.wlast == (beat == head)),
        ]
    with m.If(taken):
        m.d.sync += beat.eq(Mux(axi.wlast, 0, beat + 1))
    waiting.leaves(ends)


class _Waiting:
    """What was accepted, oldest first: at most ``most`` values, of which more are not offered."""

    def __init__(self, m: Module, name: str, most: int, accepted: Value, value: Value):
        self._m, self._most = m, most
        self._accepted, self._value = accepted, value
        self._values = [Signal(len(value), name=f"{name}{k}") for k in range(most)]
        self.count, self.head = Signal(range(most + 1), name=f"{name}_count"), self._values[0]
        m.d.comb += Assume((self.count != most) | ~accepted)

    def leaves(self, left: Value) -> None:
        """When ``left``, the oldest one is gone."""
        m, count = self._m, self.count
        m.d.sync += count.eq(count + self._accepted - left)
        for k, value in enumerate(self._values):
            if k + 1 < self._most:
                with m.If(left):
                    m.d.sync += value.eq(self._values[k + 1])
            with m.If(self._accepted & (count - left == k)):
                m.d.sync += value.eq(self._value)


def check_reads(m: Module, axi: Any, most: int, rule: Rule = Assert) -> None:
    """A subordinate's data: held; for each address as many beats as it asks for, with its ID, the
    last one marked, in the order of the addresses. No more than ``most`` are asked for."""
    check_held(m, axi, "r", rule)
    request, beat = Signal(len(axi.arid) + 8), Signal(8)
    m.d.comb += request.eq(Cat(axi.arlen, axi.arid))
    waiting = _Waiting(m, "read", most, axi.arvalid & axi.arready, request)
    with m.If(axi.rvalid):
        m.d.comb += [
            rule(waiting.count != 0),
            rule(axi.rid == waiting.head[8:]),
            rule(axi.rlast == (beat == waiting.head[:8])),
        ]
    taken = axi.rvalid & axi.rready
    with m.If(taken):
        m.d.sync += beat.eq(Mux(axi.rlast, 0, beat + 1))
    waiting.leaves(taken & axi.rlast)


def check_responses(m: Module, axi: Any, most: int, rule: Rule = Assert) -> None:
    """A subordinate's responses: held; one for each address, with its ID, in their order, when
    all of its data has been taken, which is not before the address was."""
    check_held(m, axi, "b", rule)
    request, beat, full = Signal(len(axi.awid) + 8), Signal(8), Signal(8)
    m.d.comb += request.eq(Cat(axi.awlen, axi.awid))
    accepted = axi.awvalid & axi.awready
    for_data, for_response = (
        _Waiting(m, name, most, accepted, request) for name in ("data", "response")
    )
    taken, answered = axi.wvalid & axi.wready, axi.bvalid & axi.bready
    ends = taken & (beat == for_data.head[:8])
    with m.If(taken):
        m.d.comb += rule(for_data.count != 0)
        m.d.sync += beat.eq(Mux(ends, 0, beat + 1))
    with m.If(axi.bvalid):
        m.d.comb += [rule(full != 0), rule(axi.bid == for_response.head[8:])]
    m.d.sync += full.eq(full + ends - answered)
    for_data.leaves(ends)
    for_response.leaves(answered)
