"""Runs one program on two targets and finds where they part.

``case.py`` is what runs, ``bench.py`` runs it, ``verdict.py`` compares, ``locate.py`` finds the
instruction, ``shrink.py`` makes the program small.
"""

from .bench import Bench, Outcome
from .case import Case, Extent
from .difference import Difference, first_difference
from .reference import InvalidProgram, Reference, run_reference
from .verdict import Comparison, compare

__all__ = ["Bench", "Case", "Comparison", "Difference", "Extent", "InvalidProgram", "Outcome",
           "Reference", "compare", "first_difference", "run_reference"]  # fmt: skip
