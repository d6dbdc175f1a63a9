"""The shared control of a pipeline of lanes."""

from amaranth.hdl import Cat, Module, ShapeLike, Signal
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

__all__ = ["StepPipeline"]


class StepPipeline(wiring.Component):
    """Carries what each lane has to do beside the data, and decides when the lanes' clock runs.

    The lanes have no valid bits and no enables of their own: they move when ``clock`` is high,
    all together.

    Parameters
    ----------
    step:
        Shape of a step; it has one-bit fields ``valid`` (the stage holds something) and ``emit``
        (the last stage gives a result).
    depth:
        Registers between a lane's input and its result.

    Members
    -------
    step: what enters the lanes in this cycle.
    stages: ``stages[k]`` belongs to the data behind a lane's k-th register; ``stages[0]`` is
        ``step``.
    advance: the pipeline moves in this cycle: nothing in it waits for ``ready``.
    clock: some lane register changes in this cycle.
    valid, ready: handshake of the last stage's result.
    """

    def __init__(self, step: ShapeLike, depth: int):
        self._step = step
        self._depth = depth
        super().__init__(
            {
                "step": In(step),
                "stages": Out(data.ArrayLayout(step, depth + 1)),
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
        occupied = Signal(self._depth)
        m.d.comb += [
            occupied.eq(Cat(stage.valid for stage in stages[:-1])),
            self.valid.eq(stages[-1].emit),
            self.advance.eq(~self.valid | self.ready),
            self.clock.eq(self.advance & occupied.any()),
        ]
        m.d.comb += [self.stages[k].eq(stage) for k, stage in enumerate(stages)]
        return m
