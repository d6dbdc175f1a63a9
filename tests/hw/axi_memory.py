"""What stands between the core's AXI ports and memory, for proofs: the ports of the memory
controller, whose channels may do anything, and the way to two memories."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from amaranth.hdl import Assume, Const, Module, Signal, Value
from amaranth.utils import exact_log2

from tinyneuron_hw.config import get_config
from tinyneuron_hw.hbm.fixed import FixedController
from tinyneuron_hw.hbm.port_reads import PortReads
from tinyneuron_hw.hbm.port_writes import PortWrites
from tinyneuron_hw.hbm.requests import ID_BITS
from tinyneuron_hw.host.axi import Axi4, Axi4Read
from tinyneuron_hw.host.axi_router import AxiRouter

from .axi_rules import check_address, check_held, check_reads, check_responses, check_write_data
from .formal import Design, driven

__all__ = ["fixed_memory", "memory_reads", "memory_writes", "reads_to_two", "writes_to_two"]

CONFIG = get_config("tiny").with_changes(name="tiny,memory=hbm", memory="hbm")
BYTES = CONFIG.axi_bytes
IDS = range(1 << ID_BITS)
MOST = 3
"""Bursts under way."""


def _address(channel: str, port: Any) -> dict[str, Any]:
    """An address channel by its names in AXI4. The controller takes INCR bursts of whole words."""
    names = {f"{channel}{name}": getattr(port, name)
             for name in ("id", "addr", "len", "valid", "ready")}  # fmt: skip
    return names | {f"{channel}size": Const(exact_log2(BYTES)), f"{channel}burst": Const(1)}


def _given(port: Any, channel: str, *names: str) -> list[Value]:
    """Members of a channel that the other side drives."""
    return driven(*(getattr(port, channel + name) for name in names))


def _asked(port: Any, channel: str) -> list[Value]:
    """What a manager drives of an address channel."""
    return _given(port, channel, "valid", "id", "addr", "len", "size", "burst")


def memory_reads() -> Design:
    """The read side of a port of the memory controller."""
    m = Module()
    m.submodules.port = port = PortReads(CONFIG)
    data = {f"r{name}": getattr(port, f"r_{name}")
            for name in ("id", "data", "resp", "last", "valid", "ready")}  # fmt: skip
    axi = SimpleNamespace(**_address("ar", port.ar), **data)
    check_address(m, axi, "ar", BYTES, IDS, Assume)
    check_reads(m, axi, MOST)
    inputs = driven(axi.arvalid, axi.arid, axi.araddr, axi.arlen, axi.rready, port.ready, port.slot,
                    port.take_ready, *port.done, *port.taken)  # fmt: skip
    return m, inputs, axi.rvalid & axi.rready & axi.rlast


def memory_writes() -> Design:
    """The write side."""
    m = Module()
    m.submodules.port = port = PortWrites(CONFIG)
    axi = SimpleNamespace(
        **_address("aw", port.aw), wvalid=port.w_valid, wready=port.w_ready, wdata=port.w_data,
        wstrb=port.w_strobe, bvalid=port.b_valid, bready=port.b_ready, bid=port.b_id,
        bresp=port.b_resp,
    )  # fmt: skip
    check_address(m, axi, "aw", BYTES, IDS, Assume)
    check_held(m, axi, "w", Assume)
    check_responses(m, axi, MOST)
    inputs = driven(axi.awvalid, axi.awid, axi.awaddr, axi.awlen, axi.wvalid, axi.wdata, axi.wstrb,
                    axi.bready, port.ready)  # fmt: skip
    return m, inputs, axi.bvalid & axi.bready


def fixed_memory() -> Design:
    """The controller of a device with a fixed latency, a port that reads and writes and one that
    reads. The device answers each read it was given, some time."""
    m = Module()
    config = CONFIG.with_changes(name="fixed", memory="fixed", memory_latency=1, dma_engines=1)
    m.submodules.memory = memory = FixedController(config)
    (dma,), fetch, phy = memory.dma, memory.fetch, memory.phy
    inputs = driven(phy.ready, phy.read_valid, phy.read_data)
    for port in (dma, fetch):
        check_address(m, port, "ar", BYTES, IDS, Assume)
        check_reads(m, port, MOST)
        inputs += [*_asked(port, "ar"), port.rready]
    check_address(m, dma, "aw", BYTES, IDS, Assume)
    check_held(m, dma, "w", Assume)
    check_responses(m, dma, MOST)
    inputs += [*_asked(dma, "aw"), *_given(dma, "w", "valid", "data", "strb", "last"), dma.bready]
    asked = Signal(8)
    m.d.sync += asked.eq(asked + (phy.valid & phy.ready & ~phy.write) - phy.read_valid)
    m.d.comb += Assume((asked != 0) | ~phy.read_valid)
    return m, inputs, dma.rvalid & dma.rready & dma.rlast


def reads_to_two() -> Design:
    """Reads of one manager go to device memory or to the host's."""
    m = Module()
    m.submodules.router = router = AxiRouter(Axi4Read(data_bytes=BYTES, id_bits=ID_BITS))
    port, sides = router.port, (router.near, router.far)
    check_address(m, port, "ar", BYTES, IDS, Assume)
    check_reads(m, port, MOST)
    for side in sides:
        check_address(m, side, "ar", BYTES, IDS)
        check_reads(m, side, MOST, Assume)
    inputs = [*_asked(port, "ar"), port.rready]
    for side in sides:
        inputs += [side.arready, *_given(side, "r", "valid", "id", "data", "resp", "last")]
    return m, inputs, port.rvalid & port.rready & port.rlast


def writes_to_two() -> Design:
    """Writes of one manager; its data may come long before or after it is wanted."""
    m = Module()
    m.submodules.router = router = AxiRouter(Axi4(data_bytes=BYTES, id_bits=ID_BITS))
    port, sides = router.port, (router.near, router.far)
    check_address(m, port, "aw", BYTES, IDS, Assume)
    check_write_data(m, port, MOST, Assume)
    check_responses(m, port, MOST)
    for side in sides:
        check_address(m, side, "aw", BYTES, IDS)
        check_write_data(m, side, MOST)
        check_responses(m, side, MOST, Assume)
    inputs = [*_asked(port, "aw"), *_given(port, "w", "valid", "data", "strb", "last"), port.bready]
    for side in sides:
        inputs += [side.awready, side.wready, *_given(side, "b", "valid", "id", "resp")]
    return m, inputs, port.bvalid & port.bready
