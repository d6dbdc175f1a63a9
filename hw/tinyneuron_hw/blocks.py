"""Wrappers that mean one thing in simulation and another in emitted Verilog.

:class:`Repeated` keeps a block that is used many times one Verilog module; :class:`Gated` stops
the clock of an idle block; :func:`soft_reset` resets a block. They look at the platform:
:class:`VerilogPlatform` when Verilog is emitted, anything else (``None`` in Amaranth's simulator)
otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from amaranth.hdl import (
    ClockDomain,
    ClockSignal,
    DomainRenamer,
    Elaboratable,
    EnableInserter,
    Instance,
    Module,
    ResetInserter,
    ResetSignal,
    Signal,
    Value,
)
from amaranth.lib import wiring

__all__ = ["CLOCK_GATE_MODULE", "Gated", "Repeated", "VerilogPlatform", "soft_reset"]

CLOCK_GATE_MODULE = "tn_clock_gate"


class VerilogPlatform:
    """Collects the repeated blocks met while a top is elaborated for Verilog."""

    def __init__(self) -> None:
        self.modules: dict[str, Callable[[], wiring.Component]] = {}
        """Module name -> factory of a block whose module is still to be emitted."""
        self.hierarchical: set[str] = set()
        """Modules Verilator compiles as hierarchical blocks."""
        self.uses_clock_gate = False


class Repeated(wiring.Component):
    """A block emitted once and instantiated by name.

    Parameters
    ----------
    name:
        Verilog module name; blocks with the same name must be identical.
    factory:
        Makes the block. Called lazily: once for simulation, once per name for Verilog.
    signature:
        The block's signature; its members become this component's.
    hierarchical:
        Whether Verilator compiles the module on its own.
    """

    def __init__(
        self,
        name: str,
        factory: Callable[[], wiring.Component],
        signature: wiring.Signature | wiring.FlippedSignature,
        *,
        hierarchical: bool = False,
    ):
        self._name = name
        self._factory = factory
        self._hierarchical = hierarchical
        super().__init__(signature)

    def elaborate(self, platform: Any) -> Any:
        if not isinstance(platform, VerilogPlatform):
            m = Module()
            block: Any = self._factory()
            m.submodules.block = block
            for path, member, own in self.signature.flatten(self):
                inner = block
                for step in path:
                    inner = inner[step] if isinstance(step, int) else getattr(inner, step)
                own_value, inner_value = Value.cast(own), Value.cast(inner)
                if member.flow is wiring.Out:
                    m.d.comb += own_value.eq(inner_value)
                else:
                    m.d.comb += inner_value.eq(own_value)
            return m
        platform.modules.setdefault(self._name, self._factory)
        if self._hierarchical:
            platform.hierarchical.add(self._name)
        ports: dict[str, Any] = {"i_clk": ClockSignal(), "i_rst": ResetSignal()}
        for path, member, own in self.signature.flatten(self):
            direction = "o" if member.flow is wiring.Out else "i"
            ports[f"{direction}_{'__'.join(map(str, path))}"] = Value.cast(own)
        return Instance(self._name, **ports)


class Gated(Elaboratable):
    """``block`` with its clock running only in cycles where ``enable`` is high.

    ``enable`` must come from registers of the ungated clock (or logic on them). Reset still
    reaches the block. In Verilog a ``tn_clock_gate`` cell (latch and AND) makes the clock;
    elsewhere :class:`EnableInserter` does the same to the registers. ``name`` tells nested gates
    apart.
    """

    def __init__(self, block: Any, enable: Value, *, name: str):
        self._block = block
        self._enable = enable
        self._name = name

    def elaborate(self, platform: Any) -> Any:
        if not isinstance(platform, VerilogPlatform):
            return EnableInserter(self._enable)(self._block)
        platform.uses_clock_gate = True
        m = Module()
        domain = f"gated_{self._name}"
        gated_clock = Signal(name=f"{domain}_clock")
        m.domains += (gated := ClockDomain(domain, local=True, async_reset=True))
        m.submodules.gate = Instance(
            CLOCK_GATE_MODULE,
            i_clk=ClockSignal(),
            i_enable=Value.cast(self._enable) | ResetSignal(),
            o_gated_clk=gated_clock,
        )
        m.d.comb += [gated.clk.eq(gated_clock), gated.rst.eq(ResetSignal())]
        m.submodules.block = DomainRenamer(domain)(self._block)
        return m


def soft_reset(m: Module, reset: Value, platform: Any, *, name: str) -> Callable[[Any], Any]:
    """Makes a second synchronous reset for some of a module's blocks; returns what to wrap each of
    them in.

    :class:`amaranth.ResetInserter` does not reach the modules of :class:`Repeated` in emitted
    Verilog, so there the blocks get clock domain ``name`` with the same clock and a wider reset.
    """
    if not isinstance(platform, VerilogPlatform):
        return ResetInserter(reset)
    m.domains += (domain := ClockDomain(name, local=True, async_reset=True))
    m.d.comb += [
        domain.clk.eq(ClockSignal()),
        domain.rst.eq(ResetSignal() | Value.cast(reset)),
    ]
    return DomainRenamer(name)
