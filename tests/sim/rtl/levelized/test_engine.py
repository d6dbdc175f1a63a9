"""The engine against Amaranth's own: registers, memories, clocks, triggers, waveforms."""

from __future__ import annotations

import random

import pytest
from amaranth.hdl import (
    Assert,
    ClockDomain,
    ClockSignal,
    DomainRenamer,
    EnableInserter,
    Module,
    Print,
    ResetInserter,
    ResetSignal,
    Signal,
    Value,
    signed,
)  # fmt: skip
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import In
from amaranth.sim import Simulator

from tinyneuron_hw.config import get_config
from tinyneuron_hw.tensor.array import PeArray
from tinyneuron_sim.rtl.levelized import simulator

SEED = 20261129
ENGINES = [Simulator, simulator]


def runs(make_bench, *, domains=("sync",)):
    """What a bench leaves in the list it is given, with each of the engines. ``make_bench(seen)``
    returns a fresh design and the testbench for it."""
    results = []
    for make in ENGINES:
        seen = []
        design, bench = make_bench(seen)
        play(design, bench, make=make, domains=domains)
        results.append(seen)
    return results


def play(design, bench, *, make=simulator, domains=("sync",)):
    sim = make(design)
    for number, domain in enumerate(domains):
        sim.add_clock(1e-6 * (number + 1), domain=domain)
    sim.add_testbench(bench)
    sim.run()


def shift_register(m, data, length, **shape):
    stages = [Signal(8, name=f"stage{i}", **shape) for i in range(length)]
    m.d.sync += [after.eq(before) for before, after in zip([data, *stages], stages, strict=False)]
    return stages


def test_registers_that_are_held_reset_and_overwritten():
    def make(seen):
        m = Module()
        data, enable, reset, total = Signal(8), Signal(), Signal(), Signal(signed(12), init=-3)
        stages = shift_register(m, data, 3, init=9)
        keep = Signal(8, init=4, reset_less=True)
        inner = Module()
        inner.d.sync += [total.eq(total + stages[2]), keep.eq(keep ^ data)]
        m.submodules.inner = ResetInserter(reset)(EnableInserter(enable)(inner))

        async def bench(ctx):
            rng = random.Random(SEED)
            for _ in range(300):
                ctx.set(data, rng.choice((0, 0, 0, rng.randrange(256))))
                ctx.set(enable, rng.random() < 0.7)
                ctx.set(reset, rng.random() < 0.1)
                if rng.random() < 0.1:
                    ctx.set(stages[1], 77)  # which the next edge takes back
                if rng.random() < 0.1:
                    ctx.set(total, -5)
                await ctx.tick()
                seen.append([ctx.get(s) for s in (*stages, total, keep)])

        return m, bench

    theirs, ours = runs(make)
    assert theirs == ours
    assert len({tuple(values) for values in ours}) > 100


def test_memories_with_all_kinds_of_ports():
    def make(seen):
        m = Module()
        m.submodules.memory = memory = Memory(shape=signed(12), depth=11, init=[5, -6, 7])
        write = memory.write_port(granularity=None)
        m.submodules.bytes = words = Memory(shape=12, depth=8, init=range(8))
        masked = words.write_port(granularity=4)
        reads = [
            memory.read_port(), memory.read_port(transparent_for=[write]),
            memory.read_port(domain="comb"), words.read_port(transparent_for=[masked]),
            words.read_port(domain="comb"),
        ]  # fmt: skip
        ports = [write, masked]

        async def bench(ctx):
            rng = random.Random(SEED)
            for _ in range(400):
                for port in ports:
                    ctx.set(port.addr, rng.randrange(1 << len(port.addr)))
                    ctx.set(port.en, rng.getrandbits(len(port.en)) if rng.random() < 0.5 else 0)
                    ctx.set(port.data, rng.randrange(-2048, 2048) if port is write
                            else rng.randrange(4096))  # fmt: skip
                for port in reads:
                    ctx.set(port.addr, rng.randrange(1 << len(port.addr)))
                    if hasattr(port.en, "shape") and port.domain != "comb":
                        ctx.set(port.en, rng.random() < 0.8)
                if rng.random() < 0.1:
                    ctx.set(memory.data[rng.randrange(11)], 99)
                await ctx.tick()
                seen.append([ctx.get(port.data) for port in reads])
                seen.append([ctx.get(row) for row in memory.data])

        return m, bench

    theirs, ours = runs(make)
    assert theirs == ours


