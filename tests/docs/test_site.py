"""The documentation builds strictly, hangs together and fetches nothing from elsewhere."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def build(root: Path, site: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(site)]
    return subprocess.run(
        command, cwd=root, text=True, check=False, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
    )  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("docs") / "site"
    result = build(ROOT, folder)
    assert result.returncode == 0, result.stdout
    return folder


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the documentation's sources, to damage."""
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    return tmp_path


class Resources(HTMLParser):
    """Collects what a browser fetches with a page by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag in ("script", "img", "iframe", "source", "video", "audio", "embed"):
            self.found.append(values.get("src") or "")
        elif tag == "object":
            self.found.append(values.get("data") or "")
        elif tag == "link" and values.get("rel") not in ("next", "prev", "canonical"):
            self.found.append(values.get("href") or "")


def test_every_page_is_there(site: Path):
    pages = {str(path.relative_to(site)) for path in site.rglob("*.html")}
    sources = {str(path.relative_to(ROOT / "docs")) for path in (ROOT / "docs").rglob("*.md")}
    expected = {re.sub(r"README\.md$|index\.md$", "index.md", name) for name in sources}
    assert pages - {"404.html"} == {name.replace(".md", ".html") for name in expected}
    assert not (site / "generate").exists()
    assert (site / "search" / "search_index.json").stat().st_size > 50_000


def test_pages_fetch_nothing_from_elsewhere(site: Path):
    for path in site.rglob("*.html"):
        resources = Resources()
        resources.feed(path.read_text())
        assert resources.found
        for name in filter(None, resources.found):
            assert not re.match(r"(https?:)?//", name), f"{path.name} fetches {name}"
            if path.name != "404.html" and not name.startswith("data:"):
                assert (path.parent / name.split("?")[0].split("#")[0]).exists(), name
        assert 'class="mermaid"' not in path.read_text()  # the theme would load it from a CDN
    for path in [*site.rglob("*.css"), *site.rglob("*.svg")]:
        text = path.read_text()
        assert not re.search(r"(@import|url\()\s*[\"']?(https?:)?//", text), path.name
        assert not re.search(r"(href|src)=[\"'](https?:)?//", text), path.name


DEAD_LINKS = {
    "[a](nowhere.md)": "nowhere.md",
    "[a](isa.md#no-such-heading)": "isa.md#no-such-heading",
    "[a](#no-heading-here)": "#no-heading-here",
    "[a](/isa.md)": "/isa.md",
    "[a](folder/)": "folder/",
    "![a](diagrams/nowhere.svg)": "diagrams/nowhere.svg",
}
"""Markdown -> what the warning names."""


def test_dead_links_are_errors(copy: Path):
    page = copy / "docs" / "getting-started.md"
    page.write_text(page.read_text() + "".join(f"\n{link}\n" for link in DEAD_LINKS))
    result = build(copy, copy / "site")
    assert result.returncode != 0
    warnings = [line for line in result.stdout.splitlines() if line.startswith("WARNING")]
    assert len(warnings) == len(DEAD_LINKS), result.stdout
    for target in DEAD_LINKS.values():
        assert any(f"'{target}'" in line for line in warnings), (target, warnings)


def test_a_page_outside_the_navigation_is_an_error_but_a_decision_is_not(copy: Path):
    (copy / "docs" / "decisions" / "9999-new.md").write_text("# 9999: New\n")
    assert build(copy, copy / "site").returncode == 0
    assert "9999: New" in (copy / "site" / "decisions" / "9999-new.html").read_text()
    (copy / "docs" / "lost.md").write_text("# Lost\n")
    result = build(copy, copy / "site")
    assert result.returncode != 0
    assert "lost.md" in result.stdout
