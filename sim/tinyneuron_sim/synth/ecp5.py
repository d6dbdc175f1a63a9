"""Target ``ecp5``: Lattice ECP5, with its multipliers and block RAM."""

from __future__ import annotations

from collections import Counter

from .harness import HARNESS
from .yosys import Step

__all__ = ["COLUMNS", "DEVICE", "FORM", "figures", "steps"]

FORM = "fpga"

COLUMNS = ("luts", "flip_flops", "dsps", "block_rams")

DEVICE = {"name": "LFE5U-85F", "luts": 83_640, "flip_flops": 83_640, "dsps": 156,
          "block_rams": 208}  # fmt: skip
"""The largest of the family; a DSP is a MULT18X18D, a block RAM 18 Kibit."""

_LUTS = {"LUT4": 1, "CCU2C": 2, "TRELLIS_DPR16X4": 4}
"""LUTs that a cell takes. A pair of carry bits is two, 16 x 4 bits of distributed RAM four (and the
write port of two more that nextpnr may share)."""
_BLOCK_RAMS = ("DP16KD", "PDPW16KD")
_LABELS = {
    "begin": "elaborating",
    "coarse": "optimizing words",
    "map_ram": "mapping block RAM",
    "map_ffram": "mapping memories",
    "map_gates": "mapping to gates",
    "map_ffs": "mapping flip-flops",
    "map_luts": "mapping to LUTs (ABC)",
    "map_cells": "mapping to cells",
    "check": "checking",
}
"""Labels of ``synth_ecp5``, in its order."""


def steps(files: list[str], *, netlist: bool) -> list[Step]:
    """Maps each module by itself below the harness; for placing, the result is made flat and
    written to ``netlist.json``."""
    result = [Step("reading the Verilog", f"read_verilog {' '.join(files)}")]
    ends = [*list(_LABELS)[1:], ""]
    for (begin, label), end in zip(_LABELS.items(), ends, strict=True):
        result.append(Step(label, f"synth_ecp5 -top {HARNESS} -noflatten -run {begin}:{end}"))
    result.append(Step("counting", f"tee -q -o stat.json stat -json -top {HARNESS}"))
    if netlist:
        result += [
            Step("flattening", "flatten"),
            Step("flattening", "opt_clean -purge"),
            Step("writing the netlist", "write_json netlist.json"),
        ]
    return result


def figures(cells: Counter[str]) -> dict[str, float]:
    """What the cells amount to."""
    return {
        "luts": sum(size * cells[kind] for kind, size in _LUTS.items()),
        "flip_flops": cells["TRELLIS_FF"],
        "dsps": cells["MULT18X18D"],
        "block_rams": sum(cells[kind] for kind in _BLOCK_RAMS),
    }
