"""A design in Amaranth's simulator for many tests."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from functools import cache, partial
from typing import Any

from amaranth.hdl import ResetInserter, Signal

from tinyneuron_sim.rtl.levelized import simulator

Process = Callable[[Any], Awaitable[None]]
"""``process(ctx)``, as Amaranth's testbenches are."""


class Machine:
    """A design that is compiled once, which takes longer than most tests of it.

    Every run begins as if the design had just been made. With ``resettable``, ``reset`` resets
    it in the middle of a run.
    """

    def __init__(self, dut, *, resettable: bool = False):
        self.dut = dut
        self.reset = Signal()
        self._sim = simulator(ResetInserter(self.reset)(dut) if resettable else dut)
        self._sim.add_clock(1e-6)
        self._playing: tuple[list[Process], list[Process]] = [], []
        self._slots = [0, 0]

    def run(self, body: Process, *background: Process, processes: Iterable[Process] = ()) -> None:
        """Runs until ``body`` is done, which in each cycle comes after the ``background``.

        Background and body are testbenches: the design settles after each of their writes.
        ``processes`` write at a clock edge, as registers do.
        """
        self._playing = [*background, partial(self._critical, body)], list(processes)
        self._sim.reset()
        for kind, playing in enumerate(self._playing):
            for index in range(self._slots[kind], len(playing)):
                self._add(kind, index)
            self._slots[kind] = max(self._slots[kind], len(playing))
        self._sim.run()

    def _add(self, kind: int, index: int) -> None:
        async def play(ctx) -> None:
            playing = self._playing[kind]
            if index < len(playing):
                await playing[index](ctx)

        if kind == 0:
            self._sim.add_testbench(play, background=True)
        else:
            self._sim.add_process(play)

    @staticmethod
    async def _critical(body: Process, ctx) -> None:
        with ctx.critical():
            await body(ctx)


@cache
def machine(component: Callable, *args, resettable: bool = False) -> Machine:
    """The one :class:`Machine` of ``component(*args)`` in this process."""
    return Machine(component(*args), resettable=resettable)
