"""The ``core`` top built for cocotb on two simulators, and how a bench is run on it."""

from __future__ import annotations

import contextlib
import importlib.metadata
import inspect
import logging
from pathlib import Path

import pytest
from cocotb_tools.runner import Verilator, get_results, get_runner

from tinyneuron_hw.verilog import VerilogDesign
from tinyneuron_sim.rtl.build import FLAGS, MAKE
from tinyneuron_sim.rtl.cache import cached, digest
from tinyneuron_sim.rtl.sharing import share_logic
from tinyneuron_sim.rtl.source import verilog_of
from tinyneuron_sim.rtl.tools import require, verilator_root

from .config import CONFIG

TOP = "tn_core"
SIMULATORS = ("icarus", pytest.param("verilator", marks=pytest.mark.slow))
"""Icarus compiles in seconds."""


class PortsOnlyVerilator(Verilator):
    """cocotb's runner makes every signal of the design accessible, which costs minutes of
    compilation; the bench looks at the ports of the top alone."""

    def _build_command(self):
        commands = super()._build_command()
        commands[0] = [word for word in commands[0] if word != "--public-flat-rw"]
        return commands


def design_for(simulator: str) -> VerilogDesign:
    """The core's Verilog as a simulator compiles it soonest."""
    design = verilog_of(CONFIG, "core")
    return share_logic(design) if simulator == "verilator" else design


def build(simulator: str, folder: Path) -> None:
    """Builds the core for a simulator in ``folder``."""
    sources = design_for(simulator).write(folder)
    if simulator == "icarus":
        runner, arguments = get_runner("icarus"), ["-g2005"]
    else:
        runner = PortsOnlyVerilator()
        ports = folder / "ports.vlt"
        ports.write_text(f'`verilator_config\npublic_flat_rw -module "{TOP}" -var "*"\n')
        sources = [ports, *sources]
        arguments = [*FLAGS, "-CFLAGS", "-std=c++20"]
    runner.log.setLevel(logging.ERROR)
    runner.build(
        sources=sources, hdl_toplevel=TOP, build_dir=folder / "build", always=True,
        build_args=arguments, timescale=("1ns", "1ps"), log_file=folder / "build.log",
    )  # fmt: skip


@pytest.fixture(scope="session", params=SIMULATORS)
def built(request):
    """Name of the simulator and the folder of the core built for it."""
    simulator = request.param
    versions = [importlib.metadata.version(name) for name in ("cocotb", "verilator")]
    recipe = inspect.getsource(build) + inspect.getsource(PortsOnlyVerilator)
    parts = [simulator, *versions, recipe, *MAKE, design_for(simulator).text]
    with pytest.MonkeyPatch.context() as patch:
        if simulator == "icarus":
            require("iverilog", "vvp")
        else:
            require("g++", "make", "perl")
            root = verilator_root()
            patch.setenv("VERILATOR_ROOT", str(root))
            patch.setenv("PATH", str(root / "bin"), prepend=":")
            variables = [word.replace(" ", r"\ ") for word in MAKE]
            patch.setenv("MAKEFLAGS", f"-- {' '.join(variables)}")
        folder = cached("cocotb", digest(parts), lambda path: build(simulator, path),
                        label=f"compiling the core for cocotb on {simulator}")  # fmt: skip
    return simulator, folder


@pytest.fixture
def play(built, tmp_path, monkeypatch):
    """``play(bench, scenario)`` runs a bench module on the scenario in a file; its log."""

    def run(bench: str, scenario: Path) -> str:
        simulator, folder = built
        monkeypatch.syspath_prepend(str(Path(__file__).parent))
        runner = get_runner("icarus") if simulator == "icarus" else PortsOnlyVerilator()
        runner.log.setLevel(logging.CRITICAL)  # the whole command line, otherwise
        log, results = tmp_path / "run.log", tmp_path / "results.xml"
        with contextlib.suppress(SystemExit):  # how the runner reports a failed bench
            runner.test(
                test_module=bench, hdl_toplevel=TOP, hdl_toplevel_lang="verilog",
                build_dir=folder / "build", test_dir=tmp_path, log_file=log,
                results_xml=str(results), extra_env={"TINYNEURON_SCENARIO": str(scenario)},
            )  # fmt: skip
        text = log.read_text()
        assert get_results(results) == (1, 0), text[-3000:]
        return text

    return run
