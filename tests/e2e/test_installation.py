"""The wheel, built from the sdist and installed in a clean environment, works on its own.

A hook in that environment makes Python refuse to open any file of the checkout. Compiled models
come from the usual cache, whose key is the content of the installed files.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import pytest
from typer.main import get_command

from tinyneuron.cli import app
from tinyneuron.kernels import matmul
from tinyneuron.program import container
from tinyneuron_hw.config import get_config
from tinyneuron_sim.rtl.source import verilog_of

from ..few import few_of

CHECKOUT = Path(__file__).resolve().parents[2]
SOURCES = ("hw", "sim", "firmware", "pyproject.toml", "README.md", "LICENSE")
PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]

GUARD = f"""
import os, sys

def refuse(event, arguments):
    if event in ("open", "os.listdir", "os.scandir") and isinstance(arguments[0], (str, bytes)):
        path = os.path.realpath(os.fsdecode(arguments[0]))
        if path == {str(CHECKOUT)!r} or path.startswith({str(CHECKOUT) + os.sep!r}):
            raise PermissionError("installed code reads the checkout: " + path)

sys.addaudithook(refuse)
"""


@dataclass(frozen=True)
class Installed:
    """A virtual environment with the wheel in it."""

    folder: Path
    work: Path

    def run(self, *command: object, status: int = 0) -> subprocess.CompletedProcess[str]:
        """Runs a program of the environment in ``work``, with nothing of ours on its paths."""
        kept = ("HOME", "XDG_CACHE_HOME", "TINYNEURON_CACHE", "LANG", "TERM", "TMPDIR")
        environment = {name: os.environ[name] for name in kept if name in os.environ}
        environment["PATH"] = os.pathsep.join([str(self.folder / "bin"), os.environ["PATH"]])
        program, *arguments = map(str, command)
        result = subprocess.run(
            [self.folder / "bin" / program, *arguments], cwd=self.work, env=environment, text=True,
            capture_output=True, check=False, timeout=600,
        )  # fmt: skip
        assert result.returncode == status, result.stdout + result.stderr
        return result


def run_here(*command: object, cwd: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    result = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=environment, text=True, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert result.returncode == 0, result.stdout


def install(root: Path) -> None:
    """Builds sdist and wheel into ``root/dist`` from a copy of the sources, and installs the wheel
    in ``root/venv``."""
    copy = root / "source"
    copy.mkdir(parents=True)
    for name in SOURCES:
        if (CHECKOUT / name).is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
            shutil.copytree(CHECKOUT / name, copy / name, ignore=ignored)
        else:
            shutil.copy(CHECKOUT / name, copy)
    run_here(sys.executable, "-m", "build", "--outdir", root / "dist", copy, cwd=root)
    shutil.rmtree(copy)
    venv.create(root / "venv", with_pip=True)
    (wheel,) = (root / "dist").glob("*.whl")
    pip = (root / "venv" / "bin" / "python", "-m", "pip", "--disable-pip-version-check")
    run_here(*pip, "install", "--quiet", wheel, cwd=root)
    (site,) = (root / "venv").glob("lib/python*/site-packages")
    # Not sitecustomize: some systems have one of their own, which comes first.
    (site / "guard_of_the_checkout.py").write_text(GUARD)
    (site / "guard.pth").write_text("import guard_of_the_checkout\n")
    (root / "work").mkdir()


@pytest.fixture(scope="session")
def root(tmp_path_factory, worker_id: str) -> Path:
    """Where everything is; made once for all processes of a parallel run."""
    base = tmp_path_factory.getbasetemp()
    shared = (base if worker_id == "master" else base.parent) / "installation"
    with (shared.parent / "installation.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "work").exists():
            shutil.rmtree(shared, ignore_errors=True)
            install(shared)
    return shared


@pytest.fixture
def installed(root: Path) -> Installed:
    return Installed(root / "venv", root / "work")


def test_the_archives_hold_what_runs_and_no_more(root: Path):
    (wheel,), (sdist,) = (root / "dist").glob("*.whl"), (root / "dist").glob("*.tar.gz")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    for name in ("tinyneuron/demo/digits.npz", "tinyneuron/tables/standard.txt",
                 "tinyneuron/bench/reference_array/array.v", "tinyneuron/nrt/c/tinyneuron_nrt.c",
                 "tinyneuron/nrt/c/tinyneuron_nrt.h",
                 "tinyneuron_sim/rtl/harness.cpp", "tinyneuron_sim/rtl/memory_device.h",
                 "tinyneuron_sim/rtl/reference_harness.cpp"):  # fmt: skip
        assert name in names
    folders = {name.split("/")[0] for name in names if ".dist-info" not in name}
    assert folders == {"tinyneuron", "tinyneuron_hw", "tinyneuron_sim"}
    modules = {
        str(path.relative_to(CHECKOUT / source))
        for source in ("hw", "sim", "firmware")
        for path in (CHECKOUT / source).rglob("*.py")
    }
    assert {name for name in names if name.endswith(".py")} == modules
    with tarfile.open(sdist) as archive:
        assert any(name.endswith("/LICENSE") for name in archive.getnames())


def test_every_module_comes_from_the_environment_without_a_warning(installed: Installed):
    code = """
import importlib, pkgutil, sys
import tinyneuron, tinyneuron_hw, tinyneuron_sim
for package in (tinyneuron, tinyneuron_hw, tinyneuron_sim):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        # One runs inside a simulator, and has what it needs from an extra.
        if module.name != "tinyneuron_sim.rtl.icarus_host":
            importlib.import_module(module.name)
