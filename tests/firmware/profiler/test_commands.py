"""``tinyneuron profile``, ``run --trace`` and ``bench --profile``."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tinyneuron import cli
from tinyneuron.profiler.run import random_inputs
from tinyneuron.program import container


@pytest.fixture
def command(monkeypatch, capsys):
    """``command(*arguments)`` gives (status, standard output, standard error)."""

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["tinyneuron", *map(str, arguments)])
        monkeypatch.setenv("COLUMNS", "120")
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        captured = capsys.readouterr()
        return int(stopped.value.code or 0), captured.out, captured.err

    return run


@pytest.fixture
def compiled(program, tmp_path: Path) -> Path:
    path = tmp_path / "product.tnp"
    container.save(program, path)
    return path


def given(program, folder: Path) -> list[str]:
    """Options for inputs from files."""
    options = []
    for name, array in random_inputs(program).items():
        np.save(folder / f"{name}.npy", array)
        options += ["--input", f"{name}={folder / name}.npy"]
    return options


def test_it_writes_both_files_and_prints_the_figures(command, compiled, tmp_path, profile):
    out = tmp_path / "new" / "folder"
    status, printed, _ = command("profile", compiled, "--out", out)
    assert status == 0
    assert sorted(path.name for path in out.iterdir()) == ["product.html", "product.pftrace"]
    assert f"{profile.cycles:,} cycles" in printed
    assert f"bound by {profile.bound_by}: at least {profile.floor:,} cycles" in printed
    assert "random inputs (seed 1)" in printed
    for text in ("engines", "what waited most", "lines of the kernel", "matmul.py:"):
        assert text in printed
    assert str(out / "product.html") in printed


def test_json_with_inputs_from_files(command, compiled, program, tmp_path, profile):
    options = given(program, tmp_path)
    status, printed, _ = command("profile", compiled, "--out", tmp_path / "out", "--json", *options)
    found = json.loads(printed)
    assert status == 0
    assert found["seed"] is None
    assert found["cycles"] == profile.cycles
    assert found["floors"] == profile.floors
    assert all(Path(path).stat().st_size > 1000 for path in found["files"])


def test_golden_is_refused_in_one_line(command, compiled, tmp_path):
    status, printed, error = command(
        "profile", compiled, "--target", "golden", "--out", tmp_path / "out"
    )
    assert (status, printed) == (1, "")
    assert error == (
        "tinyneuron: error: golden counts no cycles: a profile needs verilator, icarus or pysim\n"
    )
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("suffix", [".pftrace", ".perfetto-trace"])
def test_run_writes_the_native_format_by_its_suffix(command, compiled, program, tmp_path, suffix):
    path = tmp_path / f"run{suffix}"
    status, _, error = command("run", compiled, *given(program, tmp_path), "--trace", path)
    assert (status, error) == (0, "")
    raw = path.read_bytes()
    assert raw[0] == 0x0A  # the first packet of a trace
    assert b"multiply_moving" in raw


def test_run_on_golden_has_no_native_format(command, compiled, program, tmp_path):
    path = tmp_path / "run.pftrace"
    status, _, error = command(
        "run", compiled, *given(program, tmp_path), "--trace", path, "--target", "golden"
    )
    assert status == 1
    assert "golden counts no cycles; its events go to a .json" in error
    assert not path.exists()


def test_bench_profiles_what_it_measured(command, tmp_path):
    status, printed, _ = command(
        "bench", "matmul", "--m", 5, "--k", 6, "--n", 7, "--config", "tiny", "--json",
        "--profile", tmp_path / "out",
    )  # fmt: skip
    name = json.loads(printed)["name"]
    assert status == 0
    files = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert files == [f"{name}.html", f"{name}.pftrace"]
