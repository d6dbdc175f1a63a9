"""The RTL compiled by Verilator, as an execution target."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.verilog import VerilogDesign

from ..backend import BackendError
from .backend import RESET_CYCLES, RtlBackend, open_waveform_file
from .build import build_chip
from .driver import Event
from .memory_rules import TimingError
from .probes import Probe
from .source import verilog_of

__all__ = ["VerilatorBackend"]


class VerilatorBackend(RtlBackend):
    """A chip in Verilator, with its device memory, behind the ``Backend`` interface.

    Parameters
    ----------
    config:
        The core's configuration.
    waveform:
        File to write an FST waveform of the whole session to (a separate, slower build).
    design:
        Verilog of a top with the ports of ``Chip``; by default the configuration's ``chip``.

    Raises
    ------
    MissingToolError, BuildError
        The model cannot be built.
    """

    def __init__(self, config: CoreConfig, *, waveform: str | Path | None = None,
                 design: VerilogDesign | None = None):  # fmt: skip
        library = build_chip(design or verilog_of(config, "chip"), config,
                             waveform=waveform is not None)  # fmt: skip
        path = None if waveform is None else open_waveform_file("verilator", waveform)
        super().__init__(config, "verilator", _VerilatorDriver(library, config, path))


class _Event(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint32) for name in Event._fields]


class _Watched(ctypes.Structure):
    _fields_ = [("data", ctypes.c_void_p), ("address", ctypes.c_uint64), ("size", ctypes.c_uint64)]


class _VerilatorDriver:
    """harness.cpp, a thin layer of ctypes above it."""

    slice_cycles = 8192

    def __init__(self, library: Path, config: CoreConfig, waveform: Path | None):
        self._library = _load(library)
        self._chip: int | None = self._library.tn_create()
        if waveform is not None:
            self._library.tn_waveform_open(self._chip, str(waveform).encode())
        self._library.tn_reset(self._chip, RESET_CYCLES)
        self._places: dict[tuple[str, str], tuple[int, int, int]] = {}

    @property
    def cycles(self) -> int:
        return self._library.tn_cycles(self._chip)

    @property
    def interrupt(self) -> bool:
        return bool(self._library.tn_interrupt(self._chip))

    def csr_read(self, address: int) -> tuple[int | None, int]:
        value = ctypes.c_uint32()
        answer = self._library.tn_csr_read(self._chip, address, ctypes.byref(value))
        self._check_rules()
        return None if answer < 0 else answer, value.value

    def csr_write(self, address: int, value: int) -> int | None:
        answer = self._library.tn_csr_write(self._chip, address, value)
        self._check_rules()
        return None if answer < 0 else answer

    def run(self, limit: int) -> bool:
        rose = bool(self._library.tn_run(self._chip, limit))
        self._check_rules()
        return rose

    def drain_events(self, quiet: int) -> None:
        self._library.tn_drain_events(self._chip, quiet)

    def events(self) -> list[Event]:
        count = self._library.tn_event_count(self._chip)
        return [
            Event(*(getattr(event, name) for name in Event._fields))
            for event in self._library.tn_events(self._chip)[:count]
        ]

    def clear_events(self) -> None:
        self._library.tn_clear_events(self._chip)

    def memory_read(self, address: int, size: int) -> bytes:
        buffer = ctypes.create_string_buffer(size)
        self._library.tn_memory_read(self._chip, address, buffer, size)
        return buffer.raw

    def memory_write(self, address: int, data: bytes) -> None:
        self._library.tn_memory_write(self._chip, address, data, len(data))

    def memory_flip(self, address: int, mask: int) -> None:
        self._library.tn_memory_flip(self._chip, address, mask & ((1 << 64) - 1), mask >> 64)

    def start_log(self) -> None:
        self._library.tn_log_start(self._chip)

    def log(self) -> list[str]:
        return self._library.tn_log(self._chip).decode().splitlines()

    def peek(self, probe: Probe, rows: int = 1) -> list[int]:
        address, width = self._place(probe, rows)
        raw = ctypes.string_at(address, rows * width)
        return [int.from_bytes(raw[at : at + width], "little") for at in range(0, len(raw), width)]

    def peek_memory(self, address: int, size: int) -> bytes:
        buffer = ctypes.create_string_buffer(size)
        self._library.tn_memory_peek(self._chip, address, buffer, size)
        return buffer.raw

    def run_until(self, limit: int, pulses: Sequence[Probe], rows: Sequence[Probe],
                  memory: Sequence[tuple[int, int]]) -> bool:  # fmt: skip
        flags = [self._place(probe, 1)[0] for probe in pulses]
        watched = [_Watched(address, 0, width)
                   for address, width in (self._place(probe, 1) for probe in rows)]  # fmt: skip
        watched += [_Watched(None, address, size) for address, size in memory]
        result = self._library.tn_run_until(
            self._chip, limit, (ctypes.c_void_p * len(flags))(*flags), len(flags),
            (_Watched * len(watched))(*watched), len(watched),
        )  # fmt: skip
        self._check_rules()
        return bool(result)

    def _place(self, probe: Probe, rows: int) -> tuple[int, int]:
        """Where a probe's bytes are, and how many a row has."""
        key = probe.scope, probe.name
        if key not in self._places:
            count, width = ctypes.c_uint64(), ctypes.c_uint64()
            found = self._library.tn_probe(self._chip, probe.scope.encode(), probe.name.encode(),
                                           ctypes.byref(count), ctypes.byref(width))  # fmt: skip
            if not found:
                raise BackendError(f"target 'verilator': the chip has no {probe.name} in "
                                   f"{probe.scope}")  # fmt: skip
            self._places[key] = found, width.value, count.value
        address, width, count = self._places[key]
        if not 0 <= probe.row <= probe.row + rows <= count:
            raise BackendError(f"target 'verilator': {probe.name} in {probe.scope} has {count} "
                               f"rows, not {probe.row + rows}")  # fmt: skip
        return address + width * probe.row, width

    def _check_rules(self) -> None:
        broken = self._library.tn_broken_rule(self._chip)
        if broken:
            raise TimingError(broken.decode())

    def close(self) -> None:
        if self._chip is not None:
            self._library.tn_destroy(self._chip)
            self._chip = None


