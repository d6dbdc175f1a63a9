"""Wrappers that mean one thing in simulation and another in emitted Verilog.

:class:`Repeated` keeps a block that is used many times one Verilog module; :class:`Gated` stops
the clock of an idle block; :func:`soft_reset` resets a block; :func:`write_masked` writes some
bytes of a memory's row. They look at the platform: :class:`VerilogPlatform` when Verilog is
emitted, anything else (``None`` in Amaranth's simulator) otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from amaranth.hdl import (
    ClockDomain,
    ClockSignal,
    DomainRenamer,
    Elaboratable,
    EnableInserter,
    Fragment,
    Instance,
    Module,
    Mux,
    ResetInserter,
    ResetSignal,
    Signal,
    Value,
)
from amaranth.lib import wiring
from amaranth.lib.memory import Memory

__all__ = ["CLOCK_GATE_MODULE", "FORMS", "Gated", "Repeated", "VerilogForm", "VerilogPlatform",
           "enable_clock", "soft_reset", "write_masked"]  # fmt: skip

CLOCK_GATE_MODULE = "tn_clock_gate"
_ENABLE = "enable"
"""Clock domain whose clock is the clock enable of ``sync``; it exists with ``clock_enables``. A
domain is what renaming reaches, so a block below a gate finds its own enable as it finds its own
clock."""


@dataclass(frozen=True)
class VerilogForm:
    """What emitted Verilog is for. Every form does the same in every cycle, but for one thing: a
    gate is open during reset, so a memory behind it may then be written or read where an enable
    is low."""

    clock_enables: bool = False
    """Idle blocks have their clock enable low; otherwise a ``tn_clock_gate`` cell stops the clock.
    An FPGA has few clock nets but an enable at every flip-flop."""
    byte_enables: bool = False
    """SBUF and PSUM have a write enable per byte, as memory macros and block RAM do; otherwise a
    masked write reads the old row, which a simulator runs faster."""
    guards: bool = False
    """The logic of guarded blocks, and of registers that keep their value, is written so that a
    simulator leaves it out where it does not count."""


FORMS = {
    "simulation": VerilogForm(guards=True),
    "asic": VerilogForm(byte_enables=True),
    "fpga": VerilogForm(clock_enables=True, byte_enables=True),
}
"""Forms of emitted Verilog by name."""


class VerilogPlatform:
    """Collects the repeated blocks met while a top is elaborated for Verilog."""

    def __init__(self, form: VerilogForm) -> None:
        self.form = form
        self.soft_resets: set[str] = set()
        """Clock domains made by :func:`soft_reset`."""
        self.modules: dict[str, Callable[[], wiring.Component]] = {}
        """Module name -> factory of a block whose module is still to be emitted."""
        self.guards: dict[str, str] = {}
        """Module name -> input while which its outputs count."""
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
    guard:
        An input: nobody looks at the outputs while it is low, so a simulator need not compute
        them. For blocks of assignments only.
    """

    def __init__(
        self,
        name: str,
        factory: Callable[[], wiring.Component],
        signature: wiring.Signature | wiring.FlippedSignature,
        *,
        guard: str | None = None,
    ):
        self._name = name
        self._factory = factory
        self._guard = guard
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
        if self._guard and platform.form.guards:
            platform.guards[self._name] = self._guard
        ports: dict[str, Any] = {"i_clk": ClockSignal(), "i_rst": ResetSignal()}
        if platform.form.clock_enables:
            ports["i_ce"] = ClockSignal(_ENABLE)
        for path, member, own in self.signature.flatten(self):
            direction = "o" if member.flow is wiring.Out else "i"
            ports[f"{direction}_{'__'.join(map(str, path))}"] = Value.cast(own)
        return Instance(self._name, **ports)


class Gated(Elaboratable):
    """``block`` with its clock running only in cycles where ``enable`` is high.

    ``enable`` must come from registers of the ungated clock (or logic on them). Reset still
    reaches the block. In Verilog a ``tn_clock_gate`` cell (latch and AND) makes the clock;
    elsewhere, and in the form with clock enables, :class:`EnableInserter` does the same to the
    registers. ``name`` tells nested gates apart.
    """

    def __init__(self, block: Any, enable: Value, *, name: str):
        self._block = block
        self._enable = enable
        self._name = name

    def elaborate(self, platform: Any) -> Any:
        if not isinstance(platform, VerilogPlatform):
            return EnableInserter(self._enable)(self._block)
        if platform.form.clock_enables:
            return self._elaborate_enabled(platform)
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

    def _elaborate_enabled(self, platform: VerilogPlatform) -> Module:
        m = Module()
        domain = f"{_ENABLE}_{self._name}"
        m.domains += (inner := ClockDomain(domain, local=True, reset_less=True))
        m.d.comb += inner.clk.eq(Value.cast(self._enable) & ClockSignal(_ENABLE))
        # Elaborated here, because only then the domains of soft resets in it are known.
        block = Fragment.get(self._block, platform)
        enables = dict.fromkeys(("sync", *sorted(platform.soft_resets)), self._enable)
        m.submodules.block = DomainRenamer({_ENABLE: domain})(EnableInserter(enables)(block))
        return m


def enable_clock(fragment: Fragment, *, port: bool) -> tuple[Fragment, dict[str, Signal]]:
    """Gives the top of a module what :class:`Gated` and :class:`Repeated` look for in the form
    with clock enables. Returns the fragment, enabled by input ``ce`` when it has that ``port``,
    and the further ports by name."""
    domain = ClockDomain(_ENABLE, reset_less=True)
    domain.clk = ce = Signal(name="ce", init=1)  # stays 1 when nothing drives it
    enabled = EnableInserter(ce)(fragment) if port else fragment
    enabled.add_domains(domain)
    return enabled, {"ce": ce} if port else {}


def soft_reset(m: Module, reset: Value, platform: Any, *, name: str) -> Callable[[Any], Any]:
    """Makes a second synchronous reset for some of a module's blocks; returns what to wrap each of
    them in.

    :class:`amaranth.ResetInserter` does not reach the modules of :class:`Repeated` in emitted
    Verilog, so there the blocks get clock domain ``name`` with the same clock and a wider reset.
    """
    if not isinstance(platform, VerilogPlatform):
        return ResetInserter(reset)
    platform.soft_resets.add(name)
    m.domains += (domain := ClockDomain(name, local=True, async_reset=True))
    reset = Value.cast(reset)
    if platform.form.clock_enables:  # as where the clock is gated: no clock, no soft reset
        reset = reset & ClockSignal(_ENABLE)
    m.d.comb += [domain.clk.eq(ClockSignal()), domain.rst.eq(ResetSignal() | reset)]
    return DomainRenamer(name)


def write_masked(
    m: Module, memory: Memory, platform: Any, *, enable: Value, address: Value, data: Value,
    mask: Value, unit: int = 8,
) -> None:  # fmt: skip
    """Adds a write port to ``memory``: with ``enable``, row ``address`` takes the bits of ``data``
    where ``mask`` is set. ``mask`` is made of whole units of so many bits."""
    if isinstance(platform, VerilogPlatform) and platform.form.byte_enables:
        write = memory.write_port(granularity=unit)
        m.d.comb += [
            write.en.eq(Mux(enable, mask[::unit], 0)),
            write.addr.eq(address),
            write.data.eq(data),
        ]
        return
    write, old = memory.write_port(), memory.read_port(domain="comb")
    m.d.comb += [
        write.en.eq(enable),
        write.addr.eq(address),
        old.addr.eq(address),
        write.data.eq((data & mask) | (old.data & ~mask)),
    ]
