"""Bounded proofs of the AXI channel rules, for every port: what the blocks next to it may do is
tried all at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from amaranth.hdl import Assert, Assume, Cat, Module, Signal

from tinyneuron_hw.config import get_config
from tinyneuron_hw.dma.axi_arbiter import AxiArbiter
from tinyneuron_hw.dma.splitter import Splitter
from tinyneuron_hw.dma.transfer import BURST_BEATS
from tinyneuron_hw.host.axil_port import AxiLitePort
from tinyneuron_hw.sequencer.fetch_bus import FetchBus

from .axi_memory import fixed_memory, memory_reads, memory_writes, reads_to_two, writes_to_two
from .axi_rules import check_address, check_held, check_write_data, is_held
from .formal import Design, counterexample, driven

CONFIG = get_config("tiny")
BYTES = CONFIG.axi_bytes
ENGINES = (0, 2)


class _Engine:
    """What the arbiter may expect of an engine: requests that stay, inside a block, and as many
    beats of data as it asked for, at once, the last one marked."""

    def __init__(self, m: Module, arbiter: AxiArbiter, number: int):
        reads, writes, data = arbiter.ar[number], arbiter.aw[number], arbiter.w[number]
        word, strobe = (
            Signal(8 * BYTES, name=f"word{number}"),
            Signal(BYTES, name=f"strobe{number}"),
        )
        self.inputs = driven(reads.valid, reads.payload, writes.valid, writes.payload, word, strobe)
        for name, request in (("ar", reads), ("aw", writes)):
            payload = request.payload.as_value()
            held = is_held(m, request.valid, request.ready, payload, f"{name}{number}")
            block = BURST_BEATS * BYTES
            first = request.payload.address % block // BYTES
            fits = first + request.payload.beats < BURST_BEATS
            m.d.comb += [Assume(held), Assume(fits)]
        # Data of one burst at a time; its beats are there, so the engine waits with the next.
        left, active = Signal(4, name=f"left{number}"), Signal(name=f"active{number}")
        payload = data.payload.as_value()
        m.d.comb += [
            data.valid.eq(active),
            data.payload.data.eq(word),
            data.payload.strobe.eq(strobe),
            data.payload.last.eq(left == 0),
            Assume(~(active & writes.valid)),
            Assume(is_held(m, data.valid, data.ready, payload, f"w{number}")),
        ]
        with m.If(writes.valid & writes.ready):
            m.d.sync += [active.eq(1), left.eq(writes.payload.beats)]
        with m.Elif(data.valid & data.ready):
            m.d.sync += [left.eq(left - 1), active.eq(~data.payload.last)]


def dma_port() -> Design:
    m = Module()
    m.submodules.arbiter = arbiter = AxiArbiter(CONFIG, ENGINES)
    axi = arbiter.axi
    engines = [_Engine(m, arbiter, number) for number in range(len(ENGINES))]
    for channel in ("ar", "aw"):
        check_address(m, axi, channel, BYTES, ENGINES)
    check_write_data(m, axi, 4)
    # Whatever comes back is taken at once.
    m.d.comb += [Assert(axi.rready), Assert(axi.bready)]
    answers = driven(axi.arready, axi.awready, axi.wready, axi.rvalid, axi.rid, axi.rdata,
                     axi.rresp, axi.rlast, axi.bvalid, axi.bid, axi.bresp)  # fmt: skip
    ends = axi.wvalid & axi.wready & axi.wlast
    return m, [*answers, *(value for engine in engines for value in engine.inputs)], ends


def fetch_port(*, aligned: bool = True) -> Design:
    m = Module()
    m.submodules.bus = bus = FetchBus(CONFIG)
    axi = bus.axi
    inputs = [*driven(bus.stop, bus.windows, axi.arready, axi.rvalid, axi.rid, axi.rdata, axi.rresp,
                      axi.rlast)]  # fmt: skip
    for request in bus.requests:
        inputs += driven(request.valid, request.address)
        # Instructions are 128 bytes at multiples of 128: so are all addresses of streams.
        m.d.comb += Assume((request.address % 128 == 0) | (not aligned))
    check_address(m, axi, "ar", BYTES, tuple(range(len(bus.requests))))
    in_flight = Signal(8)
    m.d.sync += in_flight.eq(
        in_flight + (axi.arvalid & axi.arready) - (axi.rvalid & axi.rready & axi.rlast)
    )
    # A memory answers what it was asked only.
    m.d.comb += [Assume((in_flight != 0) | ~axi.rvalid), Assert(axi.rready)]
    m.d.comb += Assert(~bus.quiet | ((in_flight == 0) & ~axi.arvalid))
    return m, inputs, axi.rvalid & axi.rlast


def control_port() -> Design:
    m = Module()
    m.submodules.port = port = AxiLitePort()
    axil = port.axil
    inputs = driven(axil.awvalid, axil.awaddr, axil.wvalid, axil.wdata, axil.wstrb, axil.bready,
                    axil.arvalid, axil.araddr, axil.rready, port.done, port.error,
                    port.read_data)  # fmt: skip
    for name, payload in (("aw", axil.awaddr), ("w", Cat(axil.wdata, axil.wstrb)),
                          ("ar", axil.araddr)):  # fmt: skip
        valid, ready = getattr(axil, f"{name}valid"), getattr(axil, f"{name}ready")
        m.d.comb += Assume(is_held(m, valid, ready, payload, name))
    for channel in ("b", "r"):
        check_held(m, axil, channel)
    # One answer for each request, none without.
    for asked, answered in (
        (axil.awvalid & axil.awready, (axil.bvalid, axil.bready)),
        (axil.arvalid & axil.arready, (axil.rvalid, axil.rready)),
    ):
        open_ = Signal()
        valid, ready = answered
        m.d.comb += [Assert(~valid | open_), Assert(~(asked & open_))]
        m.d.sync += open_.eq(asked | (open_ & ~(valid & ready)))
    m.d.comb += [
        Assert((axil.awvalid & axil.awready) == (axil.wvalid & axil.wready)),
        Assume(~port.done | port.valid),
    ]
    return m, inputs, (axil.bvalid & axil.bready) | (axil.rvalid & axil.rready)


def bursts_of_a_run() -> Design:
    """Any run, from any byte: its bursts stay inside a block and are all of it, in order."""
    m = Module()
    m.submodules.splitter = splitter = Splitter(CONFIG)
    burst, block = splitter.burst.payload, BURST_BEATS * BYTES
    length, start = Signal(34), Signal(48)
    done, started = Signal(40), Signal()
    m.d.sync += started.eq(started | (splitter.run.valid & splitter.run.ready))
    m.d.comb += [
        splitter.length.eq(length),
        Assume(length != 0),
        splitter.run.valid.eq(~started),
        splitter.run.payload.address.eq(start),
        splitter.run.payload.last.eq(1),
    ]
    for value in (length, start):
        before = Signal.like(value)
        known = Signal()
        m.d.sync += [before.eq(value), known.eq(1)]
        m.d.comb += Assume(~known | (value == before))
    end = Signal(49)
    first_beat, last_beat = burst.address // BYTES, (burst.address + burst.bytes - 1) // BYTES
    m.d.comb += end.eq(burst.address + burst.bytes - 1)
    with m.If(splitter.burst.valid):
        m.d.comb += [
            Assert(burst.bytes != 0),
            Assert(end // block == burst.address // block),
            Assert(burst.beats == (last_beat - first_beat)[:4]),
            Assert(burst.address == (start + done)[:48]),
            Assert(burst.last == (done + burst.bytes == length)),
        ]
        with m.If(splitter.burst.ready):
            m.d.sync += done.eq(done + burst.bytes)
    return m, driven(splitter.burst.ready, length, start), splitter.burst.valid


PORTS = {"dma": (dma_port, 12), "fetch": (fetch_port, 12), "control": (control_port, 14),
         "bursts": (bursts_of_a_run, 8), "memory reads": (memory_reads, 12),
         "fixed memory": (fixed_memory, 10),
         "memory writes": (memory_writes, 12), "reads to two": (reads_to_two, 10),
         "writes to two": (writes_to_two, 10)}  # fmt: skip
"""Design and cycles that are looked at."""
FEWER = {"dma": 9, "fixed memory": 8, "memory reads": 9, "memory writes": 9, "reads to two": 8,
         "writes to two": 6}  # fmt: skip
"""Cycles that take a tenth of the time."""
runs = pytest.mark.parametrize(
    ("name", "cycles"),
    [(name, FEWER.get(name, cycles)) for name, (_, cycles) in PORTS.items()]
    + [pytest.param(name, PORTS[name][1], marks=pytest.mark.slow) for name in FEWER],
)


@runs
def test_no_run_breaks_a_rule_of_the_channels(name: str, cycles: int, tmp_path: Path):
    design, _ = PORTS[name]
    m, inputs, _ = design()
    assert counterexample(m, inputs, cycles, tmp_path) is None


@runs
def test_the_runs_that_are_looked_at_have_two_transactions(name: str, cycles: int, tmp_path: Path):
    design, _ = PORTS[name]
    m, inputs, event = design()
    seen = Signal(2)
    m.d.sync += seen.eq(seen + (event & (seen < 3)))
    m.d.comb += Assert(seen < 2)
    assert counterexample(m, inputs, cycles, tmp_path) is not None


def test_a_burst_over_a_boundary_is_found(tmp_path: Path):
    m, inputs, _ = fetch_port(aligned=False)
    assert counterexample(m, inputs, 6, tmp_path) is not None
