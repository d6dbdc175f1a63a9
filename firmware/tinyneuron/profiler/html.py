"""The report: one HTML file that needs no other, on disk or from a network.

``report.html`` is the page; ``report.css`` and the scripts go into it, and the profile as JSON.
"""

from __future__ import annotations

import html
import json
from importlib.resources import files
from pathlib import Path
from typing import Any

from tinyneuron_hw.isa.opcodes import Stream
from tinyneuron_hw.isa.waits import STREAM_STATES
from tinyneuron_sim.backend import DMA_SOURCE
from tinyneuron_sim.trace import row_label, track_name

from ..files import write_atomically
from .data import ProfileData, Slice
from .series import rate_series
from .summary import bandwidth
from .work import Work

__all__ = ["frame", "page", "report_data", "write_html"]

SCRIPTS = ("format.js", "colors.js", "timeline.js", "draw.js", "roofline.js", "tables.js",
           "report.js")  # fmt: skip
"""In the order in which they go into the page."""
_FRAME_HEIGHT = 900


def write_html(profile: ProfileData, path: Path) -> None:
    """Writes the report; on an error no partial file is left."""
    text = page(profile)
    write_atomically(path, lambda file: file.write(text.encode()))


def page(profile: ProfileData) -> str:
    """The report."""
    parts = {
        "TITLE": html.escape(f"{profile.name} on {profile.config.name}"),
        "STYLE": _read("report.css"),
        "DATA": _in_script(json.dumps(report_data(profile), separators=(",", ":"))),
        "SCRIPT": "\n".join(map(_read, SCRIPTS)),
    }
    before, *rest = _read("report.html").split("{{")
    for part in rest:
        name, _, text = part.partition("}}")
        before += parts[name] + text
    return before


def _read(name: str) -> str:
    return (files(__name__.rpartition(".")[0]) / "page" / name).read_text()


def frame(profile: ProfileData) -> str:
    """The report as an element of another page."""
    inner = html.escape(page(profile))
    style = f"width:100%;height:{_FRAME_HEIGHT}px;border:0"
    return f'<iframe srcdoc="{inner}" style="{style}"></iframe>'


def _in_script(text: str) -> str:
    """JSON that cannot end the script element it stands in."""
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def report_data(profile: ProfileData) -> dict[str, Any]:
    """What the scripts read: the profile's figures, and events in columns."""
    works: dict[Work, int] = {}
    tracks = _slice_tracks(profile, works)
    waits = _wait_tracks(profile)
    ordered = sorted([*tracks.items(), *waits.items()])
    return {
        **profile.to_json(),
        "counters": {},
        "bandwidth": bandwidth(profile.config),
        "states": list(STREAM_STATES),
        "instructions": [
            [item.stream.name.lower(), item.pc, item.text, item.line or 0, item.file]
            for item in profile.instructions
        ],
        "works": [[item.macs, item.elements, item.read, item.written] for item in works],
        "tracks": [track for _, track in ordered],
        "series": [
            {"name": name, "unit": unit, "cycles": [at for at, _ in values],
             "values": [round(value, 6) for _, value in values]}
            for name, (unit, values) in rate_series(profile).items()
        ],
    }  # fmt: skip


def _engine(item: Slice) -> str:
    return "dma" if item.source >= DMA_SOURCE else Stream(item.source).name.lower()


def _slice_tracks(
    profile: ProfileData, works: dict[Work, int]
) -> dict[tuple[int, int], dict[str, Any]]:
    """By source and row. ``id`` is the number of a slice, to which waits point."""
    found: dict[tuple[int, int], dict[str, Any]] = {}
    for number, item in enumerate(profile.slices):
        track = found.setdefault((item.source, item.row), {
            "label": row_label(item.source, item.row), "kind": "slices", "engine": _engine(item),
            "start": [], "end": [], "instruction": [], "work": [], "id": [],
        })  # fmt: skip
        for name, value in (
            ("start", item.start), ("end", item.end), ("instruction", item.instruction),
            ("work", works.setdefault(item.work, len(works))), ("id", number),
        ):  # fmt: skip
            track[name].append(value)
    return found


def _wait_tracks(profile: ProfileData) -> dict[tuple[int, int], dict[str, Any]]:
    """By source; they sort behind all rows of it."""
    found: dict[tuple[int, int], dict[str, Any]] = {}
    for gap in profile.gaps:
        source = gap.stream.value
        track = found.setdefault((source, len(profile.slices)), {
            "label": f"{track_name(source)} waits", "kind": "waits",
            "engine": gap.stream.name.lower(), "start": [], "end": [], "instruction": [],
            "cause": [], "condition": [], "releaser": [],
        })  # fmt: skip
        releaser = -1 if gap.releaser is None else gap.releaser
        for name, value in (
            ("start", gap.start), ("end", gap.end), ("instruction", gap.instruction),
            ("cause", gap.cause), ("condition", gap.condition), ("releaser", releaser),
        ):  # fmt: skip
            track[name].append(value)
    return found
