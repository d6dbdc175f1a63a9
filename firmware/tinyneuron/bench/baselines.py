"""Cycles that were measured before, and what became of them.

The file maps configuration and benchmark to cycles, which are exact and repeat:
``{"default": {"matmul_512": 527437}}``.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..files import write_atomically
from ..runtime.errors import TinyneuronError
from .report import BenchResult

__all__ = ["BASELINES", "TOLERANCE", "Verdict", "compare", "load", "save", "updated"]

BASELINES = Path(__file__).resolve().parents[3] / "benchmarks" / "baselines.json"
TOLERANCE = 0.01
"""Share of its baseline by which a benchmark may be slower."""

Baselines = dict[str, dict[str, int]]


@dataclass(frozen=True)
class Verdict:
    """A benchmark against its baseline (None: it has none).

    ``state`` is ``same``, ``better``, ``slower`` (within the tolerance), ``worse``, ``missing``
    or ``wrong`` (the output differs from golden's).
    """

    name: str
    config: str
    cycles: int
    baseline: int | None
    state: str

    @property
    def change(self) -> float | None:
        """Relative: 0.02 is 2 % more cycles."""
        return None if self.baseline is None else self.cycles / self.baseline - 1

    @property
    def is_failure(self) -> bool:
        return self.state in ("worse", "missing", "wrong")

    def __str__(self) -> str:
        text = f"{self.name} on {self.config}: {self.cycles:,} cycles"
        if self.state == "wrong":
            return f"{text}, and its output differs from golden's"
        if self.baseline is None:
            return f"{text}, no baseline"
        return f"{text}, baseline {self.baseline:,} ({self.change:+.2%})"


def load(path: Path) -> Baselines:
    """The baselines in a file; an empty table when there is no file.

    Raises
    ------
    TinyneuronError
        The file is not such a table.
    """
    try:
        table = json.loads(path.read_text())
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise TinyneuronError(f"{path}: no JSON ({error})") from None
    if not isinstance(table, dict) or not all(isinstance(row, dict) for row in table.values()):
        raise TinyneuronError(f"{path}: must map configurations to benchmarks and their cycles")
    for row in table.values():
        for name, cycles in row.items():
            if type(cycles) is not int or cycles < 1:
                raise TinyneuronError(f"{path}: cycles of {name!r} must be a positive integer, "
                                      f"not {cycles!r}")  # fmt: skip
    return table


def save(path: Path, table: Baselines) -> None:
    """Writes the file, sorted, so that a change shows as the lines that changed."""
    text = json.dumps(table, indent=2, sort_keys=True) + "\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, lambda file: file.write(text.encode()))


def compare(results: Sequence[BenchResult], table: Baselines) -> list[Verdict]:
    """A verdict on each result, in their order.

    Raises
    ------
    TinyneuronError
        A result has no cycles: its target has no clock.
    """
    return [_verdict(result, table.get(result.config, {}).get(result.name)) for result in results]


def _verdict(result: BenchResult, baseline: int | None) -> Verdict:
    cycles = result.cycles
    if cycles is None:
        raise TinyneuronError(f"target {result.target!r} has no clock, so {result.name} has no "
                              "cycles to compare")  # fmt: skip
    if not result.bit_exact:
        state = "wrong"
    elif baseline is None:
        state = "missing"
    elif cycles > baseline * (1 + TOLERANCE):
        state = "worse"
    else:
        state = "slower" if cycles > baseline else "better" if cycles < baseline else "same"
    return Verdict(result.name, result.config, cycles, baseline, state)


def updated(
    table: Baselines, verdicts: Sequence[Verdict], known: set[tuple[str, str]]
) -> Baselines:
    """The table with the cycles of the verdicts, without benchmarks that are not ``known``
    ((configuration, name)).

    Raises
    ------
    TinyneuronError
        An output is wrong: its cycles mean nothing.
    """
    wrong = [str(item) for item in verdicts if item.state == "wrong"]
    if wrong:
        raise TinyneuronError(f"no baselines of wrong results: {'; '.join(wrong)}")
    cycles = {(config, name): value for config, row in table.items() for name, value in row.items()}
    cycles |= {(item.config, item.name): item.cycles for item in verdicts}
    result: Baselines = {}
    for (config, name), value in cycles.items():
        if (config, name) in known:
            result.setdefault(config, {})[name] = value
    return result
