# pyright: reportAttributeAccessIssue=false
"""What Amaranth keeps to itself and this package builds on, in one place: the names to check when
its version bound moves. It has no public type information either."""

from __future__ import annotations

from typing import Any

from amaranth.hdl import _ast, _mem, _xfrm
from amaranth.sim import _pyeval, pysim

__all__ = [
    "Assign", "Const", "EngineState", "LhsMasks", "MemoryChange", "MemoryInstance", "MemoryState",
    "Print", "Property", "PySimEngine", "Shape", "Signal", "SignalDict", "StatementList",
    "StatementVisitor", "Switch", "ValueVisitor", "run_wakers", "value_to_string",
]  # fmt: skip

Assign: Any = _ast.Assign
Const: Any = _ast.Const
Print: Any = _ast.Print
Property: Any = _ast.Property
Shape: Any = _ast.Shape
Signal: Any = _ast.Signal
SignalDict: Any = _ast.SignalDict
StatementList: Any = _ast._StatementList
Switch: Any = _ast.Switch
MemoryInstance: Any = _mem.MemoryInstance
LhsMasks: Any = _xfrm.LHSMaskCollector
StatementVisitor: Any = _xfrm.StatementVisitor
ValueVisitor: Any = _xfrm.ValueVisitor
EngineState: Any = pysim._PyEngineState
MemoryChange: Any = pysim._PyMemoryChange
MemoryState: Any = pysim._PyMemoryState
PySimEngine: Any = pysim.PySimEngine
run_wakers: Any = pysim._run_wakers
value_to_string: Any = _pyeval.value_to_string