def _load(path: Path) -> Any:
    library = ctypes.CDLL(str(path))
    chip, u32, u64 = ctypes.c_void_p, ctypes.c_uint32, ctypes.c_uint64
    text, data = ctypes.c_char_p, ctypes.c_char_p
    for name, result, *arguments in (
        ("tn_create", chip),
        ("tn_destroy", None, chip),
        ("tn_reset", None, chip, u32),
        ("tn_cycles", u64, chip),
        ("tn_interrupt", ctypes.c_int, chip),
        ("tn_csr_read", ctypes.c_int, chip, u32, ctypes.POINTER(u32)),
        ("tn_csr_write", ctypes.c_int, chip, u32, u32),
        ("tn_run", ctypes.c_int, chip, u64),
        ("tn_drain_events", None, chip, u32),
        ("tn_probe", chip, chip, text, text, ctypes.POINTER(u64), ctypes.POINTER(u64)),
        ("tn_run_until", ctypes.c_int, chip, u64, chip, u64, chip, u64),
        ("tn_memory_peek", None, chip, u64, data, u64),
        ("tn_memory_read", None, chip, u64, data, u64),
        ("tn_memory_write", None, chip, u64, data, u64),
        ("tn_memory_flip", None, chip, u64, u64, u32),
        ("tn_broken_rule", text, chip),
        ("tn_event_count", u64, chip),
        ("tn_events", ctypes.POINTER(_Event), chip),
        ("tn_clear_events", None, chip),
        ("tn_log_start", None, chip),
        ("tn_log", text, chip),
        ("tn_waveform_open", None, chip, text),
    ):
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library
