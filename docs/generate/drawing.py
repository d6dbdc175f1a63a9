"""Drawing: boxes, labels and arrows as one SVG text, in one look for all diagrams.

Every diagram stands on a card of its own colour, so it reads the same on a light and on a dark
page. Coordinates are pixels from the top left.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

__all__ = ["COLOURS", "Drawing"]

COLOURS: dict[str, tuple[str, str]] = {
    "compute": ("#e0e7ff", "#4f46e5"),
    "memory": ("#d7f2ea", "#0f766e"),
    "control": ("#fdf0cf", "#b45309"),
    "outside": ("#eceff3", "#64748b"),
    "user": ("#fbe3ec", "#be185d"),
    "plain": ("#ffffff", "#94a3b8"),
}
"""Role -> fill and line."""

_STYLE = """
text { font-family: system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #1e293b }
.small { fill: #475569 }
.code { font-family: ui-monospace, "DejaVu Sans Mono", monospace }
"""


class Drawing:
    """An SVG that is drawn call by call; later calls lie above earlier ones.

    Parameters
    ----------
    width, height:
        Of the card.
    title:
        What it shows, for readers who do not see it.
    """

    def __init__(self, width: int, height: int, title: str):
        self._size, self._title = (width, height), title
        self._parts: list[str] = []

    def box(
        self, x: float, y: float, width: float, height: float, lines: Sequence[str] = (),
        role: str = "plain", *, dashed: bool = False, top: bool = False, size: float = 13,
        small: float = 11, radius: float = 7,
    ) -> None:  # fmt: skip
        """A box with its name (first line) and facts (further lines), in the middle or at the
        ``top``."""
        fill, line = COLOURS[role]
        dash = ' stroke-dasharray="5 4"' if dashed else ""
        self._parts.append(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{radius:g}" '
            f'fill="{fill}" stroke="{line}" stroke-width="1.4"{dash}/>'
        )
        if not lines:
            return
        pitch = small + 4.5
        block = size + pitch * (len(lines) - 1)
        baseline = y + 18 if top else y + (height - block) / 2 + size * 0.82
        self.text(x + width / 2, baseline, lines[0], size=size, bold=True)
        for number, text in enumerate(lines[1:], 1):
            self.text(x + width / 2, baseline + pitch * number, text, size=small, style="small")

    def shade(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        """A rectangle without a line, inside one that has one."""
        self._parts.append(
            f'<rect x="{x + 0.8:g}" y="{y + 0.8:g}" width="{width - 1.6:g}" '
            f'height="{height - 1.6:g}" fill="{colour}"/>'
        )

    def text(
        self, x: float, y: float, text: str, *, size: float = 12, anchor: str = "middle",
        bold: bool = False, style: str = "", colour: str = "",
    ) -> None:  # fmt: skip
        """One line of text; ``y`` is its baseline, ``style`` ``small`` or ``code``."""
        weight = ' font-weight="600"' if bold else ""
        kind = f' class="{style}"' if style else ""
        # A style sheet goes before an attribute, so a colour of its own is a style, too.
        fill = f' style="fill:{colour}"' if colour else ""
        self._parts.append(
            f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" text-anchor="{anchor}"'
            f"{weight}{kind}{fill}>{escape(text)}</text>"
        )

    def path(
        self, points: Sequence[tuple[float, float]], role: str = "outside", *, ends: str = "end",
        dashed: bool = False, width: float = 1.6,
    ) -> None:  # fmt: skip
        """A line through ``points`` with an arrow head at its ``end``, at ``both`` ends or none
        (``""``)."""
        colour = COLOURS[role][1]
        steps = " ".join(f"{'ML'[index > 0]}{x:g} {y:g}" for index, (x, y) in enumerate(points))
        marks = f' marker-end="url(#{role})"' if ends in ("end", "both") else ""
        marks += f' marker-start="url(#{role})"' if ends == "both" else ""
        dash = ' stroke-dasharray="5 4"' if dashed else ""
        self._parts.append(
            f'<path d="{steps}" fill="none" stroke="{colour}" stroke-width="{width:g}" '
            f'stroke-linejoin="round"{dash}{marks}/>'
        )

    def render(self) -> str:
        """The SVG."""
        width, height = self._size
        markers = "".join(
            f'<marker id="{role}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
            f'markerHeight="7" orient="auto-start-reverse"><path d="M0 0 8 4 0 8z" '
            f'fill="{line}"/></marker>'
            for role, (_, line) in COLOURS.items()
        )
        return "\n".join([
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            f'width="{width}" height="{height}" role="img" aria-label="{escape(self._title)}">',
            f"<title>{escape(self._title)}</title>",
            f"<style>{_STYLE}</style><defs>{markers}</defs>",
            f'<rect width="{width}" height="{height}" rx="12" fill="#fbfcfe"/>',
            *self._parts,
            "</svg>",
        ]) + "\n"  # fmt: skip
