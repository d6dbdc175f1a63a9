"""Repeated, Gated, soft_reset and write_masked do the same in Amaranth's simulator and in every
form of emitted Verilog."""

import random
import subprocess
from typing import Any

import pytest
from amaranth.hdl import Cat, Module, Signal
from amaranth.lib import wiring
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import In, Out

from tinyneuron_hw.blocks import FORMS, Gated, Repeated, soft_reset, write_masked
from tinyneuron_hw.verilog import emit
from tinyneuron_sim.rtl.levelized import simulator

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

    sim = simulator(top)
    sim.add_clock(1e-6)
    sim.add_testbench(bench)
    sim.run()
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


@pytest.fixture(params=list(FORMS))
def form(request):
    return FORMS[request.param]


def test_simulator_follows_the_model(stimulus):
    assert simulate(stimulus) == model(stimulus)


def run_verilog(design, bench, words, folder):
    """What the bench prints, a tuple for each line."""
    paths = design.write(folder)
    (folder / "bench.v").write_text(bench.format(last=len(words) - 1))
    (folder / "stimulus.hex").write_text("\n".join(f"{word:x}" for word in words) + "\n")
    subprocess.run(["iverilog", "-g2005", "-s", "bench", "-o", "bench", "bench.v",
                    *(path.name for path in paths)], cwd=folder, check=True)  # fmt: skip
    output = subprocess.run(["vvp", "bench"], cwd=folder, check=True, text=True,
                            stdout=subprocess.PIPE).stdout  # fmt: skip
    return [tuple(map(int, line.split())) for line in output.splitlines()]


def test_verilog_follows_the_model(stimulus, tmp_path, form):
    design = emit(Top(), "top", form=form)
    words = [step << 2 | enable << 1 | clear for step, enable, clear in stimulus]
    assert run_verilog(design, BENCH, words, tmp_path) == model(stimulus)


def test_a_repeated_block_is_one_module():
    design = emit(Top(), "top")
    assert design.text.count("module test_counter (") == 1
    assert design.text.count("  test_counter ") == 3


class Pair(wiring.Component):
    """A counter that runs with its block and one behind a further gate."""

    def __init__(self) -> None:
        super().__init__(PAIR)

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        m.submodules.outer = outer = Counter()
        inner = Repeated("test_counter", Counter, COUNTER)
        m.submodules.inner = Gated(inner, self.enable, name="inner")
        m.d.comb += [
            outer.step.eq(self.step), inner.step.eq(self.step),
            self.outer_total.eq(outer.total), self.inner_total.eq(inner.total),
        ]  # fmt: skip
        return m


PAIR = wiring.Signature({
    "step": In(4), "enable": In(1), "outer_total": Out(8), "inner_total": Out(8),
})  # fmt: skip


class Body(wiring.Component):
    """What stands behind the outer gate: a repeated block with a gate of its own, a counter with a
    soft reset, a memory of bytes in pairs."""

    word: In(16)
    seen: Out(48)

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        pair = Repeated("test_pair", Pair, PAIR)
        counters = [Counter(), Repeated("test_counter", Counter, COUNTER)]
        resettable = soft_reset(m, self.word[5], platform, name="soft")
        m.submodules.pair = pair
        m.submodules.plain = resettable(counters[0])
        m.submodules.repeated = resettable(counters[1])
        m.submodules.memory = memory = Memory(shape=16, depth=4, init=[])
        read = memory.read_port()
        mask = Cat(self.word[10].replicate(8), self.word[11].replicate(8))
        write_masked(m, memory, platform, enable=self.word[9], address=self.word[:2],
                     data=self.word, mask=mask)  # fmt: skip
        m.d.comb += [
            pair.step.eq(self.word[:4]), pair.enable.eq(self.word[4]),
            *(counter.step.eq(self.word[:4]) for counter in counters),
            read.en.eq(self.word[12]), read.addr.eq(self.word[2:4]),
            self.seen.eq(Cat(pair.outer_total, pair.inner_total, read.data,
                             *(counter.total for counter in counters))),
        ]  # fmt: skip
        return m


class Nested(wiring.Component):
    """:class:`Body` behind a gate that is open in half of the cycles."""

    word: In(16)
    seen: Out(48)

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        word = Signal(16)
        body = Body()
        m.submodules.body = Gated(body, word[15], name="outer")
        m.d.sync += word.eq(self.word)
        m.d.comb += [body.word.eq(word), self.seen.eq(body.seen)]
        return m


NESTED_BENCH = """
module bench;
  reg clk = 0, rst = 0;
  reg [15:0] word = 0;
  wire [47:0] seen;
  reg [15:0] stimulus [0:{last}];
  integer i;
  nested dut (.clk(clk), .rst(rst), .word(word), .seen(seen));
  initial begin
    $readmemh("stimulus.hex", stimulus);
    for (i = 0; i <= {last}; i = i + 1) begin
      word = stimulus[i];
      rst = i == {last} / 2;
      #5 if (i >= 4) $display("%0d", seen);  // earlier the read port is X
      clk = 1;
      #5 clk = 0;
    end
  end
endmodule
"""


def test_nested_gates_resets_and_memories_agree_in_all_forms(tmp_path):
    rng = random.Random(11)
    words = [0x9000] + [rng.randrange(1 << 16) for _ in range(400)]  # a read first
    words[199] = 0  # no memory access under reset
    results = {}
    for name, form in FORMS.items():
        design = emit(Nested(), "nested", form=form)
        assert ("tn_clock_gate.v" in design.files) == (not form.clock_enables)
        results[name] = run_verilog(design, NESTED_BENCH, words, tmp_path / name)
    nested, expected = Nested(), []

    async def bench(ctx):
        for word in words[:200]:  # the simulator has no reset input to compare further with
            ctx.set(nested.word, word)
            *_, seen = await ctx.tick().sample(nested.seen)
            expected.append((seen,))

    sim = simulator(nested)
    sim.add_clock(1e-6)
    sim.add_testbench(bench)
    sim.run()
    assert len(set(expected)) > 50
    assert results["simulation"][:196] == expected[4:]
    assert results["asic"] == results["simulation"]
    assert results["fpga"] == results["simulation"]
