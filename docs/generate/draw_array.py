"""The diagram of the PE array and its skew."""

from __future__ import annotations

from drawing import COLOURS, Drawing
from tinyneuron_hw.config import get_config

__all__ = ["render"]

_SIDE = 4
_PE = 62
_GAP = 30
_LEFT, _TOP = 210, 92


def render() -> str:
    """A 4 x 4 array (configuration ``tiny``) with the skew of its rows."""
    config = get_config("tiny")
    assert config.partitions == config.columns == _SIDE
    step = config.pe_latency
    d = Drawing(980, 560, "PE array: moving elements enter rows skewed, sums run down the columns")
    pitch = _PE + _GAP
    right = _LEFT + _SIDE * pitch - _GAP

    d.text(20, 34, "moving elements, one of every row a cycle, from SBUF", size=12,
           anchor="start", bold=True, colour=COLOURS["memory"][1])  # fmt: skip
    d.text(20, 54, f"row r waits r x {step} cycles", size=11, anchor="start", style="small")
    for row in range(_SIDE):
        y = _TOP + row * pitch + _PE / 2
        d.text(34, y + 4, f"x{row}", size=13, style="code")
        for stage in range(row * step):
            d.box(62 + 17 * stage, y - 9, 13, 18, role="memory", radius=2)
        if row:
            d.path([(50, y), (60, y)], "memory", ends="")
        d.path([((62 + 17 * row * step) if row else 50, y), (_LEFT - 2, y)], "memory")
        d.path([(_LEFT - 22, y), (_LEFT - 22, y - _PE / 2 - 8),
                (right - _PE / 2 + 12, y - _PE / 2 - 8)], "memory", ends="")  # fmt: skip
        for column in range(_SIDE):
            x = _LEFT + column * pitch
            if column:
                at = x + _PE / 2 + 12
                d.path([(at, y - _PE / 2 - 8), (at, y - _PE / 2 - 1)], "memory")
            d.box(x, y - _PE / 2, _PE, _PE, role="compute")
            d.text(x + _PE / 2, y + 1, f"w{row}{column}", size=13, style="code", bold=True)
            d.text(x + _PE / 2, y + 18, "fma", size=10.5, style="small")
            below = y + _PE / 2
            d.path([(x + 16, below), (x + 16, below + _GAP - 2)], "compute", width=2)
    bottom = _TOP + _SIDE * pitch
    for column in range(_SIDE):
        x = _LEFT + column * pitch
        d.box(x - 4, bottom, _PE + 8, 52, ["PSUM", f"partition {column}"], "memory", small=9.5)
    d.text(_LEFT - 14, bottom + 22, "all columns in one cycle:", size=11, style="small",
           anchor="end")  # fmt: skip
    d.text(_LEFT - 14, bottom + 38, "word = word + sum", size=11, style="code", anchor="end")
    d.text(right + 14, bottom - 12, "FP32 sums", size=11, style="small", anchor="start",
           colour=COLOURS["compute"][1])  # fmt: skip
    _waves(d, step)
    return d.render()


def _waves(d: Drawing, step: int) -> None:
    """Which element of the moving operand is in which row, cycle by cycle."""
    left, top, cell, height = 640, 130, 26, 24
    d.text(left - 22, 34, "which vector a row works on", size=12, anchor="start", bold=True)
    d.text(left - 22, 54, "a vector is the elements that enter together; it meets the", size=11,
           anchor="start", style="small")  # fmt: skip
    d.text(left - 22, 70, f"rows one after another, {step} cycles each", size=11, anchor="start",
           style="small")  # fmt: skip
    vectors, cycles = 6, 12
    shades = ["#c7d2fe", "#a5b4fc", "#818cf8", "#a5b4fc", "#c7d2fe", "#e0e7ff"]
    for cycle in range(cycles):
        d.text(left + cycle * cell + cell / 2, top - 10, str(cycle), size=10, style="small")
    d.text(left - 10, top - 10, "cycle", size=10, style="small", anchor="end")
    for row in range(_SIDE):
        y = top + row * height
        d.text(left - 10, y + 16, f"row {row}", size=10.5, style="small", anchor="end")
        for cycle in range(cycles):
            vector = cycle - row * step
            x = left + cycle * cell
            d.box(x, y, cell, height, role="plain", radius=0)
            if 0 <= vector < vectors:
                d.shade(x, y, cell, height, shades[vector])
                d.text(x + cell / 2, y + 16, str(vector), size=11, style="code")
    y = top + _SIDE * height + 34
    notes = [
        "A row's element goes to all its columns at once,",
        "so every column of a row has the same timing and the",
        "sums of all columns leave the array together: nothing",
        "has to be put in step again below it.",
        "",
        "A PE keeps two stationary elements: the active one and",
        "its shadow. LOAD_STATIONARY fills the shadow while the",
        "multiplication before it streams; the first element of the",
        "next one swaps them, row by row with the same skew.",
    ]
    for number, line in enumerate(notes):
        d.text(left - 22, y + 18 * number, line, size=11, anchor="start", style="small")
