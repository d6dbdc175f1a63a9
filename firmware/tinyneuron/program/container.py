"""The compiled file: one versioned binary container, checksummed throughout.

Layout (little-endian)::

    0   8 bytes   magic "TNEUPROG"
    8   u32       format version
    12  u32       number of sections
    16  u64       size of the whole file
    24  u32       CRC32 of bytes 0 ... 23 and of the section table
    28  u32       0
    32  sections x 80 bytes: name (32 bytes, NUL-padded ASCII), u64 offset, u64 size, SHA-256

Sections: ``manifest`` (JSON: config, tensor table, relocations, metadata), ``stream.<NAME>``
(instructions), ``constant.<n>`` (bytes of the n-th constant of the tensor table); no others. They
follow the table without gaps, in the table's order. Nothing in the file is executed by loading it.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import struct
import zlib
from pathlib import Path
from typing import Any

from tinyneuron_hw.config import INSTRUCTION_BYTES, ConfigError, CoreConfig
from tinyneuron_hw.formats import FORMATS, get_dtype
from tinyneuron_hw.isa.opcodes import Stream

from ..files import write_atomically
from .program import Program, ProgramError, Relocation, TensorSpec

__all__ = ["HEADER_BYTES", "MAGIC", "SIZE_OFFSET", "VERSION", "ContainerError", "from_bytes",
           "load", "save", "to_bytes"]  # fmt: skip

MAGIC = b"TNEUPROG"
VERSION = 1
_HEAD = struct.Struct("<8sIIQ")
_TAIL = struct.Struct("<II")
_ENTRY = struct.Struct("<32sQQ32s")
HEADER_BYTES = _HEAD.size + _TAIL.size
SIZE_OFFSET = 16
"""Where the size of the whole file is in the header, as u64."""
_MAX_SECTIONS = 1 << 16


class ContainerError(ValueError):
    """A file is no container of ours, or a damaged one; the message names the part and value."""


def save(program: Program, path: str | os.PathLike[str]) -> None:
    """Write ``program`` to ``path``; the file appears complete or not at all."""
    content = to_bytes(program)
    write_atomically(path, lambda file: file.write(content))


def load(path: str | os.PathLike[str]) -> Program:
    """Read a program.

    Raises
    ------
    ContainerError
        The file is truncated, damaged, foreign or of a newer version.
    OSError
        It cannot be read.
    """
    try:
        return from_bytes(Path(path).read_bytes())
    except ContainerError as error:
        raise ContainerError(f"{os.fspath(path)}: {error}") from None


def to_bytes(program: Program) -> bytes:
    """The container's bytes; equal programs give equal bytes."""
    program.validate()
    sections = {"manifest": _manifest(program)}
    for stream in sorted(program.streams, key=lambda item: item.value):
        sections[f"stream.{stream.name}"] = b"".join(program.streams[stream])
    for index, spec in enumerate(program.of_kind("constant")):
        sections[f"constant.{index}"] = program.constants[spec.name]
    table, body = bytearray(), bytearray()
    start = HEADER_BYTES + _ENTRY.size * len(sections)
    for name, content in sections.items():
        digest = hashlib.sha256(content).digest()
        table += _ENTRY.pack(name.encode(), start + len(body), len(content), digest)
        body += content
    head = _HEAD.pack(MAGIC, VERSION, len(sections), start + len(body))
    checksum = zlib.crc32(head + table)
    return bytes(head + _TAIL.pack(checksum, 0) + table + body)


def from_bytes(raw: bytes) -> Program:
    """The program in a container's bytes (``ContainerError`` as :func:`load`)."""
    sections = _sections(raw)
    if "manifest" not in sections:
        raise ContainerError("section 'manifest' is missing")
    try:
        manifest = json.loads(sections["manifest"])
        return _program(manifest, sections).validate()
    except ContainerError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        reason = str(error) if isinstance(error, (ProgramError, ConfigError)) else repr(error)
        raise ContainerError(f"section 'manifest' is not usable: {reason}") from None


