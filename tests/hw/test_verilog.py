"""Emitted Verilog: names, files, header, repeated blocks, determinism, errors."""

import contextlib
import os
import re
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from amaranth.hdl import Assert, Module, Signal
from amaranth.lib import data, memory, stream, wiring
from amaranth.lib.wiring import In, Out

from tinyneuron_hw.blocks import Gated, Repeated
from tinyneuron_hw.config import PRESETS, get_config
from tinyneuron_hw.verilog import VerilogDesign, VerilogError, emit, emit_top
from tinyneuron_hw.verilog_text import tidy
from tinyneuron_sim.rtl.source import verilog_of

from ..every_option import EVERY_OPTION

LANE = wiring.Signature({"a": In(8), "y": Out(8)})


class Pixel(data.Struct):
    red: 3
    green: 5


class Leaf(wiring.Component):
    def __init__(self) -> None:
        super().__init__(LANE)

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        m.d.comb += self.y.eq(self.a + 1)  # no register: the module still has clk and rst
        return m


class Lane(wiring.Component):
    """A repeated block that holds a submodule and another repeated block."""

    def __init__(self) -> None:
        super().__init__(LANE)

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        m.submodules.leaf = leaf = Repeated("test_leaf", Leaf, LANE)
        m.submodules.inner = inner = Leaf()
        m.d.comb += [leaf.a.eq(self.a), inner.a.eq(leaf.y), self.y.eq(inner.y)]
        return m


class Middle(wiring.Component):
    pixel: Out(stream.Signature(Pixel))
    lanes: In(8).array(2)
    word: Out(16)

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        m.submodules.store = store = memory.Memory(shape=16, depth=32, init=[])
        write, read = store.write_port(granularity=8), store.read_port()
        held = Signal(Pixel, init={"red": 1})
        m.d.sync += [held.green.eq(held.green + self.lanes[0]), Assert(held.green != 9)]
        with m.Switch(self.lanes[0]):
            with m.Case(1, 2):
                m.d.sync += held.red.eq(2)
        m.d.comb += [
            self.pixel.payload.eq(held), write.addr.eq(self.lanes[0]), read.addr.eq(self.lanes[1]),
            write.en.eq(self.lanes[0]), self.word.eq(read.data),
        ]  # fmt: skip
        for index in range(2):
            lane = Repeated("test_lane", Lane, LANE)
            m.submodules[f"lane{index}"] = lane
            m.d.comb += lane.a.eq(self.lanes[index])
            m.d.comb += write.data[8 * index :][:8].eq(lane.y)
        return m


class Top(wiring.Component):
    pixel: Out(stream.Signature(Pixel))
    lanes: In(8).array(2)
    word: Out(16)

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        middle = Middle()
        running = Signal()
        m.d.sync += running.eq(self.lanes[0] != 0)
        m.submodules.middle = Gated(middle, running, name="middle")
        wiring.connect(m, wiring.flipped(self), middle)
        return m


class Still(wiring.Component):
    """Logic whose inputs never change: a slice of a register, and a choice by one."""

    y: Out(8)

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        held = Signal(4, init=6)
        m.d.sync += held.eq(held)
        m.d.comb += self.y[:4].eq(held)
        with m.Switch(held):
            with m.Case(6):
                m.d.comb += self.y[4:].eq(9)
        return m


@pytest.fixture(scope="module")
def design() -> VerilogDesign:
    return emit(Top(), "tn_test", config=get_config("tiny"))


def test_modules_are_files_with_plain_unique_names(design):
    modules = re.findall(r"^module (\S+) \($", design.text, re.MULTILINE)
    expected = {"tn_test", "tn_test_middle", "tn_test_middle_block", "test_lane", "test_leaf",
                "test_lane_inner"}  # fmt: skip
    assert expected <= set(modules)
    assert len(modules) + 1 == len(design.files)  # and the clock gate
    assert set(design.files) == {f"{name}.v" for name in modules} | {"tn_clock_gate.v"}
    assert next(iter(design.files)) == "tn_test.v"
    assert "\\" not in design.text
    assert "(*" not in design.text


def test_ports_keep_their_names(design):
    header = design.files["tn_test.v"].partition(");")[0]
    ports = ["clk", "rst", "lanes__0", "lanes__1", "pixel__payload", "pixel__ready",
             "pixel__valid", "word"]  # fmt: skip
    assert re.findall(r"^  (\w+),?$", header, re.MULTILINE) == ports


def test_names_of_the_design_survive(design):
    text = design.files["tn_test_middle_block.v"]
    for name in ("held", "held_red", "held_green", "store"):
        assert re.search(rf"(wire|reg) (\[\d+:\d+\] )?{name}\b", text), name
    lane = design.files["test_lane.v"]
    assert "wire [7:0] inner__a;" in lane  # named after a port it is connected to
    assert ".y(inner__a)" in lane


