"""The commands of ``tinyneuron debug``."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from tinyneuron_hw.formats import FORMATS, DType
from tinyneuron_hw.isa.opcodes import Space, Stream
from tinyneuron_sim.backend import BackendError
from tinyneuron_sim.inside import Place

from ..program.program import ProgramError
from ..runtime.dtypes import numpy_dtype
from ..runtime.errors import TinyneuronError
from .debugger import Debugger
from .points import Breakpoint, DebugError, Stop
from .views import listed, numbers, standing

__all__ = ["Prompt", "Reply"]


@dataclass(frozen=True)
class Reply:
    """What a command gives: for people, and for ``json.dumps``."""

    text: str
    data: dict[str, Any]
    failed: bool = False


_SPACES = {"sbuf": Space.SBUF, "psum": Space.PSUM, "device": None}
_TYPES = {fmt.name.lower(): dtype for dtype, fmt in FORMATS.items()}
_PLACE_HELP = "PLACE: device ADDRESS [SIZE], sbuf|psum PARTITION OFFSET [SIZE]; SIZE is 4 bytes"
_INDEX = re.compile(r"([A-Za-z_][A-Za-z0-9_.]*)(?:\[(.*)\])?")


class Prompt:
    """Takes commands, one a line; a word may be cut short to any unique beginning, and an empty
    line repeats the last command."""

    def __init__(self, debugger: Debugger):
        self._debugger = debugger
        self._last = ""
        self._shown: dict[Any, list[int]] = {}
        self._commands: dict[str, Callable[[list[str]], Reply]] = {
            "break": self._break,
            "continue": self._continue,
            "cycle": self._cycle,
            "delete": self._delete,
            "diff": self._diff,
            "help": self._help,
            "info": self._info,
            "list": self._list,
            "print": self._print,
            "quit": self._quit,
            "registers": self._registers,
            "restart": self._restart,
            "semaphores": self._semaphores,
            "step": self._step,
            "watch": self._watch,
            "where": self._where,
        }
        self.over = False

    _short = {"b": "break", "c": "continue", "d": "delete", "i": "info", "l": "list",
              "p": "print", "q": "quit", "r": "registers", "s": "step", "w": "where"}  # fmt: skip

    def execute(self, line: str) -> Reply:
        """Runs a command; one that makes no sense gives a reply that says so."""
        line = line.partition("#")[0].strip() or self._last
        self._last = line
        words = line.split()
        if not words:
            return Reply("", {})
        try:
            return self._command(words[0])(words[1:])
        except (TinyneuronError, ProgramError, BackendError) as error:
            message = " ".join(str(error).split())
            return Reply(message, {"error": message}, failed=True)

    def _command(self, word: str) -> Callable[[list[str]], Reply]:
        name = self._short.get(word, word)
        if name in self._commands:
            return self._commands[name]
        found = [other for other in self._commands if other.startswith(word)]
        if len(found) == 1:
            return self._commands[found[0]]
        if found:
            raise DebugError(f"{word!r} may be {' or '.join(found)}")
        raise DebugError(f"no command {word!r}; there are: {', '.join(self._commands)}")

    # Going on.

    def _step(self, words: list[str]) -> Reply:
        """step [COUNT] [STREAM]: until an instruction or a transfer ends"""
        stream = None
        if words and not words[-1].isdigit():
            stream = _stream(words.pop())
        return self._stopped(self._debugger.step(_count(words), stream))

    def _cycle(self, words: list[str]) -> Reply:
        """cycle [COUNT]: so many cycles (golden: steps)"""
        return self._stopped(self._debugger.advance(_count(words)))

    def _continue(self, words: list[str]) -> Reply:
        """continue [LIMIT]: until the next stop, for at most LIMIT cycles"""
        return self._stopped(self._debugger.resume(_count(words) if words else None))

    def _restart(self, words: list[str]) -> Reply:
        """restart: from the beginning, breakpoints and watchpoints stay"""
        _none(words)
        self._debugger.restart()
        return Reply("at the beginning", {"cycle": self._debugger.cycle})

    def _stopped(self, stop: Stop) -> Reply:
        lines = [f"{self._debugger.unit} {stop.cycle}: {stop.text}"]
        if stop.kind in ("break", "watch", "limit"):
            lines += [f"  {item.text}" for item in self._standing()]
        return Reply("\n".join(lines), stop.to_json())

    # Where to stop.

    def _break(self, words: list[str]) -> Reply:
        """break STREAM:PC | [FILE:]LINE: stop before an instruction, or a line of the kernel"""
        if len(words) != 1:
            raise DebugError("break takes STREAM:PC or a LINE, such as vector:5 or 12")
        name, _, index = words[0].rpartition(":")
        if name and not name.endswith(".py"):
            point = self._debugger.break_at(_stream(name), _number(index))
        else:
            point = self._debugger.break_line(_number(index), name)
        places = [f"{stream.name.lower()}:{pc}" for stream, pc in point.places]
        text = f"breakpoint {point.number} at {', '.join(places)}"
        return Reply(text, {"number": point.number, "places": places})

    def _watch(self, words: list[str]) -> Reply:
        """watch TENSOR | PLACE: stop where bytes have changed"""
        if not words:
            raise DebugError("watch takes a TENSOR, or a place such as sbuf 0 0x40 16")
        if words[0] in _SPACES or words[0][0].isdigit():
            point = self._debugger.watch(_place(words))
        else:
            _none(words[1:])
            point = self._debugger.watch_tensor(words[0])
        return Reply(f"watchpoint {point.number} on {point.text}", {"number": point.number})

    def _delete(self, words: list[str]) -> Reply:
        """delete [NUMBER]: a breakpoint or watchpoint, or all of them"""
        self._debugger.delete(_number(words[0]) if words else None)
        return Reply("deleted", {"left": list(self._debugger.points)})

    # What there is to see.

    def _standing(self) -> list[Any]:
        debugger = self._debugger
        return standing(debugger.program, debugger.positions(), debugger.semaphores())

    def _where(self, words: list[str]) -> Reply:
        """where: the instruction each stream stands at, and the semaphore it waits for"""
        _none(words)
        found = self._standing()
        text = "\n".join(item.text for item in found) or "every stream has ended"
        data = [{**item._asdict(), "stream": item.stream.name.lower()} for item in found]
        return Reply(text, {"streams": data})

    def _list(self, words: list[str]) -> Reply:
        """list [STREAM]: the instructions around each stream's, with the kernel's lines"""
        debugger = self._debugger
        positions = debugger.positions()
        if words:
            stream = _stream(words[0])
            positions = {stream: positions.get(stream, 0)}
            if stream not in debugger.program.streams:
                raise DebugError(f"the program has no stream {words[0]}")
        parts = {stream.name.lower(): listed(debugger.program, stream, pc)
                 for stream, pc in positions.items()}  # fmt: skip
        text = "\n".join(f"{name}:\n" + "\n".join(lines) for name, lines in parts.items())
        return Reply(text or "every stream has ended", {"streams": parts})

    def _registers(self, words: list[str]) -> Reply:
        """registers [STREAM]: those that are not 0; * marks what has changed since last shown"""
        streams = [_stream(words[0])] if words else list(self._debugger.program.streams)
        parts, data = [], {}
        for stream in streams:
            values = self._debugger.registers(stream)
            title = "" if words else f"{stream.name.lower()}:\n"
            parts.append(title + numbers("r", values, self._shown.get(stream, ())))
            self._shown[stream] = data[stream.name.lower()] = values
        return Reply("\n".join(parts), {"registers": data})

    def _semaphores(self, words: list[str]) -> Reply:
        """semaphores: those that are not 0; * marks what has changed since last shown"""
        _none(words)
        values = self._debugger.semaphores()
        text = numbers("s", values, self._shown.get("semaphores", ()))
        self._shown["semaphores"] = values
        return Reply(text, {"semaphores": values})

    def _print(self, words: list[str]) -> Reply:
        """print TENSOR[SLICE] | PLACE [TYPE]: values; of a place, bytes or elements of a type"""
        if not words:
            raise DebugError("print takes a TENSOR[SLICE], or a place such as sbuf 0 0x40 16 fp32")
        if words[0] in _SPACES:
            dtype = DType.UINT8
            if words[-1].lower() in _TYPES:
                dtype = _TYPES[words.pop().lower()]
            raw, kind = self._debugger.read(_place(words)), numpy_dtype(dtype)
            if len(raw) % kind.itemsize:
                raise DebugError(f"{len(raw)} bytes are no whole number of {FORMATS[dtype].name}")
            shown, name = np.frombuffer(raw, kind), " ".join(words)
        else:
            name = "".join(words)
            match = _INDEX.fullmatch(name)
            if match is None:
                raise DebugError(f"print takes a tensor such as x[0:2, 3], not {name!r}")
            shown = self._debugger.tensor(match[1])
            if match[2] is not None:
                shown = _sliced(shown, match[2], name)
        shown = np.asarray(shown)
        values = shown.astype(np.float64 if shown.dtype.kind not in "iub" else shown.dtype)
        data = {"name": name, "dtype": str(shown.dtype), "shape": list(shown.shape),
                "values": values.tolist()}  # fmt: skip
        return Reply(f"{name} = {np.array2string(shown, threshold=256)}", data)

    def _info(self, words: list[str]) -> Reply:
        """info: target, cycle, tensors, breakpoints and watchpoints"""
        _none(words)
        debugger = self._debugger
        program, stop = debugger.program, debugger.stop
        state = "running" if debugger.running else (stop.kind if stop else "over")
        lines = [f"{program.config.name} on {debugger.target}, {debugger.unit} {debugger.cycle}, "
                 f"{state}"]  # fmt: skip
        for spec in program.tensors:
            shape = "x".join(map(str, spec.shape)) or "scalar"
            place = debugger.place_of(spec.name)
            lines.append(f"  {spec.kind} {spec.name} {FORMATS[spec.dtype].name} {shape} at "
                         f"0x{place.offset:x}, {place.size} bytes")  # fmt: skip
        points = {}
        for number, point in debugger.points.items():
            kind = "break" if isinstance(point, Breakpoint) else "watch"
            points[number] = f"{kind} {point.text}"
            lines.append(f"  {number}: {points[number]}")
        data = {"config": program.config.name, "target": debugger.target, "state": state,
                "unit": debugger.unit, "cycle": debugger.cycle, "points": points}  # fmt: skip
        return Reply("\n".join(lines), data)

    def _diff(self, words: list[str]) -> Reply:
        """diff: the first instruction whose result differs from golden's"""
        _none(words)
        if self._debugger.target == "golden":
            text = "this is golden, which the other targets are compared with"
            return Reply(text, {"equal": True})
        found = self._debugger.find_difference()
        if found is None:
            text = f"no difference between {self._debugger.target} and golden"
            return Reply(text, {"equal": True})
        return Reply(found.text(), {"equal": False, **found.to_json()})

    def _help(self, words: list[str]) -> Reply:
        """help: this text; an empty line repeats the last command"""
        _none(words)
        lines = [command.__doc__ or "" for command in self._commands.values()]
        short = ", ".join(f"{letter} = {word}" for letter, word in self._short.items())
        return Reply("\n".join([*lines, _PLACE_HELP, f"short: {short}"]), {"help": lines})

    def _quit(self, words: list[str]) -> Reply:
        """quit: ends the session"""
        self.over = True
        return Reply("", {})


