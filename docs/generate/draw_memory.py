"""The diagram of the on-chip memories: how bytes lie in them, and who may use them."""

from __future__ import annotations

from drawing import COLOURS, Drawing
from tinyneuron_hw.config import LINE_BYTES, PSUM_BANKS, SBUF_BANKS, get_config
from tinyneuron_hw.memory.arbiter import PATIENCE

__all__ = ["render"]

_SHADES = ["#d7f2ea", "#c3ebdf", "#afe3d4", "#9bdcc9", "#87d4be", "#73cdb3", "#5fc5a8", "#4bbe9d"]


def render() -> str:
    """SBUF and PSUM of configuration ``default``."""
    config = get_config("default")
    d = Drawing(980, 590, "SBUF and PSUM: partitions, banks, lines, words and ports")
    _sbuf(d, config.partitions, config.sbuf_lines, config.sbuf_partition_bytes)
    _psum(d, config.columns, config.psum_bank_words, config.psum_bank_bytes)
    return d.render()


def _rows(d: Drawing, left: float, top: float, count: int) -> list[float]:
    """Labels of the partitions that are drawn, and where they begin."""
    places = []
    for index, name in enumerate(("0", "1", "...", str(count - 1))):
        y = top + index * 34
        label = name if name == "..." else f"partition {name}"
        d.text(left - 10, y + 18, label, size=11, style="small", anchor="end")
        if name != "...":
            places.append(y)
    return places


def _ports(d: Drawing, left: float, top: float, ports: list[tuple[str, str]]) -> None:
    for number, (name, text) in enumerate(ports):
        y = top + 22 * number
        d.text(left, y, name, size=11.5, anchor="start", bold=True)
        d.text(left + 146, y, text, size=11.5, anchor="start", style="small")


def _sbuf(d: Drawing, partitions: int, lines: int, size: int) -> None:
    left, top, cell = 116, 92, 76
    d.text(20, 32, f"SBUF: {partitions} partitions x {size // 1024} KiB", size=14, anchor="start",
           bold=True, colour=COLOURS["memory"][1])  # fmt: skip
    d.text(20, 52, f"software-managed; a partition is {lines:,} lines of {LINE_BYTES} bytes, dealt "
           f"to {SBUF_BANKS} banks in turn: bank = line % {SBUF_BANKS}. Lane p of an engine sees "
           "partition p.", size=11.5, anchor="start", style="small")  # fmt: skip
    shown = 9
    for line in range(shown):
        d.text(left + cell * line + cell / 2, top - 8, f"line {line}", size=10.5, style="small")
    for y in _rows(d, left, top, partitions):
        for line in range(shown):
            x = left + cell * line
            d.box(x, y, cell, 26, role="memory", radius=0)
            d.shade(x, y, cell, 26, _SHADES[line % SBUF_BANKS])
            d.text(x + cell / 2, y + 17, f"bank {line % SBUF_BANKS}", size=10.5)
        d.text(left + cell * shown + 12, y + 17, f"... line {lines - 1:,}", size=10.5,
               style="small", anchor="start")  # fmt: skip
    d.text(left, top + 152, "each cycle a bank serves one read and one write; who goes first:",
           size=11.5, anchor="start")  # fmt: skip
    _ports(d, left, top + 176, [
        ("1  Tensor moving", "a line of every partition"),
        ("2  Tensor stationary", "a line of every partition"),
        ("3  DMA", "an AXI beat of one partition"),
    ])  # fmt: skip
    _ports(d, left + 430, top + 176, [
        ("4  Vector", "reads a line, writes bytes of a line"),
        ("5  Scalar", "reads a line, writes bytes of a line"),
        ("ageing", f"refused {PATIENCE} times: goes first"),
    ])  # fmt: skip


def _psum(d: Drawing, partitions: int, words: int, size: int) -> None:
    left, top, cell = 116, 420, 90
    kib = f"{size // 1024} KiB" if size >= 1024 else f"{size} B"
    d.text(20, 360, f"PSUM: {partitions} partitions x {PSUM_BANKS} banks x {kib}", size=14,
           anchor="start", bold=True, colour=COLOURS["compute"][1])  # fmt: skip
    d.text(20, 380, f"32-bit words; a bank is {words} words in a row and holds one accumulator of "
           f"{partitions} x {words}. Partition c takes the sums of PE column c.", size=11.5,
           anchor="start", style="small")  # fmt: skip
    for bank in range(PSUM_BANKS):
        d.text(left + cell * bank + cell / 2, top - 8, f"bank {bank}", size=10.5, style="small")
    for y in _rows(d, left, top, partitions):
        for bank in range(PSUM_BANKS):
            d.box(left + cell * bank, y, cell, 26, role="compute", radius=0)
            d.text(left + cell * bank + cell / 2, y + 17, f"{words} words", size=10.5)
    d.text(left, top + 156, "the Tensor engine's read-add-write is never refused; Vector and "
           "Scalar use the banks that it leaves free", size=11.5, anchor="start")  # fmt: skip
