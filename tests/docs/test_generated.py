"""The generated pages and diagrams are what the code says now."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from tinyneuron_hw.config import PRESETS

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
SVG = "{http://www.w3.org/2000/svg}"


def generate(*options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(DOCS / "generate"), *map(str, options)]
    return subprocess.run(command, text=True, capture_output=True, check=False)


def test_every_generated_page_is_up_to_date():
    result = generate("--check")
    assert result.returncode == 0, result.stderr


def test_a_stale_page_is_named_and_written_again(tmp_path: Path):
    docs = tmp_path / "docs"
    shutil.copytree(DOCS, docs, ignore=shutil.ignore_patterns("generate"))
    page, diagram = docs / "reference" / "cli.md", docs / "diagrams" / "core.svg"
    good = page.read_text()
    page.write_text(good.replace("--json", "--jason"))
    diagram.unlink()
    result = generate("--check", "--out", docs)
    assert result.returncode == 1
    assert result.stderr.splitlines() == [
        "docs/reference/cli.md is out of date: run `make docs`",
        "docs/diagrams/core.svg is out of date: run `make docs`",
    ]
    assert generate("--out", docs).stdout.splitlines() == [
        "wrote docs/reference/cli.md",
        "wrote docs/diagrams/core.svg",
    ]
    assert page.read_text() == good
    assert generate("--check", "--out", docs).returncode == 0


def test_the_command_line_page_has_every_option():
    from typer.main import get_command

    from tinyneuron.cli import app

    text = (DOCS / "reference" / "cli.md").read_text()
    waiting, seen = [get_command(app)], 0
    while waiting:
        command = waiting.pop()
        waiting += getattr(command, "commands", {}).values()
        for parameter in () if hasattr(command, "commands") else command.params:
            for name in parameter.opts:
                assert re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text), name
                seen += 1
    assert seen > 40


def test_the_configuration_page_has_every_preset():
    text = (DOCS / "reference" / "config.md").read_text()
    for preset in PRESETS.values():
        assert f"`{preset.name}`" in text
        assert f"{preset.macs_per_cycle:,}" in text


@pytest.mark.parametrize("path", sorted(DOCS.glob("diagrams/*.svg")), ids=lambda path: path.stem)
def test_diagrams_are_drawn_within_their_card(path: Path):
    root = ElementTree.parse(path).getroot()
    width, height = (float(root.attrib[name]) for name in ("width", "height"))
    assert root.findtext(f"{SVG}title")
    boxes = root.findall(f"{SVG}rect")
    assert len(boxes) > 5
    for box in boxes:
        x, y = (float(box.attrib.get(name, 0)) for name in ("x", "y"))
        assert x >= 0
        assert y >= 0
        assert x + float(box.attrib["width"]) <= width
        assert y + float(box.attrib["height"]) <= height
    for text in root.findall(f"{SVG}text"):
        size, at = float(text.attrib["font-size"]), float(text.attrib["x"])
        length = 0.57 * size * len(text.text or "")  # in DejaVu Sans, the widest of the fonts
        start = {"start": 0.0, "middle": 0.5, "end": 1.0}[text.attrib["text-anchor"]]
        assert at - start * length >= -4, text.text
        assert at + (1 - start) * length <= width + 4, text.text
        assert 0 < float(text.attrib["y"]) < height, text.text
