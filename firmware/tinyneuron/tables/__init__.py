"""Function tables of the Scalar engine: ``fit`` makes one from a Python function.

Read `fit.py`, `stretches.py`, then `segments.py`. What the bits mean: `tinyneuron_hw.isa.table`.
"""

from tinyneuron_hw.isa.table import Power, Reduction, Symmetry

from .fit import FunctionTable, fit
from .measure import Errors, measure
from .recipe import FitError, Recipe
from .standard import STANDARD, standard_table

__all__ = ["STANDARD", "Errors", "FitError", "FunctionTable", "Power", "Recipe", "Reduction",
           "Symmetry", "fit", "measure", "standard_table"]  # fmt: skip
