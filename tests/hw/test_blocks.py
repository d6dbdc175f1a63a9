"""Repeated, Gated and soft_reset do the same in Amaranth's simulator and in emitted Verilog."""

import random
import subprocess
from typing import Any

import pytest
from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out
from amaranth.sim import Simulator

from tinyneuron_hw.blocks import Gated, Repeated, soft_reset
from tinyneuron_hw.verilog import emit

COUNTER = wiring.Signature({"step": In(4), "total": Out(8)})


class Counter(wiring.Component):
    """Adds ``step`` every cycle, from 5."""

    def __init__(self) -> None:
        super().__init__(COUNTER)

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        total = Signal(8, init=5)
        m.d.sync += total.eq(total + self.step)
        m.d.comb += self.total.eq(total)
        return m


class Top(wiring.Component):
    """Three counters: free running, gated, and gated with a soft reset."""

    step: In(4)
    enable: In(1)
    clear: In(1)
    free: Out(8)
    gated: Out(8)
    cleared: Out(8)

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        enabled = Signal()
        m.d.sync += enabled.eq(self.enable)
        counters = {
            name: Repeated("test_counter", Counter, COUNTER)
            for name in ("free", "gated", "cleared")
        }
        m.submodules.free_counter = counters["free"]
        m.submodules.gate = Gated(counters["gated"], enabled, name="a")
        resettable = soft_reset(m, self.clear, platform, name="b")
        m.submodules.reset = resettable(counters["cleared"])
        for name, counter in counters.items():
            m.d.comb += [counter.step.eq(self.step), getattr(self, name).eq(counter.total)]
        return m


@pytest.fixture(scope="module")
def stimulus():
    rng = random.Random(3)
    return [(rng.randrange(16), rng.randrange(2), rng.random() < 0.1) for _ in range(200)]


def simulate(stimulus):
    top = Top()
    seen = []

    async def bench(ctx):
        for step, enable, clear in stimulus:
            ctx.set(top.step, step)
            ctx.set(top.enable, enable)
            ctx.set(top.clear, clear)
            *_, free, gated, cleared = await ctx.tick().sample(top.free, top.gated, top.cleared)
            seen.append((free, gated, cleared))

    simulator = Simulator(top)
    simulator.add_clock(1e-6)
    simulator.add_testbench(bench)
    simulator.run()
    return seen


def model(stimulus):
    free = gated = cleared = 5
    enabled, seen = 0, []
    for step, enable, clear in stimulus:
        seen.append((free, gated, cleared))
        free = (free + step) % 256
        gated = (gated + step) % 256 if enabled else gated
        cleared = 5 if clear else (cleared + step) % 256
        enabled = enable
    return seen


BENCH = """
module bench;
  reg clk = 0, rst = 0, enable = 0, clear = 0;
  reg [3:0] step = 0;
  wire [7:0] free, gated, cleared;
  reg [5:0] stimulus [0:{last}];
  integer i;
  top dut (.clk(clk), .rst(rst), .enable(enable), .clear(clear), .step(step),
           .free(free), .gated(gated), .cleared(cleared));
  initial begin
    $readmemh("stimulus.hex", stimulus);
    for (i = 0; i <= {last}; i = i + 1) begin
      {{step, enable, clear}} = stimulus[i];
      #5 $display("%0d %0d %0d", free, gated, cleared);
      clk = 1;
      #5 clk = 0;
    end
  end
endmodule
"""


def test_simulator_follows_the_model(stimulus):
    assert simulate(stimulus) == model(stimulus)


def test_verilog_follows_the_model(stimulus, tmp_path):
    design = emit(Top(), "top")
    paths = design.write(tmp_path)
    (tmp_path / "bench.v").write_text(BENCH.format(last=len(stimulus) - 1))
    words = [f"{step << 2 | enable << 1 | clear:x}" for step, enable, clear in stimulus]
    (tmp_path / "stimulus.hex").write_text("\n".join(words) + "\n")
    subprocess.run(["iverilog", "-g2005", "-s", "bench", "-o", "bench", "bench.v",
                    *(path.name for path in paths)], cwd=tmp_path, check=True)  # fmt: skip
    output = subprocess.run(["vvp", "bench"], cwd=tmp_path, check=True, text=True,
                            stdout=subprocess.PIPE).stdout  # fmt: skip
    seen = [tuple(map(int, line.split())) for line in output.splitlines()]
    assert seen == model(stimulus)


def test_a_repeated_block_is_one_module():
    design = emit(Top(), "top")
    assert design.text.count("module test_counter (") == 1
    assert design.text.count("  test_counter ") == 3