def test_a_row_that_is_overwritten_is_written_again():
    m = Module()
    m.submodules.memory = memory = Memory(shape=8, depth=4, init=[])
    port = memory.write_port()

    async def bench(ctx):
        ctx.set(port.en, 1)
        ctx.set(port.data, 7)
        await ctx.tick()
        await ctx.tick()
        ctx.set(memory.data[0], 1)
        await ctx.tick()
        assert ctx.get(memory.data[0]) == 7

    play(m, bench)


def test_clock_domains_with_either_edge_and_asynchronous_reset():
    def make(seen):
        m = Module()
        m.domains.falling = ClockDomain(clk_edge="neg")
        m.domains.other = ClockDomain(async_reset=True)
        m.domains.half = half = ClockDomain(reset_less=True)
        count, down, other, slow = Signal(8), Signal(8), Signal(8, init=3), Signal(8)
        divided = Signal()
        m.d.sync += [count.eq(count + 1), divided.eq(~divided)]
        m.d.comb += half.clk.eq(divided)
        m.d.half += slow.eq(slow + count)
        m.d.falling += down.eq(count)
        m.d.other += other.eq(other + down)
        m.d.comb += ResetSignal("other").eq(count[3])

        async def bench(ctx):
            for _ in range(60):
                await ctx.tick()
                seen.append([ctx.get(s) for s in (count, down, other, slow)])

        return m, bench

    theirs, ours = runs(make, domains=("sync", "falling", "other"))
    assert theirs == ours
    assert any(values[3] for values in ours)


def test_a_gated_clock_has_no_glitches_and_its_registers_see_what_the_others_see():
    m = Module()
    m.domains.gated = gated = ClockDomain(reset_less=True)
    enable, count, copy = Signal(), Signal(8), Signal(8)
    m.d.comb += gated.clk.eq(ClockSignal() & enable)
    m.d.sync += count.eq(count + 1)
    m.d.gated += copy.eq(count)

    async def bench(ctx):
        await ctx.tick().repeat(3)
        ctx.set(enable, 1)
        await ctx.tick()
        assert (ctx.get(count), ctx.get(copy)) == (4, 3)
        await ctx.tick()
        assert (ctx.get(count), ctx.get(copy)) == (5, 4)

    play(m, bench)


def test_logic_between_modules_that_seem_to_depend_on_each_other():
    def make(seen):
        m = Module()
        a, chain = Signal(8), Signal(9)
        m.d.comb += chain[0].eq(a[0])
        for i in range(8):
            m.d.comb += chain[i + 1].eq(chain[i] ^ a[i])
        left, right = Module(), Module()
        there, back, end, start = Signal(8), Signal(8), Signal(8), Signal(8)
        with left.If(a[0]):
            left.d.comb += [there.eq(a + 1), end.eq(back)]
        with left.Else():
            left.d.comb += [there.eq(start), end.eq(1)]
        with right.Switch(a[1]):
            with right.Case(0):
                right.d.comb += [back.eq(there * 3), start.eq(5)]
            with right.Default():
                right.d.comb += [back.eq(there), start.eq(a)]
        m.submodules += left, right
        low, high, joined = Signal(4), Signal(4), Signal(8)
        m.d.comb += [joined[:4].eq(low), low.eq(a), high.eq(~joined[:4])]
        other = Module()
        other.d.comb += joined[4:].eq(high)
        m.submodules += other

        async def bench(ctx):
            rng = random.Random(SEED)
            for _ in range(100):
                ctx.set(a, rng.randrange(256))
                seen.append([ctx.get(s) for s in (chain, there, back, end, start, joined)])
                await ctx.delay(1e-6)

        return m, bench

    theirs, ours = runs(make, domains=())
    assert theirs == ours


