"""Counts what the arbiters of a memory's banks refuse, by port and cause."""

from collections.abc import Sequence
from typing import Any

from amaranth.hdl import Module
from amaranth.lib import data
from amaranth.utils import bits_for

from ..isa.waits import BANK_CAUSES

__all__ = ["PortWaits", "count_waits"]


def PortWaits(ports: Sequence[str], copies: int = 1) -> data.StructLayout:  # noqa: N802 (a layout)
    """Requests refused in a cycle, as ``<port>_waits_<cause>``; of each of ``ports`` there are up
    to ``copies``."""
    return data.StructLayout(
        {f"{port}_waits_{cause}": bits_for(copies) for port in ports for cause in BANK_CAUSES}
    )


def count_waits(m: Module, waits: Any, arbiter: Any, ports: Sequence[str]) -> None:
    """Sets what ``waits`` (a :func:`PortWaits`) says of the ports that ``arbiter`` serves: their
    names, in its order."""
    for port in dict.fromkeys(ports):
        numbers = [r for r, name in enumerate(ports) if name == port]
        for cause in BANK_CAUSES:
            total = sum(getattr(arbiter.waits[r], cause) for r in numbers)
            m.d.comb += waits[f"{port}_waits_{cause}"].eq(total)
