"""The wrapper for placing: its pins reach every port, and its values go through the block."""

import subprocess
from typing import Any

from amaranth.hdl import Module
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from tinyneuron_hw.verilog import emit
from tinyneuron_sim.synth.harness import HARNESS, harness_text
from tinyneuron_sim.synth.place import read_report


class Adder(wiring.Component):
    """``total = a + b + carry``, without a register."""

    a: In(8)
    b: In(8)
    carry: In(1)
    total: Out(9)

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        m.d.comb += self.total.eq(self.a + self.b + self.carry)
        return m


BENCH = f"""
module bench;
  reg clk = 0, rst = 0, shift_in = 0;
  wire shift_out;
  {HARNESS} dut (.clk(clk), .rst(rst), .shift_in(shift_in), .shift_out(shift_out));
  reg [16:0] stimulus;
  integer i;
  initial begin
    dut.driven = 0; dut.kept = 0; dut.chain = 0;
    for (i = 0; i < 200; i = i + 1) begin
      shift_in = $random; // its seed is fixed
      #5 clk = 1;
      #1 $display("%0d %0d %0d %0d %0d", dut.block.a, dut.block.b, dut.block.carry,
                  dut.kept, shift_out);
      #5 clk = 0;
    end
  end
endmodule
"""


def test_values_shift_in_and_results_reach_the_pin(tmp_path):
    design = emit(Adder(), "adder")
    files = {**design.files, f"{HARNESS}.v": harness_text(design), "bench.v": BENCH}
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    subprocess.run(["iverilog", "-g2005", "-s", "bench", "-o", "bench", *files],
                   cwd=tmp_path, check=True)  # fmt: skip
    output = subprocess.run(["vvp", "bench"], cwd=tmp_path, check=True, text=True,
                            stdout=subprocess.PIPE).stdout  # fmt: skip
    rows = [tuple(map(int, line.split())) for line in output.splitlines()]
    assert len({row[:3] for row in rows}) > 100
    kept, chain = 0, [0] * 10
    for before, (_, _, _, seen, pin) in zip([(0, 0, 0, 0, 0), *rows], rows, strict=False):
        a, b, carry = before[:3]
        # Bit k of the outputs joins what bit k - 1 had collected a cycle earlier.
        chain = [0, *(chain[k] ^ (kept >> k & 1) for k in range(9))]
        kept = a + b + carry
        assert seen == kept
        assert pin == chain[-1]


def test_report_gives_the_slowest_path_of_the_clock():
    def path(begin, end, *segments):
        names = ["clk-to-q", "routing", "logic", "routing", "setup"]
        return {
            "from": begin, "to": end,
            "path": [
                {"type": kind, "delay": delay, "from": {"cell": "a"}, "to": {"cell": "b"}}
                for kind, delay in zip(names, segments, strict=True)
            ],
        }  # fmt: skip

    report = {
        "fmax": {"$clk": {"achieved": 123.456, "constraint": 100}},
        "critical_paths": [
            path("<async>", "posedge $clk", 9, 9, 9, 9, 9),
            path("posedge $clk", "posedge $clk", 0.5, 1.0, 0.25, 2.0, 0.125),
        ],
    }
    assert read_report(report) == {
        "fmax_mhz": 123.46,
        "critical_path": {
            "from": "a", "to": "b", "logic_ns": 0.88, "routing_ns": 3.0, "levels": 1,
        },
    }  # fmt: skip
