"""Commands an engine has accepted, and the engine's clock."""

from typing import Any

from amaranth.hdl import Module, Signal, Value
from amaranth.lib import fifo, stream, wiring
from amaranth.lib.wiring import In, Out

from ..blocks import Gated
from ..config import CoreConfig
from ..sequencer.ports import EngineCommand
from .front import LaneFront
from .pending import PENDING

__all__ = ["CommandQueue", "connect_engine"]


class CommandQueue(wiring.Component):
    """Holds ``config.queue_depth`` commands, and counts those in execution.

    Members
    -------
    issue: commands in program order.
    waiting: the oldest command that has not been taken for execution.
    done: the oldest command in execution has ended.
    occupied: there is a command, waiting or in execution: the engine's clock must run.

    Latency: a command is ``waiting`` 1 cycle after it was issued.
    """

    def __init__(self, config: CoreConfig):
        self._depth = config.queue_depth
        super().__init__(
            {
                "issue": In(stream.Signature(EngineCommand)),
                "waiting": Out(stream.Signature(EngineCommand)),
                "done": In(1),
                "occupied": Out(1),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        width = EngineCommand.as_shape().size
        m.submodules.fifo = queue = fifo.SyncFIFO(width=width, depth=self._depth)
        held = Signal(range(self._depth + PENDING + 2))
        m.d.comb += [
            queue.w_data.eq(self.issue.payload),
            queue.w_en.eq(self.issue.valid),
            self.issue.ready.eq(queue.w_rdy),
            self.waiting.payload.eq(queue.r_data),
            self.waiting.valid.eq(queue.r_rdy),
            queue.r_en.eq(self.waiting.ready),
            self.occupied.eq(held.any()),
        ]
        taken = self.issue.valid & self.issue.ready
        with m.If(taken & ~self.done):
            m.d.sync += held.eq(held + 1)
        with m.Elif(self.done & ~taken):
            m.d.sync += held.eq(held - 1)
        return m


def connect_engine(
    m: Module, engine: Any, body: Module, front: LaneFront, config: CoreConfig, *, name: str,
    wake: Value | None = None,
) -> None:  # fmt: skip
    """Puts a queue before an engine's ``front`` and stops the clock of ``body``, which holds it,
    while the queue is empty: nothing is left in it when the last command is done. ``wake`` lets the
    clock run all the same.

    The commands in execution are registers of ``front``, so that no logic of an idle engine depends
    on a clock that runs.
    """
    m.submodules.queue = queue = CommandQueue(config)
    wiring.connect(body, queue.waiting, front.issue)
    runs = queue.occupied if wake is None else queue.occupied | wake
    m.submodules.body = Gated(body, runs, name=name)
    wiring.connect(m, wiring.flipped(engine.port.issue), queue.issue)
    for port in ("sbuf_read", "sbuf_write", "psum_read", "psum_write"):
        wiring.connect(m, getattr(front, port), wiring.flipped(getattr(engine, port)))
    m.d.comb += [
        queue.done.eq(front.done),
        engine.port.started.eq(front.started),
        engine.port.done.eq(front.done),
        engine.port.busy.eq(queue.occupied),
        engine.hazard.eq(front.hazard),
    ]
