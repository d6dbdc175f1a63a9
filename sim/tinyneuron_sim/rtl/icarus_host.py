"""Runs inside the simulator's process: answers the calls that icarus.py sends.

A message is a tuple, the name of a method of ``PortHost`` and its arguments; the answer is a
:class:`Reply`, or the text of an error. Time passes only while a call is answered.
"""

from __future__ import annotations

import operator
import os
import traceback
from multiprocessing.connection import Connection
from typing import Any

from cocotb.clock import Clock
from cocotb.handle import ArrayObject
from cocotb.simtime import get_sim_time
from cocotb.triggers import FallingEdge, First, RisingEdge, Timer, ValueChange

import cocotb
from tinyneuron_hw.config import CoreConfig
from tinyneuron_sim.rtl.backend import RESET_CYCLES
from tinyneuron_sim.rtl.host import PortHost
from tinyneuron_sim.rtl.icarus import PIPE_VARIABLE
from tinyneuron_sim.rtl.memory_side import memory_inputs, wakes
from tinyneuron_sim.rtl.probes import Probe

_PERIOD_NS = 10
_DRIVEN = (
    "s_axil__araddr", "s_axil__arvalid", "s_axil__awaddr", "s_axil__awvalid", "s_axil__wdata",
    "s_axil__wvalid",
)  # fmt: skip
"""Inputs that are 0 until they are set: nothing may sample an X."""


class _Ports:
    """The wrapper's ports. Between calls the clock is low: outputs have settled since the rising
    edge, and the wrapper's registers take inputs at the next one."""

    def __init__(self, dut: Any, config: CoreConfig):
        self._dut = dut
        self._handles: dict[str, Any] = {}
        self._next = FallingEdge(dut.clk)
        commands = [ValueChange(self._handle(name)) for name in wakes(config)]
        self._wakes = [*commands, RisingEdge(self._handle("trace__valid")),
                       RisingEdge(self._handle("interrupt"))]  # fmt: skip

    def _handle(self, name: str) -> Any:
        if name not in self._handles:
            self._handles[name] = getattr(self._dut, name)
        return self._handles[name]

    def get(self, name: str) -> int:
        return int(self._handle(name).value)

    def set(self, name: str, value: int) -> None:
        self._handle(name).value = int(value)

    def peek(self, probe: Probe) -> int:
        key = f"{probe.scope}.{probe.name}"
        if key not in self._handles:
            try:
                self._handles[key] = operator.attrgetter(f"chip.{key}")(self._dut)
            except AttributeError:
                raise LookupError(f"the chip has no {probe.name} in {probe.scope}") from None
        handle = self._handles[key]
        return int((handle[probe.row] if isinstance(handle, ArrayObject) else handle).value)

    async def next_cycle(self) -> None:
        await self._next

    async def idle(self, limit: int) -> int:
        begin = get_sim_time("ns")
        # The timer ends before the falling edge that it means, which is then still to come.
        await First(*self._wakes, Timer(limit * _PERIOD_NS - 1, "ns"))
        await self._next
        return round((get_sim_time("ns") - begin) / _PERIOD_NS)


@cocotb.test()
async def serve(dut: Any) -> None:
    """Answers until the other side closes the pipe."""
    pipe = Connection(int(os.environ[PIPE_VARIABLE]))
    config = pipe.recv()
    ports = _Ports(dut, config)
    for name in (*_DRIVEN, *memory_inputs(config)):
        ports.set(name, 0)
    ports.set("rst", 1)
    cocotb.start_soon(Clock(dut.clk, _PERIOD_NS, unit="ns", impl="gpi").start(start_high=False))
    for _ in range(RESET_CYCLES):
        await ports.next_cycle()
    ports.set("rst", 0)
    for _ in range(2):
        await ports.next_cycle()
    host = PortHost(config, ports)
    pipe.send(True)
    while True:
        try:
            message = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            answer = await host.call(*message)
        except Exception:
            answer = traceback.format_exc()
        try:
            pipe.send(answer)
        except OSError:
            return
