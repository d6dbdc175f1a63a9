"""The scripts of ``examples/`` run, on small sizes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import tinyneuron as tn
from tinyneuron.program.assembler import assemble

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def run(script: str, folder: Path, *arguments: object) -> str:
    """What an example prints; it runs in ``folder``, warnings are errors."""
    result = subprocess.run(
        [sys.executable, "-W", "error", EXAMPLES / script, *map(str, arguments)], cwd=folder,
        text=True, capture_output=True, check=False, env={**os.environ, "COLUMNS": "100"},
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_first_kernel(tmp_path: Path):
    lines = run("first_kernel.py", tmp_path).splitlines()
    assert lines[0] == "golden: equals NumPy in every byte"
    assert lines[1].startswith("verilator: equals NumPy in every byte, ")
    assert lines[1].endswith(" cycles")


def test_first_kernel_on_another_core(tmp_path: Path):
    sizes = ("--rows", 37, "--columns", 2500)
    assert "every byte" in run(
        "first_kernel.py", tmp_path, "--config", "default", "--targets", "golden", *sizes
    )


def test_embedding(tmp_path: Path):
    lines = run("embedding.py", tmp_path).splitlines()
    assert lines[0] == "golden: equals NumPy in every byte"
    assert lines[1].startswith("verilator: equals NumPy in every byte, ")


def test_lengths(tmp_path: Path):
    lines = run("lengths.py", tmp_path, "--lengths", 1, 9).splitlines()
    assert [line.split(" is within")[0] for line in lines] == [
        f"{target}: length {length}" for target in ("golden", "verilator") for length in (1, 9)
    ]
    cycles = [int(line.split(", ")[-1].split()[0].replace(",", "")) for line in lines[2:]]
    assert cycles[0] < cycles[1]


def test_scattered(tmp_path: Path):
    lines = run("scattered.py", tmp_path).splitlines()
    assert lines[0] == "golden: equals NumPy in every byte"
    assert lines[1].startswith("verilator: equals NumPy in every byte, ")


def test_timeline(tmp_path: Path):
    printed = run("timeline.py", tmp_path, "--size", 12, "--out", tmp_path / "t.json")
    assert "cycles, of which busy:" in printed
    events = json.loads((tmp_path / "t.json").read_text())["traceEvents"]
    assert any(event["name"].startswith("multiply_moving") for event in events)


def test_from_an_array_to_a_profile(tmp_path: Path):
    lines = run("tutorial_profile.py", tmp_path, "--rows", 6, "--columns", 20).splitlines()
    assert lines[0].startswith("golden: at most ")
    assert lines[1].startswith("verilator: the same bytes, in ")
    assert {line.split()[0] for line in lines[3:7]} == {"tensor", "vector", "scalar", "dma"}
    assert (tmp_path / "profile" / "softmax.html").stat().st_size > 10_000


def test_each_version_of_the_slow_kernel_is_faster(tmp_path: Path):
    lines = run("tutorial_slow.py", tmp_path, "--tiles", 3, "--columns", 64).splitlines()
    versions = [line for line in lines if " cycles, largest error " in line]
    assert [line.split(":")[0] for line in versions] == [
        "one_row", "all_lanes", "own_tiles", "fewer_bytes",
    ]  # fmt: skip
    cycles = [int(line.split()[1].replace(",", "")) for line in versions]
    assert cycles == sorted(cycles, reverse=True)
    assert all(float(line.split()[-1]) < 0.1 for line in versions)


def test_emit_verilog(tmp_path: Path):
    printed = run("emit_verilog.py", tmp_path, "--columns", 4)
    assert printed.startswith("4 x 4 PEs: ")
    assert "  input      1  clk\n" in printed
    assert "s_axil__awaddr\n" in printed
    names = (tmp_path / "verilog" / "tn_core.f").read_text().split()
    assert "tn_core.v" in names
    assert all((tmp_path / "verilog" / name).is_file() for name in names)


@pytest.mark.parametrize("target", ["golden", "verilator"])
def test_program_written_by_hand(target: str):
    program = assemble((EXAMPLES / "add.tns").read_text())
    a, b = np.random.default_rng(1).standard_normal((2, 4, 16)).astype(np.float32)
    with tn.open_device(target, "tiny") as device:
        result = device.load(program).run({"a": a, "b": b})
    np.testing.assert_array_equal(result.outputs["c"], a + b)


@pytest.mark.slow
def test_training(tmp_path: Path):

    printed = run("train_digits.py", tmp_path, "--out", tmp_path / "digits.npz")
    accuracy = float(printed.split("held-out accuracy ")[1].split("%")[0])
    assert accuracy > 95
    assert (tmp_path / "digits.npz").stat().st_size > 10_000


def test_every_example_has_a_test():
    source = Path(__file__).read_text()
    for path in EXAMPLES.iterdir():
        assert path.suffix not in (".py", ".tns") or path.name in source, path.name
