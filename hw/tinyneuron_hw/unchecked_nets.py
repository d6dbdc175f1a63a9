"""Amaranth's netlists without a look at every net's type.

Amaranth makes a tuple of nets for each use, slice and port of a value and checks each time that
each of its bits is a net, through a generator: a fifth of what emitting Verilog takes. The nets are
its own; nothing of this project makes any.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from amaranth.hdl import _nir

__all__ = ["nets_unchecked"]

_Net: Any = _nir.Net
_Value: Any = _nir.Value


def _new(cls: Any, nets: Any = ()) -> Any:
    return tuple.__new__(cls, (nets,) if isinstance(nets, _Net) else nets)


def _resolve(self: Any, value: Any) -> Any:
    connections = self.connections
    nets: list[Any] = []
    for net in value:
        while net < 0:  # a late net, which a connection stands for
            net = connections[net]
        nets.append(net)
    return _new(_Value, nets)


@contextlib.contextmanager
def nets_unchecked() -> Iterator[None]:
    """Inside, values of nets are made as they are given. Also a decorator."""
    values, netlists = _Value, _nir.Netlist
    before = values.__new__, netlists.resolve_value
    values.__new__, netlists.resolve_value = _new, _resolve
    try:
        yield
    finally:
        values.__new__, netlists.resolve_value = before
