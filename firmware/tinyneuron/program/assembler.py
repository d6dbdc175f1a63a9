"""Text to program.

A file is lines of directives and instructions; ``#`` starts a comment, ``name:`` a label.

* ``.config NAME`` (or a JSON object of every configuration field) comes first;
* ``.tensor NAME KIND DTYPE SHAPE [BASE64]``: a device tensor; constants carry their bytes;
* ``.metadata JSON``;
* ``.stream NAME``: the instructions that follow run on this stream;
* ``.raw HEX``: 128 bytes as they are; ``.reloc PATH TENSOR`` before it relocates its address;
* anything else is an instruction, see ``syntax.py``.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable
from typing import Any

from tinyneuron_hw.config import INSTRUCTION_BYTES, ConfigError, CoreConfig, get_config
from tinyneuron_hw.formats import get_dtype
from tinyneuron_hw.isa.codec import EncodeError, encode
from tinyneuron_hw.isa.opcodes import Opcode, Stream

from .program import Program, ProgramError, Relocation, TensorSpec
from .syntax import AsmSyntaxError, parse_instruction

__all__ = ["AssemblerError", "ProgramError", "assemble"]

_LONGEST_MESSAGE = 300
_LABEL = re.compile(r"([A-Za-z_]\w*):")


class AssemblerError(ValueError):
    """Text that is no program; the message starts with ``line N:``."""

    def __init__(self, line: int, message: str):
        if len(message) > _LONGEST_MESSAGE:
            message = message[: _LONGEST_MESSAGE - 3] + "..."
        super().__init__(f"line {line}: {message}")
        self.line = line


class _Assembly:
    """State of one run over the text."""

    def __init__(self) -> None:
        self.config: CoreConfig | None = None
        self.tensors: list[TensorSpec] = []
        self.constants: dict[str, bytes] = {}
        self.metadata: dict[str, Any] = {}
        self.streams: dict[Stream, list[bytes | tuple[int, Opcode, dict[str, Any]]]] = {}
        self.relocations: list[Relocation] = []
        self.labels: dict[tuple[Stream, str], int] = {}
        self.stream: Stream | None = None
        self.directives: dict[str, Callable[[str], None]] = {
            ".config": self.set_config,
            ".tensor": self.add_tensor,
            ".metadata": self.set_metadata,
            ".stream": self.set_stream,
            ".raw": self.add_raw,
            ".reloc": self.add_relocation,
        }

    def current(self) -> list[bytes | tuple[int, Opcode, dict[str, Any]]]:
        if self.stream is None:
            raise AsmSyntaxError("an instruction comes after a .stream line")
        return self.streams[self.stream]

    def set_config(self, text: str) -> None:
        if self.config is not None:
            raise AsmSyntaxError(".config is given twice")
        if not text.startswith("{"):
            self.config = get_config(text)
            return
        try:
            self.config = CoreConfig(**_json_object(".config", text))
        except TypeError as error:
            raise AsmSyntaxError(f".config: {error}") from None

    def add_tensor(self, text: str) -> None:
        parts = text.split()
        if len(parts) not in (4, 5):
            raise AsmSyntaxError("expected .tensor NAME KIND DTYPE SHAPE [BASE64]")
        name, kind, dtype, shape = parts[:4]
        if shape != "scalar" and not re.fullmatch(r"\d+(x\d+)*", shape):
            raise AsmSyntaxError(f".tensor {name}: shape must be like 16x32, not {shape!r}")
        extents = () if shape == "scalar" else tuple(map(int, shape.split("x")))
        self.tensors.append(TensorSpec(name, extents, get_dtype(dtype), kind))
        if len(parts) == 5:
            try:
                self.constants[name] = base64.b64decode(parts[4], validate=True)
            except binascii.Error as error:
                raise AsmSyntaxError(f".tensor {name}: {error}") from None

    def set_metadata(self, text: str) -> None:
        self.metadata = _json_object(".metadata", text)

    def set_stream(self, text: str) -> None:
        stream = Stream.__members__.get(text.upper())
        if stream is None:
            known = ", ".join(name.lower() for name in Stream.__members__)
            raise AsmSyntaxError(f".stream: {text!r} is not one of {known}")
        if stream in self.streams:
            raise AsmSyntaxError(f".stream {text} is given twice")
        self.stream = stream
        self.streams[stream] = []

    def add_raw(self, text: str) -> None:
        try:
            raw = bytes.fromhex(text)
        except ValueError:
            raise AsmSyntaxError(".raw: expected hexadecimal bytes") from None
        if len(raw) != INSTRUCTION_BYTES:
            raise AsmSyntaxError(f".raw: expected {INSTRUCTION_BYTES} bytes, not {len(raw)}")
        self.current().append(raw)

    def add_relocation(self, text: str) -> None:
        parts = text.split()
        if len(parts) != 2:
            raise AsmSyntaxError("expected .reloc PATH TENSOR")
        position = len(self.current())
        assert self.stream is not None
        self.relocations.append(Relocation(self.stream, position, *parts))

    def add_label(self, name: str) -> None:
        position = len(self.current())
        assert self.stream is not None
        if (self.stream, name) in self.labels:
            raise AsmSyntaxError(f"label {name!r} is defined twice in this stream")
        self.labels[self.stream, name] = position

    def add_instruction(self, line: int, text: str) -> None:
        opcode, fields, symbols = parse_instruction(text)
        instructions = self.current()
        assert self.stream is not None
        for path, tensor in symbols.items():
            self.relocations.append(Relocation(self.stream, len(instructions), path, tensor))
        if isinstance(fields.get("target"), str):
            instructions.append((line, opcode, fields))
        else:
            instructions.append(encode(opcode, fields))

    def link(self) -> dict[Stream, list[bytes]]:
        """The streams with labels in place."""
        linked: dict[Stream, list[bytes]] = {}
        for stream, instructions in self.streams.items():
            linked[stream] = []
            for item in instructions:
                if not isinstance(item, bytes):
                    line, opcode, fields = item
                    name = fields["target"]
                    if (stream, name) not in self.labels:
                        raise AssemblerError(line, f"no label {name!r} in this stream")
                    try:
                        item = encode(opcode, {**fields, "target": self.labels[stream, name]})
                    except EncodeError as error:
                        raise AssemblerError(line, str(error)) from None
                linked[stream].append(item)
        return linked


def _json_object(directive: str, text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise AsmSyntaxError(f"{directive}: {error}") from None
    if not isinstance(value, dict):
        raise AsmSyntaxError(f"{directive}: expected a JSON object")
    return value


def assemble(text: str) -> Program:
    """The validated program.

    Raises
    ------
    AssemblerError
        With the line and what is wrong there.
    ProgramError
        The lines are right one by one, but not as a program (see ``Program.validate``).
    """
    state = _Assembly()
    for number, full in enumerate(text.splitlines(), 1):
        is_json = full.startswith((".metadata", ".config {"))
        line = (full if is_json else full.partition("#")[0]).strip()
        try:
            while label := _LABEL.match(line):
                state.add_label(label[1])
                line = line[label.end() :].strip()
            if not line:
                continue
            word, _, rest = line.partition(" ")
            if word in state.directives:
                state.directives[word](rest.strip())
            elif word.startswith("."):
                raise AsmSyntaxError(f"unknown directive {word}")
            else:
                state.add_instruction(number, line)
        except AssemblerError:
            raise
        except (AsmSyntaxError, EncodeError, ConfigError, ValueError) as error:
            raise AssemblerError(number, str(error)) from None
    streams = state.link()
    if state.config is None:
        raise AssemblerError(1, "no .config line")
    program = Program(
        state.config,
        streams,
        state.tensors,
        state.constants,
        state.relocations,
        state.metadata,
    )
    return program.validate()
