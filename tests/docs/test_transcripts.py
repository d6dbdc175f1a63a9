"""Sessions that a page shows print what the page shows."""

from __future__ import annotations

import io
import shlex
import shutil
import sys
from pathlib import Path

import pytest

from tinyneuron.cli import main

from .test_pages import PAGES, ROOT, blocks, name

PROMPT = "(tinyneuron) "
WITH_SESSIONS = [path for path in PAGES if blocks(path, "console")]


def test_there_is_one():
    assert "docs/debugging.md" in map(name, WITH_SESSIONS)


@pytest.mark.parametrize("path", WITH_SESSIONS, ids=name)
def test_a_session_prints_what_the_page_says(path: Path, tmp_path: Path, monkeypatch, capsys):
    """In a folder with the examples and what the page's Python writes; the first line is the
    command, the lines behind the prompts are its input."""
    for example in (ROOT / "examples").glob("*.tns"):
        shutil.copy(example, tmp_path)
    monkeypatch.chdir(tmp_path)
    code = "".join(text for _, text in blocks(path, "python"))
    exec(compile(code, str(path), "exec"), {"__name__": "page"})
    capsys.readouterr()
    for _, text in blocks(path, "console"):
        command, _, shown = text.partition("\n")
        lines = [line.removeprefix(PROMPT) for line in shown.splitlines() if PROMPT in line]
        monkeypatch.setattr(sys, "argv", shlex.split(command.removeprefix("$ ")))
        monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(lines)))
        with pytest.raises(SystemExit) as left:
            main()
        assert not left.value.code
        assert capsys.readouterr().out == shown
