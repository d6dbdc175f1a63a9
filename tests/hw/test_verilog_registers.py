"""Registers written as one process: the same values in every cycle."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path
from typing import Any

import pytest
from amaranth.hdl import Array, Cat, Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import In, Out

from tinyneuron_hw.blocks import FORMS, Repeated
from tinyneuron_hw.verilog import emit
from tinyneuron_hw.verilog_registers import clocked

SEED = 5
CYCLES = 300
_INPUTS = {"a": 8, "place": 2, "set": 1, "add": 1, "part": 1}
_CODER = wiring.Signature({"write": In(1), "value": In(8), "coded": Out(12)})


class Coder(wiring.Component):
    """What is kept of a byte; counts while it is written."""

    def __init__(self) -> None:
        super().__init__(_CODER)

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        low = Signal(4)
        m.d.comb += [low.eq(self.value[:4] ^ self.value[4:]), self.coded.eq(Cat(self.value, low))]
        return m


class Registers(wiring.Component):
    """Registers that keep their value unless something holds: whole, in parts, one of several, a
    counter that reads itself; one that is set in every cycle; one without a reset; and a memory
    behind a guarded block."""

    def __init__(self) -> None:
        super().__init__({name: In(width) for name, width in _INPUTS.items()} | {
            "whole": Out(8), "parts": Out(8), "sums": Out(8), "steady": Out(8), "row": Out(12),
        })  # fmt: skip

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        rows = Array(Signal(8, name=f"row{i}", init=i) for i in range(4))
        free = Signal(8, reset_less=True)
        with m.If(self.set):
            m.d.sync += [rows[self.place].eq(self.a), self.whole.eq(free)]
        with m.Elif(self.add):
            m.d.sync += self.sums.eq(self.sums + rows[self.place])
            m.d.sync += free.eq(self.a ^ free)
        with m.If(self.part):
            m.d.sync += self.parts.word_select(self.place[0], 4).eq(self.a[:4])
            with m.If(self.add):
                m.d.sync += self.parts[7].eq(self.parts[0])
        m.d.sync += self.steady.eq(Mux(self.add, self.sums, self.whole))
        m.submodules.memory = memory = Memory(shape=12, depth=4, init=[])
        m.submodules.coder = coder = Repeated("coder", Coder, _CODER, guard="write")
        write, read = memory.write_port(), memory.read_port()
        m.d.comb += [
            coder.write.eq(self.set), coder.value.eq(self.a ^ self.whole),
            write.en.eq(self.set), write.addr.eq(self.place), write.data.eq(coder.coded),
            read.en.eq(1), read.addr.eq(self.place), self.row.eq(read.data),
        ]  # fmt: skip
        return m


def outputs(folder: Path, form: str) -> list[str]:
    """A line for each cycle of random inputs, from Icarus."""
    design, rng = emit(Registers(), "top", form=FORMS[form]), random.Random(SEED)
    drive = []
    for _ in range(CYCLES):
        values = {name: rng.getrandbits(width) for name, width in _INPUTS.items()}
        values["rst"] = int(rng.random() < 0.03)
        sets = " ".join(f"{name} = {value};" for name, value in values.items())
        drive.append(f"    {sets} #1 clk = 1; #1 clk = 0;")
        drive.append('    $display("%h %h %h %h %h", whole, parts, sums, steady, row);')
    source = folder / f"{form}.v"
    inputs = "".join(f" reg [{width - 1}:0] {name};" for name, width in _INPUTS.items())
    pins = ", ".join(
        f".{name}({name})" for name in (*_INPUTS, "whole", "parts", "sums", "steady", "row")
    )
    source.write_text(f"""{design.text}
module bench;
  reg clk = 0, rst = 0;{inputs}
  wire [7:0] whole, parts, sums, steady; wire [11:0] row;
  top dut(.clk(clk), .rst(rst), {pins});
  initial begin
{chr(10).join(drive)}
    $finish;
  end
endmodule
""")
    program = folder / f"{form}.vvp"
    subprocess.run(["iverilog", "-g2005", "-o", program, source], check=True)
    run = subprocess.run(["vvp", program], check=True, capture_output=True, text=True)
    return [line for line in run.stdout.splitlines() if line.count(" ") == 4]


def test_the_same_values_in_icarus(tmp_path: Path) -> None:
    simulation, asic = outputs(tmp_path, "simulation"), outputs(tmp_path, "asic")
    assert len(simulation) == CYCLES
    assert len(set(simulation)) > CYCLES // 2
    assert simulation == asic


def test_a_register_is_one_process_and_a_guarded_write_stands_in_it() -> None:
    texts = {
        form: emit(Registers(), "top", form=FORMS[form]).text for form in ("simulation", "asic")
    }
    # Four rows, `whole`, `parts`, `sums` and `free` keep their value; nothing else has an `if`.
    processes = {form: text.count("always @*") for form, text in texts.items()}
    assert processes["asic"] - processes["simulation"] == 8
    assert "coder coder" in texts["asic"]
    assert "coder coder" not in texts["simulation"]
    assert "tn_coder(" in texts["simulation"]


@pytest.mark.parametrize("reader", ["  assign seen = next;\n", "  always @* seen = next;\n"])
def test_a_next_value_that_something_else_reads_stays(reader: str) -> None:
    text = (
        "module m (clk, rst);\n  reg [7:0] next;\n  reg [7:0] held;\n"
        "  always @(posedge clk)\n    if (rst) held <= 8'h00;\n    else held <= next;\n"
        "  always @* begin\n    if (at_start) begin end\n    next = held;\n"
        "    if (on) begin\n      next = 8'h01;\n    end\n  end\nendmodule\n"
    )
    assert "held <= 8'h01;" in clocked(text)
    shared = text.replace("endmodule", reader + "endmodule")
    assert clocked(shared) == shared