def _none(words: list[str]) -> None:
    if words:
        raise DebugError(f"nothing is expected there, not {words[0]!r}")


def _number(word: str) -> int:
    try:
        return int(word, 0)
    except ValueError:
        raise DebugError(f"a number is expected, not {word!r}") from None


def _count(words: list[str]) -> int:
    count = _number(words[0]) if words else 1
    _none(words[1:])
    if count < 1:
        raise DebugError(f"a count must be at least 1, not {count}")
    return count


def _stream(word: str) -> Stream:
    if word.upper() not in Stream.__members__:
        names = ", ".join(stream.name.lower() for stream in Stream)
        raise DebugError(f"no stream {word!r}; streams: {names}")
    return Stream[word.upper()]


def _place(words: list[str]) -> Place:
    """``sbuf PARTITION OFFSET [SIZE]``, ``[device] ADDRESS [SIZE]``."""
    space = _SPACES.get(words[0])
    found = [_number(word) for word in (words[1:] if words[0] in _SPACES else words)]
    if space is None:
        found = [0, *found]
    if len(found) not in (2, 3):
        names = "ADDRESS SIZE" if space is None else "PARTITION OFFSET SIZE"
        raise DebugError(f"{words[0]}: {names} are expected")
    return Place(space, found[0], found[1], found[2] if len(found) == 3 else 4)


def _sliced(array: np.ndarray, text: str, name: str) -> np.ndarray:
    try:
        index = tuple(
            slice(*(int(part, 0) if part.strip() else None for part in item.split(":")))
            if ":" in item else int(item, 0)
            for item in text.split(",")
        )  # fmt: skip
        return array[index]
    except (ValueError, IndexError, TypeError) as error:
        raise DebugError(f"{name}: {error}") from None
