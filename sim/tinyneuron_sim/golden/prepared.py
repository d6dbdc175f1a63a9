"""From 128 bytes to a resolved instruction: decode, registers, operand rules."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.isa.codec import Decoded, DecodeError, decode, fields_of
from tinyneuron_hw.isa.csr import Trap
from tinyneuron_hw.isa.opcodes import (
    CONTROL_OPCODES,
    STREAM_OPCODES,
    Opcode,
    OperandKind,
    Stream,
    UpdateMode,
    WaitMode,
)
from tinyneuron_hw.isa.roles import ADDRESSED, DEVICE, PATTERNS, SCALARS
from tinyneuron_hw.isa.rules import OperandError, check
from tinyneuron_hw.isa.rules_ring import check_descriptor, descriptor_opcode

from .memory import Accesses
from .region import DeviceRegion, Region, device_region, region, scalar_region

__all__ = ["Prepared", "Preparer", "signed32"]

_CACHE_LIMIT = 1 << 16
_SIGNS: dict[WaitMode | UpdateMode, str] = {
    WaitMode.EQUAL: "==", WaitMode.GREATER_EQUAL: ">=", WaitMode.GREATER_EQUAL_SUBTRACT: ">=",
    UpdateMode.ADD: "+=", UpdateMode.SUBTRACT: "-=", UpdateMode.SET: "=",
}  # fmt: skip
WindowCheck = Callable[[int, int, bool], bool]


def signed32(value: int) -> int:
    """A 32-bit pattern as a signed number."""
    return value - (1 << 32) if value >> 31 else value


@dataclass
class Prepared:
    """An instruction whose registers are resolved. ``error`` is the trap it raises when its
    semaphore condition holds; the rest is then not to be executed."""

    opcode: Opcode | None
    fields: Mapping[str, Any]
    wait: tuple[WaitMode, int, int]
    """Mode, semaphore, value."""
    error: DecodeError | OperandError | None = None
    regions: dict[str, Region] = field(default_factory=dict)
    devices: dict[str, DeviceRegion] = field(default_factory=dict)
    window_allows: WindowCheck | None = None
    """For device rows that are known only when they are moved."""
    accesses: Accesses | None = None
    """What a rehearsal found it to access."""

    def scalar_sources(self) -> list[tuple[Region, int]]:
        """Scalar operands in memory, as sources of the overlap rule."""
        assert self.opcode is not None
        partitions = self.regions["in0"].partitions
        return [
            (scalar_region(self.fields, path, partitions), 0)
            for path in SCALARS[self.opcode]
            if self.fields[f"{path}.kind"] is OperandKind.PER_PARTITION
        ]

    def __str__(self) -> str:
        if self.opcode is None:
            return "an instruction that does not decode"
        parts = [*map(str, self.regions.values()), *map(str, self.devices.values())]
        if self.opcode is Opcode.DMA_RING:
            parts.append(_ring_text(self.fields))
        if self.opcode is Opcode.BARRIER:
            mask = self.fields["streams"]
            parts += [stream.name for stream in Stream if mask >> stream.value & 1]
        for name in ("op", "op0", "op1", "function", "accumulate", "transpose", "queue",
                     "first"):  # fmt: skip
            if name in self.fields:
                value = self.fields[name]
                parts.append(f"{name}={getattr(value, 'name', value)}")
        return " ".join([f"{self.opcode.name} {', '.join(parts)}".rstrip(), *self._semaphores()])

    def _semaphores(self) -> list[str]:
        """The wait and the update, as the assembler writes them."""
        found = []
        for kind in ("wait", "update"):
            mode, index, value = (
                self.fields[f"header.{kind}.{name}"] for name in ("mode", "semaphore", "value")
            )
            if mode in _SIGNS:
                take = ", subtract" if mode is WaitMode.GREATER_EQUAL_SUBTRACT else ""
                found.append(f"{kind}(s{index} {_SIGNS[mode]} {value}{take})")
        return found


def _ring_text(fields: Mapping[str, Any]) -> str:
    address, entries, first, count = (
        fields[f"ring.{name}"] for name in ("address", "entries", "first", "count")
    )
    return f"ring=device[0x{address:x}] {first}+{count} of {entries}"


_OPCODES_OF = {stream: {op.value for op in ops} for stream, ops in STREAM_OPCODES.items()}
_WAIT = {f.path: f for f in fields_of(Opcode.NOP) if f.path.startswith("header.wait.")}


def _raw_wait(raw: bytes, registers: Sequence[int]) -> tuple[WaitMode, int, int]:
    """The wait condition of an instruction that does not decode: its header's bits."""
    bits = int.from_bytes(raw, "little")
    value = _WAIT["header.wait.value"].extract(bits)
    if _WAIT["header.wait.value_by_register"].extract(bits):
        value = registers[value & 31]
    mode = WaitMode(_WAIT["header.wait.mode"].extract(bits))
    return mode, _WAIT["header.wait.semaphore"].extract(bits), value


