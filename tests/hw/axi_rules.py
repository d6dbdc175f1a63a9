"""The channel rules of AXI4 as assertions, for bounded proofs of single blocks."""

from __future__ import annotations

from typing import Any

from amaranth.hdl import Assert, Assume, Cat, Module, Mux, Signal, Value
from amaranth.utils import exact_log2

__all__ = ["FIELDS", "check_address", "check_held", "check_write_data", "is_held"]

FIELDS = {
    "aw": ("id", "addr", "len", "size", "burst"),
    "ar": ("id", "addr", "len", "size", "burst"),
    "w": ("data", "strb", "last"),
    "b": ("id", "resp"),
    "r": ("id", "data", "resp", "last"),
}
"""Channel -> what must not change while it waits."""
_BOUNDARY = 4096
_INCR = 1


def is_held(m: Module, valid: Value, ready: Value, payload: Value, name: str) -> Value:
    """Whether a channel that waited in the cycle before still offers the same."""
    waited, before = Signal(name=f"{name}_waited"), Signal(len(payload), name=f"{name}_before")
    m.d.sync += [waited.eq(valid & ~ready), before.eq(payload)]
    return ~waited | (valid & (payload == before))


def check_held(m: Module, axi: Any, channel: str) -> None:
    """A valid channel stays as it is until it is taken."""
    fields = [name for name in FIELDS[channel] if hasattr(axi, channel + name)]
    payload = Cat(Value.cast(getattr(axi, channel + name)) for name in fields)
    valid, ready = getattr(axi, f"{channel}valid"), getattr(axi, f"{channel}ready")
    m.d.comb += Assert(is_held(m, valid, ready, payload, channel))


def check_address(m: Module, axi: Any, channel: str, data_bytes: int, ids: tuple[int, ...]) -> None:
    """A manager's address channel: held, whole words, INCR, inside 4 KiB, an ID it may use."""
    check_held(m, axi, channel)
    valid, address, length, ident, size, burst = (
        getattr(axi, channel + name) for name in ("valid", "addr", "len", "id", "size", "burst")
    )
    last = Signal(len(address) + 1, name=f"{channel}_last")
    m.d.comb += last.eq(address + ((length + 1) << exact_log2(data_bytes)) - 1)
    with m.If(valid):
        m.d.comb += [
            Assert(size == exact_log2(data_bytes)),
            Assert(burst == _INCR),
            Assert(address % data_bytes == 0),
            Assert(last // _BOUNDARY == address // _BOUNDARY),
            Assert(ident.matches(*ids)),
        ]


def check_write_data(m: Module, axi: Any, most: int) -> None:
    """Each burst has the beats that its address says, the last one marked, in the order of the
    addresses, of which at most ``most`` wait for their data; none comes before its address is
    offered."""
    check_held(m, axi, "w")
    lengths = [Signal(8, name=f"length{k}") for k in range(most)]
    waiting, beat = Signal(range(most + 1)), Signal(8)
    was_offered, offers, ends = Signal(), Signal(), Signal()
    taken = axi.wvalid & axi.wready
    m.d.sync += was_offered.eq(axi.awvalid & ~axi.awready)
    m.d.comb += [offers.eq(axi.awvalid & ~was_offered), ends.eq(taken & axi.wlast)]
    # The oldest burst whose beats are not all there; an address counts as soon as it is offered.
    head = Mux(waiting == 0, axi.awlen, lengths[0])
    with m.If(axi.wvalid):
        m.d.comb += [
            Assert((waiting != 0) | offers),
            Assert(axi.wlast == (beat == head)),
        ]
    with m.If(taken):
        m.d.sync += beat.eq(Mux(axi.wlast, 0, beat + 1))
    m.d.comb += Assume((waiting != most) | ~offers)
    m.d.sync += waiting.eq(waiting + offers - ends)
    for k, length in enumerate(lengths):
        following = lengths[k + 1] if k + 1 < most else length
        with m.If(ends):
            m.d.sync += length.eq(following)
        with m.If(offers & (waiting - ends == k)):
            m.d.sync += length.eq(axi.awlen)
