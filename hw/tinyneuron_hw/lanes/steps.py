"""The shared control of a pipeline of lanes."""

from collections.abc import Mapping
from typing import Any

from amaranth.hdl import Cat, Module, ShapeLike, Signal
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

__all__ = ["StepPipeline", "delayed"]


class StepPipeline(wiring.Component):
    """Carries what goes through the lanes beside the data, and decides when their clock runs.

    The lanes have no valid bits and no enables of their own: they move when ``clock`` is high,
    all together. What a stage of a lane has to do moves with its element, in registers of the
    lanes' clock (see :func:`delayed`), so steps of different instructions follow each other.

    Parameters
    ----------
    step:
        Shape of a step; it has a one-bit field ``valid`` (the stage holds something).
    depth:
        Registers between a lane's input and its last result.
    exits:
        One-bit field of the step -> stage: a step with the field set gives a result there. By
        default ``emit`` at the last stage. Two results must never meet.

    Members
    -------
    step: what enters the lanes in this cycle.
    stages: ``stages[k]`` belongs to the data behind a lane's k-th register; ``stages[0]`` is
        ``step``.
    hold: some stage is not done yet (an operation of several cycles): nothing moves.
    advance: the pipeline moves in this cycle: nothing in it waits for ``ready``.
    clock: some lane register changes in this cycle.
    valid, ready: handshake of the results.
    """

    def __init__(self, step: ShapeLike, depth: int, exits: Mapping[str, int] | None = None):
        self._step = step
        self._depth = depth
        self._exits = {"emit": depth} if exits is None else dict(exits)
        super().__init__(
            {
                "step": In(step),
                "stages": Out(data.ArrayLayout(step, depth + 1)),
                "hold": In(1),
                "advance": Out(1),
                "clock": Out(1),
                "valid": Out(1),
                "ready": In(1),
            }
        )

    def elaborate(self, platform):
        m = Module()
        stages = [self.step]
        for number in range(1, self._depth + 1):
            stages.append(Signal(self._step, name=f"stage{number}"))
        with m.If(self.advance):
            for following, stage in zip(stages[1:], stages[:-1], strict=True):
                m.d.sync += following.eq(stage)
        occupied, result = Signal(self._depth), Signal()
        m.d.comb += [
            occupied.eq(Cat(stage.valid for stage in stages[:-1])),
            result.eq(Cat(stages[stage][field] for field, stage in self._exits.items()).any()),
            self.valid.eq(result & ~self.hold),
            self.advance.eq((~result | self.ready) & ~self.hold),
            self.clock.eq(self.advance & occupied.any()),
        ]
        m.d.comb += [self.stages[k].eq(stage) for k, stage in enumerate(stages)]
        return m


def delayed(m: Module, value: Any, depth: int, *, name: str) -> list[Any]:
    """``value`` behind 0 ... ``depth`` registers that move in every cycle of ``m``'s clock."""
    stages = [value]
    for number in range(1, depth + 1):
        stage = Signal.like(value, name=f"{name}{number}", reset_less=True)
        m.d.sync += stage.eq(stages[-1])
        stages.append(stage)
    return stages