def _sections(raw: bytes) -> dict[str, bytes]:
    if len(raw) < HEADER_BYTES:
        raise ContainerError(f"truncated: {len(raw)} bytes, a header has {HEADER_BYTES}")
    magic, version, count, size = _HEAD.unpack_from(raw)
    if magic != MAGIC:
        raise ContainerError(f"not a tinyneuron program: magic is {magic!r}, not {MAGIC!r}")
    if version != VERSION:
        known = f"this release reads version {VERSION}"
        raise ContainerError(f"format version is {version}; {known}")
    if size != len(raw):
        problem = "truncated" if size > len(raw) else "has extra bytes"
        raise ContainerError(f"{problem}: {len(raw)} bytes, the header says {size}")
    end = HEADER_BYTES + count * _ENTRY.size
    if count > _MAX_SECTIONS or end > len(raw):
        raise ContainerError(f"damaged: {count} sections do not fit {len(raw)} bytes")
    checksum, zero = _TAIL.unpack_from(raw, _HEAD.size)
    actual = zlib.crc32(raw[: _HEAD.size] + raw[HEADER_BYTES:end])
    if checksum != actual or zero:
        raise ContainerError(f"damaged header: CRC32 is {actual:#010x}, stored {checksum:#010x}")
    sections: dict[str, bytes] = {}
    follows = end
    for index in range(count):
        entry = _ENTRY.unpack_from(raw, HEADER_BYTES + index * _ENTRY.size)
        name = entry[0].rstrip(b"\0").decode("ascii", "replace")
        start, length, digest = entry[1:]
        if start < end or start + length > len(raw):
            raise ContainerError(f"section {name!r}: bytes {start}..{start + length} lie outside")
        # Sections that overlap would cost more to check than the file's size lets one expect.
        if start != follows:
            raise ContainerError(f"section {name!r} must begin at byte {follows}, not {start}")
        follows += length
        content = raw[start : start + length]
        if hashlib.sha256(content).digest() != digest:
            raise ContainerError(f"section {name!r} is damaged: its SHA-256 does not match")
        if name in sections:
            raise ContainerError(f"section {name!r} appears twice")
        sections[name] = content
    if follows != len(raw):
        raise ContainerError(f"bytes {follows}..{len(raw)} belong to no section")
    return sections


def _manifest(program: Program) -> bytes:
    manifest = {
        "config": dataclasses.asdict(program.config),
        "tensors": [
            {"name": t.name, "shape": list(t.shape), "dtype": FORMATS[t.dtype].name, "kind": t.kind}
            for t in program.tensors
        ],
        "relocations": [
            [item.stream.name, item.index, item.path, item.tensor] for item in program.relocations
        ],
        "metadata": program.metadata,
    }
    return json.dumps(manifest, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def _program(manifest: dict[str, Any], sections: dict[str, bytes]) -> Program:
    streams: dict[Stream, list[bytes]] = {}
    for name, content in sections.items():
        kind, _, label = name.partition(".")
        if kind != "stream":
            continue
        if label not in Stream.__members__:
            raise ContainerError(f"section {name!r}: there is no such stream")
        if len(content) % INSTRUCTION_BYTES:
            raise ContainerError(f"section {name!r}: {len(content)} bytes are no whole number of "
                                 f"{INSTRUCTION_BYTES}-byte instructions")  # fmt: skip
        streams[Stream[label]] = [
            content[at : at + INSTRUCTION_BYTES]
            for at in range(0, len(content), INSTRUCTION_BYTES)
        ]  # fmt: skip
    tensors = [
        TensorSpec(item["name"], tuple(item["shape"]), get_dtype(item["dtype"]), item["kind"])
        for item in manifest["tensors"]
    ]
    constant_names = [spec.name for spec in tensors if spec.kind == "constant"]
    expected = {f"constant.{index}": None for index in range(len(constant_names))}
    for name in expected:
        if name not in sections:
            raise ContainerError(f"section {name!r} is missing")
    for name in sections:
        if name != "manifest" and not name.startswith("stream.") and name not in expected:
            raise ContainerError(f"section {name!r} belongs to no part of the program")
    return Program(
        config=CoreConfig(**manifest["config"]),
        streams=streams,
        tensors=tensors,
        constants={n: sections[f"constant.{i}"] for i, n in enumerate(constant_names)},
        relocations=[
            Relocation(Stream[stream], index, path, tensor)
            for stream, index, path, tensor in manifest["relocations"]
        ],
        metadata=manifest["metadata"],
    )
