"""A core on one execution target, and the programs loaded on it.

::

    with tn.open_device("verilator", "default") as device:
        model = device.load(program)
        result = model.run({"lhsT": lhs, "rhs": rhs})
        result.outputs["out"], result.cycles
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from tinyneuron_hw.config import CoreConfig
from tinyneuron_sim.backend import Backend, open_backend
from tinyneuron_sim.loader import PAGE

from ..program.program import Program
from .arena import Arena
from .errors import TinyneuronError
from .model import DEFAULT_WATCHDOG, Model, RunResult
from .tenancy import Tenancy
from .transfers import device_memory

__all__ = ["DEFAULT_WATCHDOG", "Device", "Model", "RunResult", "open_device"]


class Device:
    """One core. Several models can be loaded; one runs at a time.

    Parameters
    ----------
    target:
        ``golden``, ``verilator``, ``icarus`` or ``pysim``; or a target that is open already, whose
        configuration then counts.
    config:
        A preset's name or a configuration.
    transfers:
        How tensors and programs get to device memory and back: ``backdoor``, past the core in no
        time, or ``dma``, by the core's DMA from and to the host's memory, which the configuration
        must have (``host_memory_bytes``). See :mod:`tinyneuron.runtime.transfers`.
    options:
        Passed to the target (see :func:`tinyneuron_sim.backend.open_backend`).
    """

    def __init__(self, target: str | Backend, config: str | CoreConfig = "default", *,
                 transfers: str = "backdoor", **options: Any):  # fmt: skip
        self.backend: Backend = (
            open_backend(target, config, **options) if isinstance(target, str) else target
        )
        self.config = self.backend.config
        self.target = self.backend.target
        self._arena = Arena(self.config.device_memory_bytes)
        try:
            self.memory = device_memory(self.backend, transfers)
        except BaseException:
            self.backend.close()
            raise
        self._tenancy = Tenancy(self.backend, self.memory)

    def load(
        self, program: Program, *, owner: Hashable = None, code_address: int | None = None
    ) -> Model:
        """Places a program's code and tensors in device memory.

        Parameters
        ----------
        owner:
            Whose program it is. What the programs of one owner leave in the core and in device
            memory, no program of another one can read: before one runs, SBUF, PSUM and the rest
            of the core are cleared.
        code_address:
            Place of the code in host memory, from which the core then fetches; a multiple of
            4 KiB. None: in device memory.

        Raises
        ------
        TinyneuronError
            The program was compiled for another configuration, or its code would not lie in host
            memory.
        DeviceMemoryError
            It does not fit.
        ProgramError
            It is not well formed, or an address of its code leaves 48 bits where it is placed.
        """
        program.validate()
        if _hardware(program.config) != _hardware(self.config):
            raise TinyneuronError(
                f"program was compiled for config {program.config.name!r}, "
                f"the device is {self.config.name!r}"
            )
        return Model(
            self.backend, self.memory, self._arena, program, self._tenancy, owner, code_address
        )

    def allocate(self, size: int, what: str = "a tensor", *, owner: Hashable = None) -> int:
        """Device address of ``size`` bytes for the host's own use, a multiple of 4 KiB; programs
        have no window to them.

        Raises
        ------
        DeviceMemoryError
            No free range is large enough; ``what`` names the bytes.
        """
        start = self._arena.take(_pages(size), what)
        self._tenancy.take(owner, start, size)
        return start

    def release(self, start: int, size: int) -> None:
        """Gives back what :meth:`allocate` gave for this size."""
        self._arena.give(start, _pages(size))

    def close(self) -> None:
        """Frees the target; harmless twice."""
        self.backend.close()

    def __enter__(self) -> Device:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _pages(size: int) -> int:
    return -(-size // PAGE) * PAGE


def _hardware(config: CoreConfig) -> CoreConfig:
    """The parts of a configuration that a program depends on."""
    return config.with_changes(
        name="any", host_memory_bytes=0, memory="fixed", memory_latency=1, pe_latency=1,
        fetch_buffer=16, queue_depth=4, dma_buffer_beats=128, ecc=False,
    )  # fmt: skip


def open_device(
    target: str = "verilator", config: str | CoreConfig = "default", **options: Any
) -> Device:
    """A :class:`Device`; use it in a ``with`` statement."""
    return Device(target, config, **options)
