"""Streams that wait for each other at a BARRIER."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tinyneuron_hw.isa.csr import Trap
from tinyneuron_hw.isa.opcodes import Stream

from .errors import TrapSignal
from .prepared import Prepared
from .races import RaceDetector
from .sequencer import Sequencer

__all__ = ["absent", "arrive", "meeting"]


def arrive(sequencer: Sequencer, prepared: Prepared) -> None:
    """The stream comes to a BARRIER; it traps when its own is none of the barrier's."""
    streams = prepared.fields["streams"]
    if not streams >> sequencer.stream.value & 1:
        message = f"streams: the barrier leaves out {sequencer.stream.name}, which runs it"
        raise TrapSignal(Trap.BAD_OPERAND, None, message)
    sequencer.meeting = streams


def _named(sequencer: Sequencer) -> list[Stream]:
    assert sequencer.meeting is not None
    return [stream for stream in Stream if sequencer.meeting >> stream.value & 1]


def absent(sequencers: Mapping[Stream, Sequencer], waiting: Sequencer) -> list[str]:
    """The streams that a stream at a BARRIER waits for."""
    return [stream.name for stream in _named(waiting)
            if sequencers[stream].meeting != waiting.meeting]  # fmt: skip


def meeting(
    sequencers: Mapping[Stream, Sequencer], newest: Sequencer, races: RaceDetector | None
) -> list[Sequencer]:
    """The streams that go on because one has come: all that its BARRIER names, or none. What each
    did before is then ordered before all of them."""
    if absent(sequencers, newest):
        return []
    together = [sequencers[stream] for stream in _named(newest)]
    if races is not None:
        clocks = [races.clock(sequencer.stream.value) for sequencer in together]
        for sequencer in together:
            races.acquire(sequencer.stream.value, np.maximum.reduce(clocks))
    for sequencer in together:
        sequencer.meeting = None
    return together
