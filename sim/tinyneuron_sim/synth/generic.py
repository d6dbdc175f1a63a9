"""Target ``generic``: gates of no particular technology."""

from __future__ import annotations

import re
from collections import Counter

from .blocks import MEMORY_BITS
from .yosys import Step

__all__ = ["CLOCK_GATE", "COLUMNS", "FORM", "figures", "longest_path", "steps"]

FORM = "asic"

COLUMNS = ("gate_equivalents", "flip_flops", "memory_bits", "clock_gates")

_FLIP_FLOP = "$_DFF_P_"
_CLOCK_GATE = "tn_clock_gate"
_TRANSISTORS = {
    "$_NOT_": 2, "$_NAND_": 4, "$_NOR_": 4, "$_AOI3_": 6, "$_OAI3_": 6, "$_AOI4_": 8,
    "$_OAI4_": 8, "$_NMUX_": 10, "$_MUX_": 12, "$_XOR_": 12, "$_XNOR_": 12,
    _FLIP_FLOP: 24, _CLOCK_GATE: 22,
}  # fmt: skip
"""Of static CMOS; gates as in Yosys' own cost table. A flip-flop is two latches with the inverters
of their clock, a clock gate one latch and an AND."""
CLOCK_GATE = f"""\
(* blackbox *)
module {_CLOCK_GATE} (input clk, input enable, output gated_clk);
endmodule
"""
"""Stands for the cell that a technology has."""


def steps(files: list[str], top: str) -> list[Step]:
    """Maps each module by itself. Memories whose reads are all clocked stay memories, the others
    become flip-flops; enables and resets become gates before plain flip-flops."""
    synth = f"synth -top {top} -run"
    # All ones: every read port is clocked. No memory has more than four.
    clocked = " ".join(f"r:RD_CLK_ENABLE!={ports}'b{'1' * ports} %i" for ports in range(1, 5))
    return [
        Step("reading the Verilog", f"read_verilog {' '.join(files)}"),
        Step("elaborating", f"{synth} begin:coarse"),
        Step("optimizing words", f"{synth} coarse:fine"),
        Step("mapping memories", f"memory_map t:$mem_v2 {clocked}"),
        Step("mapping to gates", "opt -fast -full"),
        Step("mapping to gates", "techmap"),
        Step("mapping to gates", f"dfflegalize -cell {_FLIP_FLOP} 01"),
        Step("mapping to gates", "opt -fast -nodffe -nosdff"),
        Step("mapping to gates (ABC)", "abc -g cmos"),
        Step("cleaning up", "opt -fast -nodffe -nosdff"),
        Step("cleaning up", "opt_clean -purge"),
        Step("counting", "design -save mapped"),
        Step("counting", "memory_unpack"),
        Step("counting", f"tee -q -o stat.json stat -json -top {top}"),
        Step("finding the longest path", "design -load mapped"),
        Step("finding the longest path", "flatten"),
        Step("finding the longest path", "tee -q -o ltp.txt ltp -noff t:$mem_v2 %n"),
    ]


def figures(cells: Counter[str]) -> dict[str, float]:
    """What the cells amount to. ``gate_equivalents``: transistors / 4, the size of a NAND with two
    inputs, flip-flops and clock gates included and memories left out."""
    ports = {kind for kind in cells if kind.startswith("$mem")}
    unknown = set(cells) - set(_TRANSISTORS) - ports - {MEMORY_BITS}
    if unknown:
        raise ValueError(f"cells of unknown size: {', '.join(sorted(unknown))}")
    return {
        "gate_equivalents": sum(size * cells[kind] for kind, size in _TRANSISTORS.items()) / 4,
        "flip_flops": cells[_FLIP_FLOP],
        "memory_bits": cells[MEMORY_BITS],
        "clock_gates": cells[_CLOCK_GATE],
    }


def longest_path(report: str) -> int:
    """Gates in series on the longest path, from the report of ``ltp`` on the flat design."""
    lengths = [int(number) for number in re.findall(r"\(length=(\d+)\)", report)]
    return max(lengths, default=0)
