"""Program to text. ``assemble(disassemble(program))`` gives the same program back."""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import json

from tinyneuron_hw.config import ConfigError, CoreConfig, get_config
from tinyneuron_hw.formats import FORMATS
from tinyneuron_hw.isa.codec import DecodeError, EncodeError, decode, encode
from tinyneuron_hw.isa.opcodes import Stream

from .program import Program
from .syntax import AsmSyntaxError, format_instruction, parse_instruction

__all__ = ["disassemble", "instruction_text"]


def instruction_text(raw: bytes, symbols: dict[str, str] | None = None) -> str:
    """One instruction as text; ``.raw`` and its bytes when they have no faithful text (unknown
    opcode, reserved bits, codes outside an enumeration)."""
    try:
        text = format_instruction(decode(raw), symbols)
        opcode, fields, _ = parse_instruction(text)
        if encode(opcode, fields) == raw:
            return text
    except (DecodeError, EncodeError, AsmSyntaxError):
        pass
    return f".raw {raw.hex()}"


def _config_text(config: CoreConfig) -> str:
    with contextlib.suppress(ConfigError):
        if get_config(config.name) == config:
            return config.name
    return json.dumps(dataclasses.asdict(config))


def disassemble(program: Program) -> str:
    """The whole program: configuration, tensors, constants, then one section a stream.

    Every instruction line ends with its index as a comment.
    """
    lines = [f".config {_config_text(program.config)}"]
    if program.metadata:
        lines.append(f".metadata {json.dumps(program.metadata, sort_keys=True)}")
    for spec in program.tensors:
        shape = "x".join(map(str, spec.shape)) or "scalar"
        line = f".tensor {spec.name} {spec.kind} {FORMATS[spec.dtype].name} {shape}"
        if spec.name in program.constants:
            line += " " + base64.b64encode(program.constants[spec.name]).decode()
        lines.append(line)
    symbols: dict[tuple[Stream, int], dict[str, str]] = {}
    for item in program.relocations:
        symbols.setdefault((item.stream, item.index), {})[item.path] = item.tensor
    for stream in Stream:
        if stream not in program.streams:
            continue
        lines += ["", f".stream {stream.name.lower()}"]
        for index, raw in enumerate(program.streams[stream]):
            names = symbols.get((stream, index), {})
            text = instruction_text(raw, names)
            if text.startswith(".raw"):
                lines += [f"    .reloc {path} {names[path]}" for path in sorted(names)]
            lines.append(f"    {text}  # {index}")
    return "\n".join(lines) + "\n"