def test_registers_keep_their_initial_values(design):
    assert re.search(r"reg \[7:0\] \w+ = 8'h01;", design.files["tn_test_middle_block.v"])


def test_zero_memory_is_a_loop(design):
    text = design.files["tn_test_middle_block.v"]
    assert "for (tn_row = 0; tn_row < 32; tn_row = tn_row + 1)" in text
    assert text.count("16'h0000;") == 1


def test_zero_memory_of_32_bits_is_a_loop_too():
    words = "".join(f"    memory[{index}] = 32'd0;\n" for index in range(8))
    text = f"module t(a);\n  input a;\n  initial begin\n{words}  end\nendmodule\n"
    assert (
        "for (tn_row = 0; tn_row < 8; tn_row = tn_row + 1)\n      memory[tn_row] = 32'd0;"
        in (tidy(text)["t"])
    )


def test_header_names_configuration_and_generator(design):
    for text in design.files.values():
        assert re.match(r"// Generated by tinyneuron \d+\.\d+\.\d+;", text)
        assert "// Configuration tiny:\n//   partitions = 4\n" in text


def test_repeated_blocks_come_out_once(design):
    assert design.text.count("module test_lane (") == 1
    assert design.text.count("  test_lane lane") == 2


def test_reads_cleanly_in_icarus_and_verilator(design, tmp_path, verilator_lint):
    paths = design.write(tmp_path)
    subprocess.run(["iverilog", "-g2005", "-Wall", "-s", "tn_test", "-o", "out", "-f", "tn_test.f"],
                   cwd=tmp_path, check=True)  # fmt: skip
    verilator_lint("tn_test", paths)


def test_same_text_for_any_hash_seed(pytestconfig):
    code = (
        "import hashlib\n"
        "from tests.hw.test_verilog import Top, emit\n"
        "print(hashlib.sha256(emit(Top(), 'top').text.encode()).hexdigest())\n"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", code], check=True, text=True, stdout=subprocess.PIPE,
            cwd=pytestconfig.rootpath, env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(seen) == 1


def test_write_removes_what_an_earlier_emission_left(design, tmp_path):
    VerilogDesign(top="tn_test", files={"gone.v": "", "tn_test.v": ""}).write(tmp_path)
    (tmp_path / "mine.v").write_text("")
    design.write(tmp_path)
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {*design.files, "tn_test.f", "mine.v"}
    assert (tmp_path / "tn_test.f").read_text().split() == list(design.files)


def test_tidy_keeps_clashing_names_apart():
    text = "\n".join([
        "module \\t.a (\\x.y , x_y, n1);", "  input x_y;", "  wire x_y;", "  input \\x.y ;",
        "  wire \\x.y ;", "  output n1;", "  wire n1;", "  wire \\$1 ;",
        "  assign \\$1  = x_y & \\x.y ;", "  assign n1 = \\$1 ;", "endmodule", "",
        "module t_a(q);", "  output q;", "  wire q;", "  assign q = 1'h0;", "endmodule", "",
    ])  # fmt: skip
    modules = tidy(text)
    assert set(modules) == {"t_a", "t_a_2"}
    assert "  assign n1_2 = x_y & x_y_2;" in modules["t_a_2"]
    assert "  assign n1 = n1_2;" in modules["t_a_2"]


def test_tidy_drops_only_copies_nobody_reads():
    text = "\n".join([
        "module t(a, b);", "  input a;", "  wire a;", "  output b;", "  wire b;",
        "  wire \\a$1 ;", "  wire [1:0] \\a$2 ;", "  assign \\a$1  = a;", "  assign \\a$2  = a;",
        "  assign b = \\a$2 [0];", "endmodule", "",
    ])  # fmt: skip
    body = tidy(text)["t"]
    assert "a_1" not in body
    assert "assign b = a_2[0];" in body


def test_tidy_makes_constant_processes_run():
    text = "\n".join([
        "module t(b);", "  output [1:0] b;", "  reg [1:0] b;", "  wire [-1:0] nothing;",
        "  wire nothing_else = b[0];", "  always @*", "    b[0] = 1'h0;", "  always @*",
        "    b[1] = 1'h1;", "endmodule", "",
    ])  # fmt: skip
    body = tidy(text)["t"]
    assert body.count("  reg at_start;") == body.count("  initial at_start <= 0;") == 1
    assert body.count("    if (at_start) begin end\n    b[") == 2
    assert "nothing;" not in body


@pytest.mark.parametrize("version", ["2005", "2012"])
def test_logic_that_never_changes_has_a_value(version, tmp_path):
    """SystemVerilog gives registers their initial values before processes wait for events."""
    paths = emit(Still(), "still").write(tmp_path)
    bench = tmp_path / "bench.v"
    bench.write_text(
        "module bench; reg clk = 0, rst = 0; wire [7:0] y;\n"
        "  still dut(.clk(clk), .rst(rst), .y(y));\n"
        '  initial #5 $display("%h", y);\nendmodule\n'
    )
    subprocess.run(["iverilog", f"-g{version}", "-s", "bench", "-o", "out", bench, *paths],
                   cwd=tmp_path, check=True)  # fmt: skip
    shown = subprocess.run(["vvp", "-n", "out"], cwd=tmp_path, check=True, text=True,
                           stdout=subprocess.PIPE)  # fmt: skip
    assert shown.stdout == "96\n"


def test_unknown_top():
    with pytest.raises(ValueError, match="unknown top 'board'; known: core, chip"):
        emit_top(get_config("tiny"), "board")
    with pytest.raises(ValueError, match="unknown form 'board'; known: simulation, asic, fpga"):
        emit_top(get_config("tiny"), "core", form="board")


def test_yosys_failure_carries_its_message(monkeypatch):
    monkeypatch.setattr(
        "tinyneuron_hw.verilog._SCRIPT", "read_rtlil <<rtlil\n{rtlil}\nrtlil\nnonsense\n"
    )
    with pytest.raises(VerilogError, match="No such command: nonsense"):
        emit(Leaf(), "leaf")


EMISSION_BYTES = 8 << 30
_EMIT = (
    "import sys; from tinyneuron_hw.config import get_config; "
    "from tinyneuron_hw.verilog import emit_top; emit_top(get_config(sys.argv[1]), 'chip')"
)


def _memory(pid: int) -> int:
    """Bytes of a process and its children; pages that several share count once."""
    total = 0
    with contextlib.suppress(OSError):  # one that has just ended
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        total = 1024 * int(re.findall(r"^Pss: +(\d+) kB", rollup, re.MULTILINE)[0])
        for children in Path(f"/proc/{pid}/task").glob("*/children"):
            total += sum(_memory(int(child)) for child in children.read_text().split())
    return total


@pytest.mark.slow
def test_the_largest_preset_is_emitted_within_8_gib():
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    process = subprocess.Popen([sys.executable, "-c", _EMIT, "inferentia2"])
    peak = 0
    try:
        while process.poll() is None:
            peak = max(peak, _memory(process.pid))
            time.sleep(0.2)
    finally:
        process.kill()
        process.wait()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"inferentia2: {time.monotonic() - began:.0f} s, {busy:.0f} s of processor time, "
          f"{peak / 2**30:.2f} GiB")  # fmt: skip
    assert process.returncode == 0
    assert 1 << 30 < peak <= EMISSION_BYTES


