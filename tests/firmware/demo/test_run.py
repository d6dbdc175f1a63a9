"""The demonstration in small, on RTL."""

from __future__ import annotations

import itertools
import json
import sys
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from tinyneuron.cli import app
from tinyneuron.demo.digits import LAYERS
from tinyneuron.demo.run import run_demo
from tinyneuron.runtime.errors import InputError, TinyneuronError
from tinyneuron_hw.config import get_config

TINY = get_config("tiny")


def test_the_command_runs_both_jobs_on_rtl_and_equals_golden(tmp_path: Path):
    sizes = ("--config", "tiny", "--images", "4", "--photo-rows", "16")
    printed = CliRunner().invoke(app, ["demo", *sizes, "--out", str(tmp_path), "--json"])
    assert printed.exit_code == 0, printed.output
    result = json.loads(printed.stdout)
    assert result["target"] == "verilator"
    assert result["bit_exact"] is True
    assert result["accuracy"] == 1.0
    digits, photo = result["jobs"]["digits"], result["jobs"]["photograph"]
    assert digits["macs"] == 4 * (64 * 9 * 16 + 16 * 9 * 16 * 32 + 16 * 32 * 10)
    assert photo["macs"] == 16 * 640 * 9 * 5
    for job in (digits, photo):
        assert job["bit_exact"] is True
        assert job["cycles"] > job["macs"] / TINY.macs_per_cycle
        assert 0 < job["tensor_busy"] < 1
    assert photo["bytes_written"] == 16 * 640 * 5 * 2


def test_it_writes_the_picture_and_the_timelines(tmp_path: Path):
    run_demo("golden", TINY, tmp_path, images=1, photo_rows=3, quiet=True)
    with Image.open(tmp_path / "china_filtered.png") as picture:
        assert picture.size == (2 * 640, 3 * 3)
    for job in ("digits", "photograph"):
        timeline = json.loads((tmp_path / f"{job}_timeline.json").read_text())
        assert any(event.get("ph") == "X" for event in timeline["traceEvents"])


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ({"images": 201}, "--images must be from 1 to 200, not 201"),
        ({"photo_rows": 0}, "--photo-rows must be from 1 to 427, not 0"),
        ({"photo_rows": 428}, "--photo-rows must be from 1 to 427, not 428"),
    ],
)
def test_sizes_that_do_not_exist(tmp_path: Path, sizes, message: str):
    with pytest.raises(InputError, match=message):
        run_demo("golden", TINY, tmp_path / "out", **sizes)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("module", "package"), [("sklearn", "scikit-learn"), ("PIL", "pillow")])
def test_a_missing_extra_is_named(tmp_path: Path, monkeypatch, module: str, package: str):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(TinyneuronError, match=f"needs {package}, which is not installed"):
        run_demo("golden", TINY, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_layers_follow_each_other():
    for before, after in itertools.pairwise(LAYERS):
        assert before.cout == after.cin
