"""One case on golden and on another target."""

from __future__ import annotations

from dataclasses import dataclass

from ..golden.backend import GoldenBackend
from .bench import Bench, Outcome
from .case import Case
from .difference import Difference, first_difference
from .reference import Opener, Reference, run_reference

__all__ = ["Comparison", "compare"]


@dataclass
class Comparison:
    """What was expected, what the target gave, and the first difference, if any.

    ``reference`` is golden's run: what is expected unless another target says so.
    """

    case: Case
    reference: Reference
    expected: Outcome
    actual: Outcome
    difference: Difference | None


def compare(case: Case, bench: Bench, *, against: Bench | None = None, seed: int = 0,
            opener: Opener = GoldenBackend) -> Comparison:  # fmt: skip
    """Runs a case on golden, under the schedule of ``seed``, and on ``bench``.

    Parameters
    ----------
    against:
        Gives the expected state in golden's place; golden then only says what is certain.
    opener:
        Opens golden.

    Raises
    ------
    InvalidProgram
        The program is wrong in a way that only golden sees; no other target has run it.
    """
    reference = run_reference(case, seed=seed, opener=opener)
    expected = reference.outcome if against is None else against.run(case)
    actual = bench.run(case)
    difference = first_difference(case, expected, actual, reference.certain)
    return Comparison(case, reference, expected, actual, difference)