FLATTENED_PES = 1024


def ports_only(text: str, module: str) -> str:
    """A module with the ports of ``module``, whose outputs are 0."""
    head = re.search(rf"module {module} \(.*?\);\n", text, re.DOTALL)
    assert head is not None
    ports = re.findall(r"^  (?:input|output) .*;\n", text, re.MULTILINE)
    outputs = re.findall(r"^  output (?:\[\d+:0\] )?(\w+);", text, re.MULTILINE)
    assert ports
    assert outputs
    body = "".join([*ports, *(f"  assign {name} = 0;\n" for name in outputs)])
    return f"{head[0]}{body}endmodule\n"


@pytest.mark.parametrize(
    ("config", "top", "form"),
    [
        ("tiny", "array", "fpga"),
        (EVERY_OPTION, "chip", "simulation"),
    ]
    + [
        pytest.param(*case, marks=pytest.mark.slow)
        for case in (
            ("tiny", "core", "simulation"),
            ("tiny", "core", "fpga"),
            (EVERY_OPTION, "chip", "asic"),
            (EVERY_OPTION, "chip", "fpga"),
            ("tiny,memory=ddr4", "chip", "simulation"),
        )
    ]
    + [pytest.param(name, "chip", "simulation", marks=pytest.mark.slow) for name in PRESETS],
)
def test_every_preset_lints_and_has_one_pe_module(
    config, top, form, tmp_path, verilator_lint, icarus_lint
):
    sizes = get_config(config)
    design = verilog_of(sizes, top, form=form)
    for module, count in (("tn_pe", sizes.columns), ("tn_pe_row", sizes.partitions)):
        assert design.text.count(f"module {module} (") == 1
        uses = re.findall(rf"^  {module} \w+ \(", design.text, re.MULTILINE)
        assert len(uses) == count, module
    assert "\\" not in design.text
    paths = design.write(tmp_path)
    if sizes.macs_per_cycle > FLATTENED_PES:
        # Both tools unfold every instance, and 16,384 PEs take more memory than there is: the PE
        # alone, and its ports in everything else.
        (pe,) = [path for path in paths if path.name == "tn_pe.v"]
        verilator_lint("tn_pe", [pe])
        icarus_lint("tn_pe", [pe])
        pe.write_text(ports_only(pe.read_text(), "tn_pe"))
    verilator_lint(f"tn_{top}", paths)
    icarus_lint(f"tn_{top}", paths)
