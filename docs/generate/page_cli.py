"""The page of the command line, from the command itself."""

from __future__ import annotations

from typing import Any

import typer.main

from page_markdown import GENERATED, code, prose, table
from tinyneuron.cli import app

__all__ = ["render"]

_INTRODUCTION = f"""\
# Command line

{GENERATED}

Every command that runs something takes `--target` and `--config`; `--json` prints one JSON object
on standard output instead of a table. Progress goes to standard error.

| exit status | meaning |
| --- | --- |
| 0 | done |
| 1 | it could not be done: one line on standard error names the rule and the value |
| 2 | the command line itself is wrong |
| 130 | interrupted (Ctrl-C) |

Compiled simulators and emitted Verilog are kept in `$TINYNEURON_CACHE`, else in `tinyneuron` below
`$XDG_CACHE_HOME`, else in `~/.cache/tinyneuron`."""


def _commands(group: Any, prefix: str) -> list[tuple[str, Any]]:
    """(name as typed, command) of every command that is not a group."""
    found = []
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            found += _commands(command, f"{prefix} {name}")
        else:
            found.append((f"{prefix} {name}", command))
    return found


def _parameter(record: tuple[str, str]) -> tuple[str, str, str]:
    """Row of an option or argument: as it is typed, what it does, its default and bounds.

    ``record`` is what the command's own help shows.
    """
    typed, text = record
    name, _, kind = typed.partition(" <")
    text, _, notes = text.partition("[") if text.startswith("[") else text.partition("  [")
    names = code(name) if not kind else f"{code(name)} {code('<' + kind)}"
    return names, prose(text), notes.rstrip("]").removeprefix("default: ")


def _section(name: str, command: Any) -> str:
    context = typer.Context(command, info_name=name)
    title = name.removeprefix("tinyneuron ")
    usage = " ".join([name, *command.collect_usage_pieces(context)])
    parts = [f"## {title}", prose(command.help), f"```text\n{usage}\n```"]
    for kind in ("argument", "option"):
        records = (item.get_help_record(context) for item in command.params
                   if item.param_type_name == kind)  # fmt: skip
        rows = [_parameter(record) for record in records if record is not None]
        if rows:
            parts.append(table((kind, "meaning", "default, bounds"), rows))
    return "\n\n".join(parts)


def render() -> str:
    """The page."""
    group = typer.main.get_command(app)
    commands = _commands(group, "tinyneuron")
    rows = [
        (f"[`{name}`](#{name.removeprefix('tinyneuron ').replace(' ', '-')})",
         prose(command.help).split(";")[0].rstrip("."))
        for name, command in commands
    ]  # fmt: skip
    sections = [_INTRODUCTION, table(("command", "what it does"), rows)]
    sections += [_section(name, command) for name, command in commands]
    return "\n\n".join(sections) + "\n"
