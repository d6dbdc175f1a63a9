"""The chip in Amaranth's simulator, as an execution target: slow, and nothing but Python."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from amaranth.hdl import Fragment, Value
from amaranth.hdl._mem import MemoryInstance
from amaranth.lib import wiring
from amaranth.sim import Simulator

from tinyneuron_hw.chip import Chip
from tinyneuron_hw.config import CoreConfig

from ..backend import BackendError
from .backend import RtlBackend, open_waveform_file
from .cache import notice
from .host import CallDriver, PortHost
from .levelized import simulator
from .probes import Probe
from .wrapper import TIED_INPUTS

__all__ = ["PysimBackend"]

_PERIOD = 10e-9


class PysimBackend(RtlBackend):
    """A chip in Amaranth's simulator, with its device memory, behind the ``Backend`` interface.

    Parameters
    ----------
    config:
        The core's configuration.
    waveform:
        File to write a VCD waveform of the whole session to.
    chip:
        Makes a component with the ports of ``Chip``.
    """

    def __init__(self, config: CoreConfig, *, waveform: str | Path | None = None,
                 chip: Callable[[CoreConfig], wiring.Component] = Chip):  # fmt: skip
        path = None if waveform is None else open_waveform_file("pysim", waveform)
        with notice(f"elaborating the chip, config {config.name}"):
            driver = _PysimDriver(config, chip(config), path)
        super().__init__(config, "pysim", driver)


class _PysimDriver(CallDriver):
    """Runs each call in a testbench, and time only while it does."""

    slice_cycles = 16

    def __init__(self, config: CoreConfig, chip: Any, waveform: Path | None):
        super().__init__()
        self._config = config
        self._chip = chip
        self._call_now: tuple[Any, ...] | None = None
        self._error: Exception | None = None
        running = simulator(chip)
        self._inside = _Inside(vars(running)["_design"])  # it has no public name
        running.add_clock(_PERIOD)
        running.add_testbench(self._serve, background=True)
        self._simulator: Simulator | None = running
        self._files = contextlib.ExitStack()
        if waveform is not None:
            self._files.enter_context(running.write_vcd(str(waveform)))

    async def _serve(self, ctx: Any) -> None:
        host = PortHost(self._config, _Ports(ctx, self._chip, self._inside))
        while True:
            if self._call_now is not None:
                try:
                    self._reply = await host.call(*self._call_now)
                except Exception as error:
                    self._error = error
                self._call_now = None
            await ctx.delay(0)  # back to `_call`: no time passes

    def _call(self, name: str, *arguments: Any) -> Any:
        if self._simulator is None:
            raise BackendError("target 'pysim' is closed")
        self._call_now = (name, *arguments)
        try:
            while self._call_now is not None:
                self._simulator.advance()
        except BaseException:  # stopped anywhere inside, its state means nothing
            self.close()
            raise
        if self._error is not None:
            error, self._error = self._error, None
            raise error
        return self._reply.value

    def close(self) -> None:
        self._simulator = None
        self._files.close()


class _Inside:
    """Signals and memories of an elaborated chip by the names they have in Verilog, where a gate or
    a repeated block puts a module ``block`` around what it holds."""

    def __init__(self, design: Any):
        self._design = design
        self._scopes: dict[tuple[str, ...], list[Fragment]] = {}
        self._found: dict[tuple[str, str], Any] = {}

    def find(self, probe: Probe) -> Any:
        """The value of a probe. Raises ``LookupError`` if there is none of that name."""
        key = probe.scope, probe.name
        if key not in self._found:
            self._found[key] = self._search(probe)
        found = self._found[key]
        return vars(found)["_data"][probe.row] if isinstance(found, MemoryInstance) else found

    def _search(self, probe: Probe) -> Any:
        if not self._scopes:
            for fragment, info in self._design.fragments.items():
                path = tuple(step for step in info.name[1:] if step != "block")
                self._scopes.setdefault(path, []).append(fragment)
        scope = tuple(step for step in probe.scope.split(".") if step != "block")
        for fragment in self._scopes.get((*scope, probe.name), []):
            if isinstance(fragment, MemoryInstance):
                return fragment
        for fragment in self._scopes.get(scope, []):
            for signal, name in self._design.fragments[fragment].signal_names.items():
                if name == probe.name:
                    return signal
        raise LookupError(f"the chip has no {probe.name} in {probe.scope}")


class _Ports:
    """A chip's ports in a testbench that continues right after clock edges."""

    def __init__(self, ctx: Any, chip: Any, inside: _Inside):
        self._ctx = ctx
        self._inside = inside
        self._values: dict[str, Value] = {}
        for path, _, value in chip.signature.flatten(chip):
            self._values["__".join(map(str, path))] = Value.cast(value)
        self._coming = {name: TIED_INPUTS[name] for name in TIED_INPUTS if name in self._values}

    def get(self, name: str) -> int:
        return self._ctx.get(self._values[name])

    def set(self, name: str, value: int) -> None:
        self._coming[name] = value

    def peek(self, probe: Probe) -> int:
        return self._ctx.get(Value.cast(self._inside.find(probe)))

    async def next_cycle(self) -> None:
        await self._ctx.tick()
        for name, value in self._coming.items():
            self._ctx.set(self._values[name], value)
        self._coming.clear()

    async def idle(self, limit: int) -> int:
        await self.next_cycle()
        return 1
