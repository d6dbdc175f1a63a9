"""Amaranth's simulator with levelized logic: each piece of combinational logic is evaluated in
topological order, once after everything it reads, and registers only after something they read
has changed.

It plugs into :class:`amaranth.sim.Simulator` as an engine, so clocks, processes, testbenches,
triggers and waveforms are Amaranth's own. Values at every point where a process or testbench looks
are those of Amaranth's engine; glitches inside a time step are not there (decision 0021).
"""

from __future__ import annotations

from typing import Any

from amaranth.sim import Simulator

from .engine import LevelizedEngine

__all__ = ["LevelizedEngine", "simulator"]


def simulator(design: Any) -> Simulator:
    """An Amaranth simulator of an elaboratable, with levelized logic."""
    return Simulator(design, engine=LevelizedEngine)