@functools.lru_cache(maxsize=1 << 14)
def _decode(
    raw: bytes,
) -> tuple[Decoded | None, DecodeError | None, list[tuple[str, int, int, int]]]:
    """Decoded instruction, or the error; (path, register, low, high) of each field that a
    register names, device addresses (no bounds) included."""
    try:
        decoded = decode(raw)
    except DecodeError as error:
        return None, error, []
    bounds = {f.path: f.bounds for f in fields_of(decoded.opcode)}
    named = [(path, number, *bounds[path]) for path, number in decoded.registers().items()]
    for path in ADDRESSED.get(decoded.opcode, ()):
        if decoded[f"{path}.address_uses_register"]:
            named.append((f"{path}.address", decoded[f"{path}.register"], 0, 0))
    return decoded, None, named


class Preparer:
    """Prepares instructions and remembers them, so that a loop pays once.

    ``window_allows(low, high, is_write)`` says whether device bytes may be accessed.
    """

    def __init__(self, config: CoreConfig, window_allows: WindowCheck):
        self._config = config
        self._window_allows = window_allows
        self._cache: dict[tuple, Prepared] = {}

    def prepare(self, raw: bytes, stream: Stream, registers: Sequence[int]) -> Prepared:
        """The instruction with this stream's registers."""
        decoded, error, named = _decode(raw)
        if decoded is None:
            if raw[0] not in _OPCODES_OF[stream]:
                error = DecodeError(f"opcode 0x{raw[0]:02x} is none of the {stream.name} stream",
                                    Trap.BAD_OPCODE)  # fmt: skip
            return Prepared(None, {}, _raw_wait(raw, registers), error)
        key = (raw, stream, *(registers[number] for _, number, _, _ in named))
        prepared = self._cache.get(key)
        if prepared is None:
            prepared = self._resolve(decoded, named, stream, registers)
            if len(self._cache) >= _CACHE_LIMIT:
                self._cache.clear()
            self._cache[key] = prepared
        return prepared

    def descriptor(self, raw: bytes, ring: Prepared, *, is_last: bool) -> Prepared:
        """The transfer of a ring's descriptor."""
        given = {"queue": ring.fields["queue"]}
        if is_last:
            updates = [path for path in ring.fields if path.startswith("header.update.")]
            given |= {path: ring.fields[path] for path in updates}
        key = (raw, "descriptor", *given.values())
        prepared = self._cache.get(key)
        if prepared is None:
            prepared = self._cache[key] = self._resolve_descriptor(raw, given)
        return prepared

    def _resolve_descriptor(self, raw: bytes, given: Mapping[str, Any]) -> Prepared:
        decoded, error, _ = _decode(raw)
        prepared = Prepared(None, {}, (WaitMode.NONE, 0, 0), error)
        try:
            descriptor_opcode(raw[0])
            if decoded is not None:
                check_descriptor(decoded)
                prepared.opcode, prepared.fields = decoded.opcode, {**decoded.fields, **given}
                self._check(prepared)
        except (DecodeError, OperandError) as broken:
            prepared.error = broken
        return prepared

    def forget(self) -> None:
        """Drops what was remembered; the windows may have changed."""
        self._cache.clear()

    def _resolve(self, decoded: Decoded, named: list[tuple[str, int, int, int]], stream: Stream,
                 registers: Sequence[int]) -> Prepared:  # fmt: skip
        opcode, fields = decoded.opcode, dict(decoded.fields)
        error: DecodeError | OperandError | None = None
        for path, number, low, high in named:
            value = registers[number]
            if path.endswith(".address"):
                scale = fields[path.replace(".address", ".scale")]
                fields[path] += signed32(value) * scale
                continue
            value = signed32(value) if low < 0 else value
            if not low <= value <= high:
                message = f"{path}: register {number} holds {value}, not from {low} to {high}"
                error = error or OperandError(message, Trap.BAD_OPERAND)
            fields[path] = value
        wait = (fields["header.wait.mode"], fields["header.wait.semaphore"],
                fields["header.wait.value"])  # fmt: skip
        prepared = Prepared(opcode, fields, wait, error)
        if opcode not in STREAM_OPCODES[stream]:
            message = f"{opcode.name} does not run on the {stream.name} stream"
            prepared.error = DecodeError(message, Trap.BAD_OPCODE)
        elif opcode not in CONTROL_OPCODES and error is None:
            self._check(prepared)
        return prepared

    def _check(self, prepared: Prepared) -> None:
        opcode, fields = prepared.opcode, prepared.fields
        assert opcode is not None
        try:
            check(self._config, opcode, fields, lambda path: fields[f"{path}.address"],
                  self._window_allows)  # fmt: skip
        except OperandError as error:
            prepared.error = error
            return
        prepared.window_allows = self._window_allows
        for role in PATTERNS.get(opcode, ()):
            prepared.regions[role.path] = region(opcode, fields, role.path)
        for path in DEVICE.get(opcode, ()):
            prepared.devices[path] = device_region(fields, path, fields[f"{path}.address"])
