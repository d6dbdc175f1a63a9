"""The text of the report."""

from __future__ import annotations

import dataclasses
import html
import json
import re

from tinyneuron.profiler.data import Instruction
from tinyneuron.profiler.html import frame, page, report_data
from tinyneuron_hw.isa.opcodes import Stream

DATA = re.compile(r'<script type="application/json" id="data">(.*?)</script>', re.DOTALL)


def embedded(text: str) -> dict:
    (found,) = DATA.findall(text)
    return json.loads(found)


def test_nothing_is_fetched(profile):
    text = page(profile)
    addresses = set(re.findall(r"https?://[^\s\"']+", text))
    assert addresses == {"http://www.w3.org/2000/svg"}  # the name of a namespace
    assert not re.search(r"<link[^>]*href=\"(?!data:)|<script[^>]*src|@import|url\(", text)


def test_every_part_of_the_page_is_filled_in(profile):
    text = page(profile)
    assert "{{" not in text
    assert "<title>matmul on tiny</title>" in text


def test_the_data_are_those_of_the_profile(profile):
    data = embedded(page(profile))
    assert data == json.loads(json.dumps(report_data(profile)))
    starts = [start for track in data["tracks"] if track["kind"] == "slices"
              for start in track["start"]]  # fmt: skip
    assert sorted(starts) == sorted(item.start for item in profile.slices)
    waits = [track for track in data["tracks"] if track["kind"] == "waits"]
    assert sum(len(track["start"]) for track in waits) == len(profile.gaps)
    ids = [number for track in data["tracks"] for number in track.get("id", [])]
    assert sorted(ids) == list(range(len(profile.slices)))


def test_text_cannot_end_the_script(profile):
    nasty = "</script><script>alert(1)</script><!--"
    first, *rest = profile.instructions
    changed = dataclasses.replace(
        profile,
        name=nasty,
        instructions=[Instruction(Stream.TENSOR, 0, nasty, 1, first.file), *rest],
    )
    text = page(changed)
    assert "alert(1)</script>" not in text
    assert embedded(text)["instructions"][0][2] == nasty


def test_a_notebook_gets_the_report_in_a_frame(profile):
    shown = profile._repr_html_()
    assert shown == frame(profile)
    inner = re.fullmatch(r'<iframe srcdoc="(.*?)" style="[^"]*"></iframe>', shown, re.DOTALL)
    assert inner is not None
    assert html.unescape(inner[1]) == page(profile)
