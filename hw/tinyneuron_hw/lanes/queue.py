"""Commands an engine has accepted, and the engine's clock."""

from typing import Any

from amaranth.hdl import Module
from amaranth.lib import fifo, stream, wiring
from amaranth.lib.wiring import In, Out

from ..blocks import Gated
from ..config import CoreConfig
from ..isa.instructions import INSTRUCTION_BITS
from ..sequencer.ports import EngineCommand
from .front import LaneFront

__all__ = ["CommandQueue", "connect_engine"]


class CommandQueue(wiring.Component):
    """Holds the command in execution and ``config.queue_depth`` more.

    Members
    -------
    issue: commands in program order.
    command: the oldest one, when ``valid``; it stays until ``done``.
    done: drops the oldest command.
    occupied: there is a command, ``valid`` or about to be: the engine's clock must run.

    Latency: a command is ``valid`` 2 cycles after it was taken.
    """

    def __init__(self, config: CoreConfig):
        self._depth = config.queue_depth + 1
        super().__init__(
            {
                "issue": In(stream.Signature(EngineCommand)),
                "command": Out(INSTRUCTION_BITS),
                "valid": Out(1),
                "done": In(1),
                "occupied": Out(1),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        m.submodules.fifo = queue = fifo.SyncFIFOBuffered(width=INSTRUCTION_BITS, depth=self._depth)
        m.d.comb += [
            queue.w_data.eq(self.issue.payload.raw),
            queue.w_en.eq(self.issue.valid),
            self.issue.ready.eq(queue.w_rdy),
            self.command.eq(queue.r_data),
            self.valid.eq(queue.r_rdy),
            queue.r_en.eq(self.done),
            self.occupied.eq(queue.level.any()),
        ]
        return m


def connect_engine(
    m: Module, engine: Any, body: Module, front: LaneFront, config: CoreConfig, *, name: str
) -> None:
    """Puts a queue before an engine's ``front`` and stops the clock of ``body``, which holds it,
    while the queue is empty: nothing is left in it when the last command is done."""
    m.submodules.queue = queue = CommandQueue(config)
    m.submodules.body = Gated(body, queue.occupied, name=name)
    wiring.connect(m, wiring.flipped(engine.port.issue), queue.issue)
    for port in ("sbuf_read", "sbuf_write", "psum_read", "psum_write"):
        wiring.connect(m, getattr(front, port), wiring.flipped(getattr(engine, port)))
    m.d.comb += [
        front.command.eq(queue.command),
        front.valid.eq(queue.valid),
        queue.done.eq(front.done),
        engine.port.started.eq(front.started),
        engine.port.done.eq(front.done),
        engine.port.busy.eq(queue.occupied),
    ]
