"""docs/testplan.md and the tests agree."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLAN = ROOT / "docs" / "testplan.md"


@dataclass(frozen=True)
class Row:
    """A feature and the tests that hold it."""

    line: int
    area: str
    feature: str
    tests: tuple[str, ...]


def rows_of(text: str) -> list[Row]:
    """Rows of every table; raises when a line of a table is not one."""
    rows, area = [], ""
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("## "):
            area = line.removeprefix("## ")
        if not line.startswith("|") or line in ("| feature | tests |", "| --- | --- |"):
            continue
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        assert len(cells) == 2, f"docs/testplan.md:{number}: a row is `| feature | tests |`"
        tests = tuple(item.strip().strip("`") for item in cells[1].split("<br>") if item.strip())
        rows.append(Row(number, area, cells[0], tests))
    return rows


def names_of_tests(source: str) -> set[str]:
    """Names of the tests of a file, as pytest writes them behind ``::``."""
    found = set()
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            found |= {f"{node.name}::{name}" for name in _functions(node.body)}
            found.add(node.name)
    return found | _functions(ast.parse(source).body)


def _functions(body: list[ast.stmt]) -> set[str]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {item.name for item in body if isinstance(item, kinds) and item.name.startswith("test_")}


def problems(text: str, files: dict[str, set[str]]) -> list[str]:
    """What is wrong with a plan, one line each, for test files with these tests."""
    rows, found = rows_of(text), []
    named = set()
    for row in rows:
        where = f"docs/testplan.md:{row.line}: {row.feature!r}"
        if not row.tests:
            found.append(f"{where} has no test")
        for test in row.tests:
            file, _, name = test.partition("::")
            named.add(file)
            if file not in files:
                found.append(f"{where} names {file}, which is no test file")
            elif name and name not in files[file]:
                found.append(f"{where} names {test}, but {file} has no such test")
    found += [f"{file} is in no row of docs/testplan.md" for file in sorted(set(files) - named)]
    seen = set()
    for row in rows:
        if (row.area, row.feature) in seen:
            found.append(f"docs/testplan.md:{row.line}: {row.area!r} lists {row.feature!r} twice")
        seen.add((row.area, row.feature))
    return found


@pytest.fixture(scope="module")
def files() -> dict[str, set[str]]:
    paths = sorted((ROOT / "tests").rglob("test_*.py"))
    return {str(path.relative_to(ROOT)): names_of_tests(path.read_text()) for path in paths}


def test_the_plan_names_every_test_file_and_only_tests_that_exist(files):
    found = problems(PLAN.read_text(), files)
    assert not found, "\n" + "\n".join(found)


def test_every_test_file_has_a_test(files):
    empty = [file for file, tests in files.items() if not tests]
    assert not empty, f"no test in {', '.join(empty)}"


def test_every_area_has_a_row():
    text = PLAN.read_text()
    areas = [line.removeprefix("## ") for line in text.splitlines() if line.startswith("## ")]
    assert len(areas) == len(set(areas))
    assert set(areas) == {row.area for row in rows_of(text)}


FILES = {"tests/test_a.py": {"test_one", "TestX", "TestX::test_two"}, "tests/test_b.py": {"test_z"}}


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("| a | `tests/test_a.py` |", "tests/test_b.py is in no row of docs/testplan.md"),
        ("| a |  |", "'a' has no test"),
        ("| a | `tests/test_c.py` |", "names tests/test_c.py, which is no test file"),
        ("| a | `tests/test_a.py::test_two` |", "tests/test_a.py has no such test"),
        ("| a | `tests/test_a.py` |\n| a | `tests/test_b.py` |", "lists 'a' twice"),
    ],
)
def test_the_check_sees_what_is_wrong(rows: str, message: str):
    assert any(message in line for line in problems(f"## area\n\n{rows}\n", FILES))


def test_the_check_accepts_what_is_right():
    rows = "| a | `tests/test_a.py::TestX::test_two`<br>`tests/test_b.py` |"
    assert problems(f"## area\n\n| feature | tests |\n| --- | --- |\n{rows}\n", FILES) == []


def test_names_of_tests_are_read_from_the_source():
    source = "def test_a(): ...\ndef help(): ...\nclass TestB:\n    async def test_c(self): ...\n"
    assert names_of_tests(source) == {"test_a", "TestB", "TestB::test_c"}
