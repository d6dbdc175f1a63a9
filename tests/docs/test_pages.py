"""What the pages say works: their code runs, their commands, targets and paths exist."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.main import get_command

from tinyneuron.cli import app

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("benchmarks", "docs", "examples", "firmware", "hw", "sim", "tests")
PAGES = sorted([*ROOT.glob("*.md"), *(p for name in FOLDERS for p in (ROOT / name).rglob("*.md"))])


def blocks(path: Path, language: str) -> list[tuple[int, str]]:
    """(line, text) of every fenced block of a page in this language."""
    found, start, lines = [], 0, []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if start and line.strip() == "```":
            found.append((start, "\n".join(lines) + "\n"))
            start = 0
        elif start:
            lines.append(line)
        elif line.strip() == f"```{language}":
            start, lines = number, []
    assert not start, f"{path}:{start}: a block does not end"
    return found


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


WITH_CODE = [path for path in PAGES if blocks(path, "python")]
WITH_COMMANDS = [path for path in PAGES if blocks(path, "sh")]


def test_the_pages_are_found():
    names = {name(path) for path in WITH_CODE}
    assert {"docs/getting-started.md", "docs/kernels/index.md"} <= names
    assert {"README.md", "docs/getting-started.md"} <= {name(path) for path in WITH_COMMANDS}


@pytest.mark.parametrize("path", WITH_CODE, ids=name)
def test_code_runs(path: Path, tmp_path: Path, monkeypatch):
    """All blocks of a page, one after another, as one program in an empty folder."""
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, object] = {"__name__": "page"}
    for line, text in blocks(path, "python"):
        # Blank lines before it: an error names the line of the page.
        exec(compile("\n" * line + text, str(path), "exec"), namespace)


@pytest.mark.parametrize("path", WITH_COMMANDS, ids=name)
def test_commands_exist(path: Path):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for start, text in blocks(path, "sh"):
        for offset, line in enumerate(text.splitlines(), 1):
            words = shlex.split(line, comments=True)
            if not words:
                continue
            where = f"{name(path)}:{start + offset}: {line}"
            program, arguments = words[0].removeprefix(".venv/bin/"), words[1:]
            if program == "make":
                assert arguments[0] in targets, where
            elif program == "tinyneuron":
                parse(arguments, where)
            elif program in ("pytest", "python"):
                assert (ROOT / arguments[0].split("::")[0]).exists(), where
            else:
                assert program in ("pip", "apt-get", "git", "cd"), where


def parse(arguments: list[str], where: str) -> None:
    """Parses a command line of ``tinyneuron`` without running it."""
    command, names = get_command(app), "tinyneuron"
    while hasattr(command, "commands"):
        assert arguments, f"{where}: no command"
        assert arguments[0] in command.commands, f"{where}: no command {arguments[0]!r}"
        names += f" {arguments[0]}"
        command, arguments = command.commands[arguments[0]], arguments[1:]
    try:
        command.make_context(names, list(arguments))
    except Exception as error:  # of a library: whatever it is, the page is wrong
        pytest.fail(f"{where}: {error}")


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_links_to_files_lead_somewhere(path: Path):
    text = re.sub(r"```.*?```", "", path.read_text(), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target) or target.startswith("#"):
            continue
        assert (path.parent / target.split("#")[0]).exists(), f"{name(path)} links to {target}"


def test_readme_lists_every_make_target():
    makefile = (ROOT / "Makefile").read_text()
    readme = (ROOT / "README.md").read_text()
    documented = set(re.findall(r"^([a-z-]+):.*##", makefile, re.MULTILINE))
    listed = set(re.findall(r"`make ([a-z-]+)`", readme))
    assert documented - {"help", "setup"} <= listed | {"help"}
    assert listed <= documented