for name, module in sorted(sys.modules.items()):
    if name.startswith("tinyneuron"):
        print(next(iter(module.__path__)) if hasattr(module, "__path__") else module.__file__)
"""
    result = installed.run("python", "-W", "error", "-c", code)
    paths = result.stdout.split()
    assert len(paths) > 150
    assert all(Path(path).is_relative_to(installed.folder) for path in paths)
    assert result.stderr == ""


def test_the_guard_refuses_the_checkout(installed: Installed):
    code = f"open({str(CHECKOUT / 'README.md')!r})"
    assert "reads the checkout" in installed.run("python", "-c", code, status=1).stderr


def commands(command: Any, name: str = "") -> list[str]:
    """``name`` and all commands below it, as they are typed."""
    found = [name]
    for part, below in getattr(command, "commands", {}).items():
        found += commands(below, f"{name} {part}".strip())
    return found


@pytest.mark.parametrize("command", commands(get_command(app)))
def test_help(installed: Installed, command: str):
    text = installed.run("tinyneuron", *command.split(), "--help").stdout
    assert text.startswith(f"Usage: {' '.join(['tinyneuron', *command.split()])} ")
    assert "--help" in text


def test_version(installed: Installed):
    assert installed.run("tinyneuron", "--version").stdout == f"tinyneuron {PROJECT['version']}\n"


@pytest.mark.parametrize("target", ["golden", "verilator"])
def test_the_command_runs_a_matmul(installed: Installed, target: str):
    sizes = ("--m", 6, "--k", 9, "--n", 7)
    where = ("--config", "tiny", "--target", target)
    result = json.loads(
        installed.run("tinyneuron", "bench", "matmul", *sizes, *where, "--json").stdout
    )
    assert result["bit_exact"] is True
    assert result["max_abs_error"] < 0.1


@pytest.mark.parametrize("target", ["golden", "verilator"])
def test_the_package_runs_a_matmul(installed: Installed, target: str):
    code = f"""
import numpy as np
import tinyneuron as tn
from tinyneuron.kernels import matmul

program = matmul.build("tiny", m=3, k=6, n=4, dtype="fp16")
left = np.arange(18, dtype=np.float16).reshape(6, 3)
right = np.ones((6, 4), np.float16)
with tn.open_device({target!r}, "tiny") as device:
    result = device.load(program).run({{"lhsT": left, "rhs": right}})
np.testing.assert_array_equal(result.outputs["out"], left.T @ right)
print(tn.__file__)
"""
    printed = installed.run("python", "-W", "error", "-c", code).stdout.strip()
    assert Path(printed).is_relative_to(installed.folder)


def test_a_c_program_runs_a_core(installed: Installed):
    built = json.loads(installed.run("tinyneuron", "nrt", "build", "--out", "nrt", "--json").stdout)
    source = """
#include <stdio.h>
#include "tinyneuron_nrt.h"

int main(void) {
    nrt_tensor_t *tensor;
    NRT_STATUS first = nrt_init(NRT_FRAMEWORK_TYPE_NO_FW, "", "");
    NRT_STATUS second = nrt_tensor_allocate(NRT_TENSOR_PLACEMENT_DEVICE, 0, 64, "", &tensor);
    printf("%d %d %zu %s", first, second, nrt_tensor_get_size(tensor), tinyneuron_nrt_message());
    nrt_close();
}
"""
    (installed.work / "core.c").write_text(source)
    run_here("gcc", "core.c", "-o", installed.folder / "bin" / "core", *built["flags"].split(),
             cwd=installed.work)  # fmt: skip
    assert installed.run("core").stdout == "0 0 64 "


def test_files_go_through_run_and_disasm(installed: Installed):
    program = matmul.build("tiny", m=2, k=3, n=4)
    container.save(program, installed.work / "matmul.tnp")
    kind = ml_dtypes.bfloat16
    np.save(installed.work / "l.npy", np.ones((3, 2), kind))
    np.save(installed.work / "r.npy", np.full((3, 4), 2, kind))
    inputs = ("--input", "lhsT=l.npy", "--input", "rhs=r.npy")
    written = ("--out", "results", "--trace", "timeline.json")
    installed.run("tinyneuron", "run", "matmul.tnp", *inputs, *written)
    assert (np.load(installed.work / "results" / "out.npy").view(kind) == 6).all()
    assert json.loads((installed.work / "timeline.json").read_text())["traceEvents"]
    installed.run("tinyneuron", "disasm", "matmul.tnp", "-o", "matmul.tns")
    installed.run("tinyneuron", "asm", "matmul.tns", "-o", "again.tnp")
    first, again = (installed.work / name for name in ("matmul.tnp", "again.tnp"))
    assert again.read_bytes() == first.read_bytes()


@pytest.mark.parametrize("top", few_of(["array", "chip"], 1))
def test_the_verilog_is_that_of_the_checkout(installed: Installed, top: str):
    installed.run("tinyneuron", "verilog", "--config", "tiny", "--top", top, "--out", "rtl")
    for name, text in verilog_of(get_config("tiny"), top).files.items():
        assert (installed.work / "rtl" / name).read_text() == text


def test_the_demo_says_which_extra_it_needs(installed: Installed):
    result = installed.run("tinyneuron", "demo", "--config", "tiny", status=1)
    assert result.stderr == (
        "tinyneuron: error: the demo needs scikit-learn, which is not installed: "
        "pip install 'tinyneuron[demo]'\n"
    )
    assert not (installed.work / "build").exists()
