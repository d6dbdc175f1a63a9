"""The report in a real browser, from disk."""

from __future__ import annotations

import dataclasses
import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tinyneuron.profiler.data import Gap, Slice
from tinyneuron.profiler.profile import Profile
from tinyneuron.profiler.work import Work
from tinyneuron_hw.isa.opcodes import Stream

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
SEED = 4


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None and not os.environ.get("CI"):
        pytest.skip(f"there is no browser: install one of {', '.join(BROWSERS)}")
    assert path is not None, "CI has to have a browser: see .ci/system_packages.sh"
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, headless=True, args=FLAGS)
        yield found
        found.close()


class Report:
    """An open report, and what went wrong in it."""

    def __init__(self, page: Page, path: Path):
        self.page = page
        self.complaints: list[str] = []
        self.requests: list[str] = []
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))
        page.goto(path.as_uri())
        page.wait_for_function("document.getElementById('timeline').dataset.to")
        self.canvas = page.locator("#timeline")

    def view(self) -> tuple[float, float]:
        """The cycles that are visible, when all is drawn."""
        self.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => "
                           "requestAnimationFrame(done)))")  # fmt: skip
        data: Any = self.canvas.evaluate("(canvas) => ({...canvas.dataset})")
        return float(data["from"]), float(data["to"])

    def point_at(self, number: int) -> None:
        """Moves the mouse to a slice."""
        place: Any = self.page.evaluate("(number) => timeline.locate(number)", number)
        box = self.canvas.bounding_box()
        assert box is not None
        self.page.mouse.move(box["x"] + place["x"], box["y"] + place["y"])

    def details(self) -> dict[str, str]:
        """What is said of the instruction under the mouse."""
        names = self.page.locator("#detail dt").all_inner_texts()
        return dict(zip(names, self.page.locator("#detail dd").all_inner_texts(), strict=True))

    def column(self, table: str, number: int) -> list[str]:
        return self.page.locator(f"#{table} tbody td:nth-child({number})").all_inner_texts()


@pytest.fixture
def report(browser: Browser, profile: Profile, tmp_path: Path) -> Iterator[Report]:
    path = tmp_path / "report.html"
    profile.write_html(path)
    page = browser.new_page(viewport={"width": 1300, "height": 900})
    opened = Report(page, path)
    yield opened
    assert opened.complaints == []
    assert opened.requests == [path.as_uri()]
    page.close()


def of_opcode(profile: Profile, name: str) -> int:
    """The number of the first slice of an opcode."""
    return next(number for number, item in enumerate(profile.slices)
                if profile.instructions[item.instruction].name == name)  # fmt: skip


def test_it_tells_what_the_profile_says(report: Report, profile: Profile):
    tiles = report.page.locator("#tiles").inner_text()
    assert f"{profile.cycles:,}" in tiles
    assert f"bound by {profile.bound_by}" in tiles
    assert report.page.locator("#about").inner_text().endswith("random inputs, seed 1")
    assert report.column("floors", 2) == [f"{floor:,}" for floor in profile.floors.values()]
    assert len(report.page.locator("#roofline circle.point").all()) == len(profile.points)
    assert "nisa." in report.column("lines", 2)[0]


def test_pointing_at_an_instruction_shows_it(report: Report, profile: Profile):
    number = of_opcode(profile, "multiply_moving")
    report.point_at(number)
    item, found = profile.slices[number], report.details()
    assert found["instruction"] == profile.instructions[item.instruction].text
    assert found["cycles"].startswith(f"{item.start:,} to {item.end:,}")
    assert found["source"].startswith("matmul.py:")
    assert "MACs" in found["work"]
    assert report.page.locator("#tip").is_visible()


def test_a_click_keeps_the_details_until_escape(report: Report, profile: Profile):
    first, second = (of_opcode(profile, name) for name in ("multiply_moving", "dma_load"))
    report.point_at(first)
    report.page.mouse.down()
    report.page.mouse.up()
    kept = report.details()
    report.point_at(second)
    assert report.details() == kept
    report.canvas.press("Escape")
    report.point_at(second)
    assert report.details()["instruction"].startswith("dma_load")


def test_waits_name_who_released_them(report: Report, profile: Profile):
    gap = next(gap for gap in profile.gaps
               if gap.releaser is not None and gap.end - gap.start > 100)  # fmt: skip
    place: Any = report.page.evaluate(
        """([stream, start]) => {
          const row = timeline.rows.find((row) => row.kind === "waits" && row.engine === stream);
          const at = row.start.indexOf(start);
          return {x: timeline.x((row.start[at] + row.end[at]) / 2), y: row.y + row.height / 2};
        }""",
        [gap.stream.name.lower(), gap.start],
    )
    box = report.canvas.bounding_box()
    assert box is not None
    report.page.mouse.move(box["x"] + place["x"], box["y"] + place["y"])
    source = profile.instructions[profile.slices[gap.releaser or 0].instruction]
    assert report.details()["released by"].endswith(source.text)
    assert gap.condition in report.page.locator("#detail b").inner_text()


