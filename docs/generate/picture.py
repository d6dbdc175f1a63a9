"""Takes the picture of the profiling page: `python docs/generate/picture.py`, with a browser.

It is not made by `make docs`: browsers draw letters differently.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

import tinyneuron as tn
from tinyneuron.kernels import matmul
from tinyneuron_hw.isa.opcodes import Stream

PICTURE = Path(__file__).resolve().parents[1] / "profiling.png"
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
WIDTH, HEIGHT = 1240, 1010


def main() -> None:
    """Profiles a matmul on the default core and takes the top of its report."""
    profile = tn.profile(matmul.build("default", m=64, k=128, n=256, dtype="bf16"))
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    assert path is not None, "a browser is needed"
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        report = Path(folder) / "report.html"
        profile.write_html(report)
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        page.goto(report.as_uri())
        # What released the Vector engine, so that arrows show.
        gaps = [gap for gap in profile.gaps if gap.releaser is not None]
        number = next(gap.releaser for gap in gaps if gap.stream is Stream.VECTOR)
        place = page.evaluate("(number) => timeline.locate(number)", number)
        box = page.locator("#timeline").bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + place["x"], box["y"] + place["y"])
        page.screenshot(path=PICTURE)
        browser.close()


if __name__ == "__main__":
    main()
