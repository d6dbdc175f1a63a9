"""docs/isa.md is what the code says."""

from __future__ import annotations

from pathlib import Path

from tinyneuron_hw.isa import page, page_text
from tinyneuron_hw.isa.codec import fields_of
from tinyneuron_hw.isa.csr import COUNTERS, Csr, Trap
from tinyneuron_hw.isa.opcodes import Opcode

COMMITTED = Path(__file__).resolve().parents[3] / "docs" / "isa.md"


def test_the_committed_page_is_up_to_date():
    hint = "run `make docs`"
    assert COMMITTED.read_text() == page.render(), hint


def test_the_page_names_everything():
    text = page.render()
    for opcode in Opcode:
        assert f"### {opcode.name}\n" in text
        for field in fields_of(opcode):
            name = next(step for step in reversed(field.path.split(".")) if not step.isdecimal())
            assert f"`{name.removesuffix('_by_register')}`" in text
    for name in (*COUNTERS, *Csr.__members__, *Trap.__members__):
        assert f"`{name}`" in text


def test_every_link_leads_to_a_heading():
    text = page.render()
    headings = {line.lstrip("# ").lower() for line in text.splitlines() if line.startswith("#")}
    targets = {part.split(")")[0] for part in text.split("](#")[1:]}
    assert targets <= headings


def test_tables_are_rectangular():
    rows: list[str] = []
    for line in [*page.render().splitlines(), ""]:
        if line.startswith("|"):
            rows.append(line)
        elif rows:
            assert len({row.count("|") for row in rows}) == 1, rows[0]
            rows = []


def test_prose_lines_fit():
    for name in page_text.__all__:
        assert max(map(len, getattr(page_text, name).splitlines())) <= 100