def test_processes_and_triggers():
    def make(seen):
        m = Module()
        a, doubled, count = Signal(8), Signal(8), Signal(8)
        m.d.comb += doubled.eq(a << 1)
        m.d.sync += count.eq(count + doubled)

        async def replace(ctx):
            async for value, *_ in ctx.changed(doubled):
                seen.append(("doubled", value))

        async def bench(ctx):
            for step in range(20):
                ctx.set(a, step)
                _, _, sampled = await ctx.tick().sample(count)
                seen.append(("sampled", sampled, ctx.get(count)))
                if step % 3 == 0:
                    await ctx.posedge(doubled[1]).delay(5e-6)
                    seen.append(("delayed", ctx.get(count)))

        return m, bench, replace

    results = []
    for engine in ENGINES:
        seen = []
        m, bench, replace = make(seen)
        sim = engine(m)
        sim.add_clock(1e-6)
        sim.add_process(replace)
        sim.add_testbench(bench)
        sim.run()
        first = list(seen)
        seen.clear()
        sim.reset()
        sim.run()
        assert seen == first  # every run begins at the beginning
        results.append(seen)
    assert results[0] == results[1]


def test_prints_at_every_edge_and_asserts(capsys):
    m = Module()
    ticks, limit = Signal(8), Signal(8, init=200)
    m.d.sync += ticks.eq(ticks + 1)
    m.d.sync += Print("here", limit)
    m.d.sync += Assert(ticks != limit, "reached")

    async def bench(ctx):
        for _ in range(5):
            await ctx.tick()
        ctx.set(limit, 7)
        for _ in range(5):
            await ctx.tick()

    with pytest.raises(AssertionError, match=r"test_engine.py:\d+: Assertion violated: reached"):
        play(m, bench)
    assert capsys.readouterr().out.split("\n")[:6] == ["here 200"] * 5 + ["here 7"]


def test_a_signal_that_drives_itself_is_named():
    m = Module()
    near, far = Signal(4, name="near"), Signal(4, name="far")
    m.d.comb += [near.eq(far), far.eq(near)]
    with pytest.raises(RuntimeError, match=r"signal (near|far) drives itself"):
        simulator(m)


def test_a_waveform_has_the_changes_of_amaranths_engine(tmp_path):
    changes = []
    for number, make in enumerate(ENGINES):
        m, inner = Module(), Module()
        count, copy, wire, low = Signal(8), Signal(8), Signal(8), Signal(4)
        m.d.sync += count.eq(count + 3)
        inner.d.comb += [copy.eq(count), wire.eq(copy), low.eq(~wire)]
        m.submodules.inner = inner
        sim = make(m)
        sim.add_clock(1e-6)
        path = tmp_path / f"{number}.vcd"
        with sim.write_vcd(str(path)):
            sim.run_until(2e-5)
        lines = path.read_text().splitlines()
        times, now = {}, 0
        for line in lines[lines.index("$enddefinitions $end") + 1 :]:
            if line.startswith("#"):
                now = int(line[1:])
            else:
                times.setdefault(now, []).append(line)
        changes.append({time: sorted(some) for time, some in times.items()})
    assert changes[0] == changes[1]
    assert len(changes[0]) > 30


def test_a_pe_array_does_the_same_in_every_cycle():
    def make(seen):
        dut = PeArray(get_config("tiny"))
        members = list(dut.signature.flatten(dut))
        inputs = [value for _, member, value in members if member.flow is In]

        async def bench(ctx):
            rng = random.Random(SEED)
            for _ in range(120):
                for signal in inputs:
                    if rng.random() < 0.5:
                        ctx.set(Value.cast(signal), rng.getrandbits(len(Value.cast(signal))))
                await ctx.tick()
                seen.append([ctx.get(Value.cast(value)) for _, _, value in members])

        return dut, bench

    theirs, ours = runs(make)
    assert theirs == ours
    assert len({repr(values) for values in ours}) > 50


def test_a_renamed_domain_shares_its_clock():
    m, inner = Module(), Module()
    count = Signal(4)
    inner.d.sync += count.eq(count + 1)
    m.domains.fast = ClockDomain()
    m.submodules.inner = DomainRenamer("fast")(inner)

    async def bench(ctx):
        await ctx.tick("fast").repeat(3)
        assert ctx.get(count) == 3

    play(m, bench, domains=("fast",))
