"""``tinyneuron debug``: commands from a person, from options, a file or a pipe."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from ..inputs import load_inputs
from ..program import container
from ..program.assembler import assemble
from ..runtime.errors import TinyneuronError
from .debugger import Debugger
from .prompt import Prompt, Reply

__all__ = ["debug_command"]

_PROMPT = "(tinyneuron) "


def debug_command(
    program: Path, inputs: list[str], target: str, watchdog: int, seed: int,
    commands: list[str], script: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Opens a program and takes commands until they end or ``quit`` comes."""
    is_text = program.suffix == ".tns"
    compiled = assemble(program.read_text()) if is_text else container.load(program)
    given = [*commands, *(script.read_text().splitlines() if script else ())]
    asks = not given and sys.stdin.isatty()
    options = {"schedule_seed": seed} if target == "golden" else {}
    arrays = load_inputs(compiled, inputs)
    failed: list[str] = []
    with Debugger(compiled, arrays, target=target, watchdog=watchdog, **options) as debugger:
        prompt = Prompt(debugger)
        for line in _lines(given, asks=asks):
            if not asks and not as_json:
                sys.stdout.write(f"{_PROMPT}{line}\n")
            reply = _execute(prompt, line)
            if reply.failed:
                failed.append(reply.text)
            _show(line, reply, as_json)
            if prompt.over:
                break
    if failed and not asks:
        raise TinyneuronError(f"{len(failed)} of the commands failed; the first: {failed[0]}")


def _execute(prompt: Prompt, line: str) -> Reply:
    try:
        return prompt.execute(line)
    except KeyboardInterrupt:
        return Reply("interrupted", {"error": "interrupted"}, failed=True)


def _show(line: str, reply: Reply, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps({"command": line, **reply.data}) + "\n")
    elif reply.text:
        sys.stdout.write(reply.text + "\n")
    sys.stdout.flush()


def _lines(given: list[str], *, asks: bool) -> Iterator[str]:
    if given:
        yield from given
    elif asks:
        import readline  # noqa: F401  (line editing in `input`)

        while True:
            try:
                yield input(_PROMPT)
            except EOFError:
                sys.stdout.write("\n")
                return
    else:
        yield from (line.rstrip("\n") for line in sys.stdin)
