"""Splits a design into small processes, each a Python function.

The statements of a fragment fall apart into groups that share no driven signal; each group of a
domain is a process. A signal that only repeats another one shares its place in the list of values,
so wiring costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from amaranth.hdl import Cat

from .internals import (
    Assign,
    LhsMasks,
    MemoryInstance,
    Print,
    Property,
    Signal,
    SignalDict,
    StatementList,
    Switch,
)  # fmt: skip
from .statements import Statements
from .values import Emitter

__all__ = ["Process", "aliases", "processes"]


@dataclass
class Process:
    """A piece of a design that runs as one function.

    Attributes
    ----------
    name, source:
        Of the function.
    domain:
        None for combinational logic.
    inputs, outputs:
        Places of the signals and memories that it reads and of those that it drives.
    always:
        It runs at every edge, whether or not something that it reads has changed.
    """

    name: str
    domain: Any
    source: str = ""
    inputs: set[int] = field(default_factory=set)
    outputs: set[int] = field(default_factory=set)
    always: bool = False


def aliases(fragment: Any) -> Any:
    """Signals of a design that always equal another one, with that other one."""
    drivers, copies = SignalDict(), SignalDict()
    for part in _fragments(fragment):
        for domain, statements in part.statements.items():
            for statement in statements:
                for signal, _ in _driven(statement).items():
                    drivers[signal] = drivers.get(signal, 0) + 1
                if domain == "comb" and (copied := _copied(statement)) is not None:
                    copies[statement.lhs] = copied
        for port in part._read_ports if isinstance(part, MemoryInstance) else ():
            for signal, _ in _masks(port._data).items():
                drivers[signal] = drivers.get(signal, 0) + 1
    found = SignalDict()
    for signal, other in copies.items():
        if drivers[signal] == 1:
            found[signal] = other
    for signal in list(found):  # what is copied may be a copy
        passed = SignalDict([(signal, None)])
        last = signal
        while last in found:
            last = found[last]
            if last in passed:
                raise RuntimeError(f"signal {last.name} drives itself")
            passed[last] = None
        for copy in passed:
            if copy is not last:
                found[copy] = last
    return found


def _copied(statement: Any) -> Any:
    """The signal that an assignment gives another one, if the two are of the same shape."""
    if type(statement) is not Assign:
        return None
    copy, copied = statement.lhs, statement.rhs
    alike = type(copy) is Signal is type(copied) and copy.shape() == copied.shape()
    return copied if alike else None


def _fragments(fragment: Any) -> Iterator[Any]:
    yield fragment
    for sub, _, _ in fragment.subfragments:
        yield from _fragments(sub)


def processes(fragment: Any, state: Any, copies: Any) -> Iterator[Process]:
    """All processes of a design. ``state`` gives signals and memories their places."""
    number = 0
    for part in _fragments(fragment):
        for domain in part.statements:
            statements = part.statements[domain]
            if domain == "comb":
                statements = [s for s in statements if not _is_alias(s, copies)]
            for group in _groups(statements):
                number += 1
                writer = _Writer(f"p{number}", domain, part, state)
                yield writer.logic(group)
        if isinstance(part, MemoryInstance):
            domains = dict.fromkeys(
                port._domain for port in (*part._write_ports, *part._read_ports)
            )
            for domain in domains:
                number += 1
                writer = _Writer(f"p{number}", domain, part, state)
                yield writer.memory(len(domains.keys() - {"comb"}) > 1)


def _is_alias(statement: Any, copies: Any) -> bool:
    return _copied(statement) is not None and statement.lhs in copies


def _driven(statement: Any) -> Any:
    """The signals that a statement drives, with a mask of the bits."""
    collector = LhsMasks()
    collector.visit_stmt(statement)
    return collector.lhs


def _masks(value: Any) -> Any:
    collector = LhsMasks()
    collector.visit_value(value, ~0)
    return collector.lhs


def _groups(statements: Iterable[Any]) -> list[Any]:
    """Statements in groups that drive no common signal; their order stays."""
    parents: list[int] = []
    first = SignalDict()

    def root(number: int) -> int:
        while parents[number] != number:
            parents[number] = number = parents[parents[number]]
        return number

    pieces = list(_split(statements))
    for number, piece in enumerate(pieces):
        parents.append(number)
        for signal in _driven(piece):
            parents[root(first.setdefault(signal, number))] = number
    groups: dict[int, Any] = {}
    for number, piece in enumerate(pieces):
        groups.setdefault(root(number), StatementList()).append(piece)
    return list(groups.values())


def _split(statements: Iterable[Any]) -> Iterator[Any]:
    """Statements, with a condition around many that have nothing to do with each other as the same
    condition around each group of them."""
    for statement in statements:
        if type(statement) is Switch and len(statement.cases) == 1:
            patterns, body, location = statement.cases[0]
            for group in _groups(body):
                yield Switch(statement.test, [(patterns, group, location)])
        else:
            yield statement


def _has_effects(statements: Iterable[Any]) -> bool:
    """Whether statements do something that cannot be left out when nothing has changed."""
    for statement in statements:
        if type(statement) is Print:
            return True
        if type(statement) is Property and statement.kind is Property.Kind.Cover:
            return True
        if type(statement) is Switch and any(_has_effects(body) for _, body, _ in statement.cases):
            return True
    return False


class _Writer:
    """Writes one process of a fragment."""

    def __init__(self, name: str, domain: str, fragment: Any, state: Any):
        self._fragment = fragment
        self._state = state
        self._domain = domain
        self._process = Process(name, None if domain == "comb" else fragment.domains[domain])
        self._emitter = Emitter()
        self._emitter.line(f"def {name}():")
        self._emitter.indent += 1
        self._statements = Statements(state.get_signal, self._emitter, self._process.inputs)

    def logic(self, statements: Any) -> Process:
        """The process of some statements."""
        driven = _driven(statements)
        self._process.always = _has_effects(statements)
        self._begin(driven)
        self._statements(statements)
        self._reset(driven)
        return self._end(driven)

    def memory(self, many_domains: bool) -> Process:
        """The process of a memory's ports in the domain."""
        memory = self._state.get_memory(self._fragment._data)
        driven = SignalDict()
        reads = [port for port in self._fragment._read_ports if port._domain == self._domain]
        for port in reads:
            for signal, mask in _masks(port._data).items():
                driven[signal] = mask
        if reads:
            self._process.inputs.add(memory)
        self._process.always = many_domains
        self._begin(driven)
        written = {
            number: self._write(port, memory)
            for number, port in enumerate(self._fragment._write_ports)
            if port._domain == self._domain
        }
        if written:
            self._process.outputs.add(memory)
        for port in reads:
            self._read(port, memory, written)
        if not driven:
            self._emitter.line("pass")
        return self._end(driven)

    def _begin(self, driven: Any) -> None:
        for signal in driven:
            place = self._state.get_signal(signal)
            self._process.outputs.add(place)
            if self._process.domain is None:
                self._state.slots[place].is_comb = True
                self._emitter.line(f"n{place} = {signal.init}")
            else:
                self._emitter.line(f"n{place} = V[{place}]")

    def _reset(self, driven: Any) -> None:
        domain = self._process.domain
        if domain is None or domain.rst is None:
            return
        registers = [signal for signal in driven if not signal.reset_less]
        if registers:
            self._emitter.line(f"if {self._statements.values(domain.rst)}:")
            for signal in registers:
                self._emitter.line(f" n{self._state.get_signal(signal)} = {signal.init}")

    def _end(self, driven: Any) -> Process:
        change = "change" if self._process.domain is None else "stage"
        for signal, mask in driven.items():
            place = self._state.get_signal(signal)
            self._emitter.line(f"if V[{place}] != n{place}: {change}({place}, n{place}")
            full = mask == (1 << len(signal)) - 1
            if full:
                self._emitter.lines[-1] += ")"
                continue
            if signal.shape().signed and mask >> len(signal) - 1:
                mask |= -1 << len(signal)
            self._emitter.lines[-1] += f", {mask:#x})"
        self._process.source = "\n".join(self._emitter.lines)
        return self._process

    def _write(self, port: Any, memory: int) -> tuple[str, str, str]:
        values, name = self._statements.values, self._emitter.name
        address, data = name(values.unsigned(port._addr)), name(values.unsigned(port._data))
        mask = Cat(bit.replicate(port._granularity) for bit in port._en)
        enable = name(values.unsigned(mask))
        self._emitter.line(f"if {enable}: store[{memory}]({address}, {data}, {enable})")
        return address, data, enable

    def _read(self, port: Any, memory: int, written: dict[int, tuple[str, str, str]]) -> None:
        values = self._statements.values
        enabled = self._process.domain is not None
        if enabled:
            self._emitter.line(f"if {values(port._en)}:")
            self._emitter.indent += 1
        address = self._emitter.name(values.unsigned(port._addr))
        data = self._emitter.name(f"load[{memory}]({address})")
        for number in port._transparent_for:
            at, new, enable = written[number]
            line = f"if {address} == {at}: {data} = {data} & ~{enable} | {new} & {enable}"
            self._emitter.line(line)
        shape = port._data.shape()
        if shape.signed:  # rows are stored as they are read, but a masked one is not
            self._statements.assign(port._data, f"({data} & {(1 << shape.width) - 1:#x})",
                                    type(shape)(shape.width))  # fmt: skip
        else:
            self._statements.assign(port._data, data, shape)
        if enabled:
            self._emitter.indent -= 1