def test_keys_wheel_and_buttons_zoom_and_move(report: Report, profile: Profile):
    whole = report.view()
    assert whole == (0, profile.cycles)
    report.canvas.focus()
    report.canvas.press("w")
    near = report.view()
    assert near[1] - near[0] == pytest.approx(0.7 * profile.cycles)
    report.canvas.press("d")
    moved = report.view()
    assert moved[0] > near[0]
    assert moved[1] - moved[0] == pytest.approx(near[1] - near[0])
    report.canvas.press("ArrowLeft")
    assert report.view() == pytest.approx(near)
    report.point_at(of_opcode(profile, "multiply_moving"))
    report.page.mouse.wheel(0, -60)
    closer = report.view()
    assert closer[1] - closer[0] < near[1] - near[0]
    report.page.locator("#zoom-all").click()
    assert report.view() == whole


def test_dragging_moves_and_a_double_click_goes_there(report: Report, profile: Profile):
    number = of_opcode(profile, "multiply_moving")
    report.point_at(number)
    box = report.canvas.bounding_box()
    assert box is not None
    report.page.mouse.dblclick(*_center(report, number))
    start, end = report.view()
    item = profile.slices[number]
    assert start <= item.start < item.end <= end
    assert end - start < profile.cycles / 5
    x, y = box["x"] + box["width"] / 2, box["y"] + 40
    report.page.mouse.move(x, y)
    report.page.mouse.down()
    report.page.mouse.move(x - 100, y, steps=4)
    report.page.mouse.up()
    assert report.view()[0] > start


def _center(report: Report, number: int) -> tuple[float, float]:
    place: Any = report.page.evaluate("(number) => timeline.locate(number)", number)
    box = report.canvas.bounding_box()
    assert box is not None
    return box["x"] + place["x"], box["y"] + place["y"]


def test_a_heading_sorts_both_ways(report: Report, profile: Profile):
    head = report.page.locator("#engines th", has_text="busy")
    head.locator("button").click()
    down = [int(text.replace(",", "")) for text in report.column("engines", 2)]
    assert down == sorted(down, reverse=True)
    assert len(down) == len(profile.engines) + len(profile.queues)
    assert head.get_attribute("aria-sort") == "descending"
    head.locator("button").click()
    up = [int(text.replace(",", "")) for text in report.column("engines", 2)]
    assert up == sorted(down)


def test_long_tables_show_the_rest_when_asked(report: Report, profile: Profile):
    assert len(profile.stalls) > 25
    assert len(report.column("stalls", 1)) == 25
    report.page.locator("#stalls button", has_text="all").click()
    assert len(report.column("stalls", 1)) == len(profile.stalls)


def test_finding_marks_instructions(report: Report, profile: Profile):
    report.page.fill("#find", "multiply_moving")
    found: Any = report.page.evaluate("timeline.matches.size")
    assert found == sum(item.name == "multiply_moving" for item in profile.instructions)
    report.page.fill("#find", f":{profile.lines[0].number}")
    found = report.page.evaluate("timeline.matches.size")
    assert found == sum(item.line == profile.lines[0].number for item in profile.instructions)


def test_dark_and_light_differ(report: Report):
    backs, pictures = set(), set()
    for scheme in ("light", "dark"):
        report.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        report.view()
        backs.add(report.page.evaluate("getComputedStyle(document.body).backgroundColor"))
        pictures.add(report.canvas.screenshot())
    assert len(backs) == len(pictures) == 2


def test_a_hundred_thousand_events_are_drawn_quickly(
    browser: Browser, profile: Profile, tmp_path: Path
):
    """The best of three frames of each closeness takes at most 150 ms, without a graphics card."""
    random.seed(SEED)
    slices, gaps = [], []
    for step in range(35_000):
        for source in (0, 1):
            number, length = random.randrange(len(profile.instructions)), random.randint(1, 9)
            at = 10 * step
            slices.append(Slice(source, 0, number, at, at + length, True, Work(cycles=length)))
        gaps.append(Gap(Stream.TENSOR, 0, "semaphore", 10 * step, 10 * step + 9, "s0 >= 1", None,
                        2 * step))  # fmt: skip
    many = dataclasses.replace(profile, slices=slices, gaps=gaps, cycles=350_000)
    path = tmp_path / "many.html"
    many.write_html(path)
    page = browser.new_page(viewport={"width": 1300, "height": 900})
    opened = Report(page, path)
    worst: Any = page.evaluate(
        """() => {
          let worst = 0;
          for (let span = timeline.cycles; span > 1000; span /= 2) {
            timeline.show(1000, 1000 + span);
            const times = [1, 2, 3].map(() => {
              const start = performance.now();
              timeline.drawing.draw();
              return performance.now() - start;
            });
            worst = Math.max(worst, Math.min(...times));
          }
          return worst;
        }"""
    )
    opened.point_at(200)
    assert opened.details()["stream"]
    assert opened.complaints == []
    page.close()
    assert worst < 150
