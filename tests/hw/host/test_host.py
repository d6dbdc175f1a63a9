"""Control and status registers."""

import random

import pytest

from tinyneuron_hw.config import MEMORY_WINDOWS, NUM_SEMAPHORES
from tinyneuron_hw.host.axi import Resp
from tinyneuron_hw.isa import csr
from tinyneuron_hw.isa.csr import Csr, Trap
from tinyneuron_hw.isa.opcodes import Stream

START, RESET, CLEAR = 1, 2, 4
RUNNING, DONE, TRAPPED, RESETTING, CLEARING = 1, 2, 4, 8, 16


def stored_registers():
    """Address -> (bits, signal picker) of every read-write register."""
    words = {Csr.STREAM_ENABLE: (5, lambda d: d.stream_enable),
             Csr.WATCHDOG: (32, lambda d: d.watchdog)}  # fmt: skip
    for s in range(5):
        at = csr.entry_address(s)
        words[at] = (32, lambda d, s=s: d.entry[s][:32])
        words[at + 4] = (16, lambda d, s=s: d.entry[s][32:])
        words[csr.length_address(s)] = (24, lambda d, s=s: d.length[s])
    for w in range(MEMORY_WINDOWS):
        at = csr.window_address(w)
        words[at] = (32, lambda d, w=w: d.windows[w].base[:32])
        words[at + 4] = (16, lambda d, w=w: d.windows[w].base[32:])
        words[at + 8] = (32, lambda d, w=w: d.windows[w].size[:32])
        words[at + 12] = (16, lambda d, w=w: d.windows[w].size[32:])
        words[at + 16] = (3, lambda d, w=w: d.windows[w].as_value()[-3:])
    return words


async def set_trap(ctx, trap, cause, stream, pc, address):
    ctx.set(trap.cause, cause)
    ctx.set(trap.stream, stream)
    ctx.set(trap.pc, pc)
    ctx.set(trap.address, address)
    ctx.set(trap.valid, 1)
    await ctx.tick()
    ctx.set(trap.valid, 0)


def test_description_registers(host):
    async def body(ctx):
        for address, value in csr.config_words(host.config).items():
            assert await host.read(ctx, address) == (value, Resp.OKAY)
            assert await host.write(ctx, address, 0) == Resp.SLVERR
            assert await host.read(ctx, address) == (value, Resp.OKAY)

    host.run(body)


@pytest.mark.parametrize("gap", [0, 3])
def test_stored_registers_keep_what_is_written(host, gap):
    host.gap = gap
    rng = random.Random(1)
    words = stored_registers()
    values = {address: rng.getrandbits(bits) for address, (bits, _) in words.items()}

    async def body(ctx):
        for address in words:
            assert await host.read(ctx, address) == (0, Resp.OKAY)
        for address, value in values.items():
            assert await host.write(ctx, address, value) == Resp.OKAY
        for address, (_, pick) in words.items():
            assert await host.read(ctx, address) == (values[address], Resp.OKAY)
            assert ctx.get(pick(host.dut)) == values[address]

    host.run(body)


def test_write_strobes_and_width(host):
    async def body(ctx):
        await host.write(ctx, Csr.WATCHDOG, 0x11223344)
        await host.write(ctx, Csr.WATCHDOG, 0xAABBCCDD, strobe=0b0101)
        assert await host.read(ctx, Csr.WATCHDOG) == (0x11BB33DD, Resp.OKAY)
        await host.write(ctx, Csr.STREAM_ENABLE, 0xFFFFFFFF)
        assert await host.read(ctx, Csr.STREAM_ENABLE) == (0x1F, Resp.OKAY)
        await host.write(ctx, Csr.CONTROL, START, strobe=0)
        assert await host.read(ctx, Csr.STATUS) == (0, Resp.OKAY)

    host.run(body)


def test_unmapped_addresses_answer_slverr(host):
    mapped = {*stored_registers(), *csr.config_words(host.config), *Csr}
    for name in csr.COUNTERS:
        mapped |= {csr.counter_address(name), csr.counter_address(name) + 4}
    mapped |= {csr.semaphore_address(i) for i in range(NUM_SEMAPHORES)}
    mapped |= {csr.position_address(stream.value) for stream in Stream}

    async def body(ctx):
        for address in range(0, 4096, 4):
            _, response = await host.read(ctx, address)
            assert response == (Resp.OKAY if address in mapped else Resp.SLVERR), hex(address)
        for address in (0x01C, 0x3FC, 0x500, 0xFFC):
            assert await host.write(ctx, address, 1) == Resp.SLVERR

    host.run(body)


def test_start_pulses_once_and_is_ignored_while_running(host):
    dut, starts = host.dut, []

    async def watch(ctx):
        while True:
            _, _, start, stop = await ctx.tick().sample(dut.start, dut.stop)
            if start:
                starts.append(stop)
                ctx.set(dut.running, 1)
                ctx.set(dut.done, 0)

    async def body(ctx):
        ctx.set(dut.quiet, 1)
        await host.write(ctx, Csr.CONTROL, START)
        for _ in range(4):
            assert await host.read(ctx, Csr.STATUS) == (RUNNING, Resp.OKAY)
        await host.write(ctx, Csr.CONTROL, START)
        await ctx.tick().repeat(20)
        assert starts == [0]
        ctx.set(dut.running, 0)
        ctx.set(dut.done, 1)
        assert await host.read(ctx, Csr.STATUS) == (DONE, Resp.OKAY)
        await host.write(ctx, Csr.CONTROL, START)
        assert await host.read(ctx, Csr.STATUS) == (RUNNING, Resp.OKAY)
        await ctx.tick().repeat(20)
        assert starts == [0, 0]

    host.run(body, watch)


def test_positions_are_those_of_now_and_after_a_trap_those_of_then(host):
    dut = host.dut

    async def body(ctx):
        address = csr.position_address(Stream.GPSIMD.value)
        position = dut.positions[Stream.GPSIMD.value]
        for now in (0, 1 << 31 | 7, 1 << 31 | 9):
            ctx.set(position, now)
            assert await host.read(ctx, address) == (now, Resp.OKAY)
        await set_trap(ctx, dut.trap, Trap.BUS_ERROR, Stream.SYNC, 1, 0)
        ctx.set(position, 1 << 31 | 11)
        assert await host.read(ctx, address) == (1 << 31 | 9, Resp.OKAY)

    host.run(body)


def test_first_trap_is_kept_and_stops_the_core(host):
    dut = host.dut

    async def body(ctx):
        ctx.set(dut.running, 1)
        await set_trap(ctx, dut.trap, Trap.BUS_ERROR, Stream.SYNC, 77, 0x1234_5678_9ABC)
        assert ctx.get(dut.stop)
        ctx.set(dut.running, 0)
        await set_trap(ctx, dut.trap, Trap.WATCHDOG, Stream.TENSOR, 1, 0)
        expected = {Csr.STATUS: TRAPPED, Csr.TRAP_CAUSE: Trap.BUS_ERROR.value,
                    Csr.TRAP_STREAM: Stream.SYNC.value, Csr.TRAP_PC: 77,
                    Csr.TRAP_ADDRESS_LO: 0x5678_9ABC, Csr.TRAP_ADDRESS_HI: 0x1234}  # fmt: skip
        for address, value in expected.items():
            assert await host.read(ctx, address) == (value, Resp.OKAY)
        # START waits for the bus, then clears trap and stop.
        await host.write(ctx, Csr.CONTROL, START)
        await ctx.tick().repeat(20)
        assert ctx.get(dut.stop)
        ctx.set(dut.quiet, 1)
        await ctx.tick().until(dut.start)
        assert not ctx.get(dut.stop)
        assert await host.read(ctx, Csr.TRAP_CAUSE) == (0, Resp.OKAY)
        assert await host.read(ctx, Csr.STATUS) == (RUNNING, Resp.OKAY)

    host.run(body)


def test_reset_waits_for_the_bus_and_clears_registers(host):
    dut, resets = host.dut, []

    async def watch(ctx):
        while True:
            _, _, reset, quiet = await ctx.tick().sample(dut.core_reset, dut.quiet)
            if reset:
                resets.append(quiet)
                ctx.set(dut.running, 0)

    async def body(ctx):
        for address in stored_registers():
            await host.write(ctx, address, 3)
        ctx.set(dut.running, 1)
        await set_trap(ctx, dut.trap, Trap.BAD_OPCODE, Stream.VECTOR, 5, 6)
        await host.write(ctx, Csr.CONTROL, RESET)
        await ctx.tick().repeat(20)
        assert ctx.get(dut.stop)
        assert resets == []
        status, _ = await host.read(ctx, Csr.STATUS)
        assert status == TRAPPED | RESETTING
        assert await host.read(ctx, Csr.WATCHDOG) == (3, Resp.OKAY)
        ctx.set(dut.quiet, 1)
        await ctx.tick().repeat(10)
        assert resets
        assert all(resets)
        assert not ctx.get(dut.stop)
        for address in (*stored_registers(), Csr.STATUS, Csr.TRAP_CAUSE, Csr.TRAP_PC,
                        Csr.INTERRUPT_STATUS):  # fmt: skip
            assert await host.read(ctx, address) == (0, Resp.OKAY), hex(address)

    host.run(body, watch)


@pytest.mark.parametrize("first", [CLEAR, RESET])
def test_clear_sweeps_after_the_reset_and_nothing_else_begins(host, first):
    """A RESET that waits for the bus becomes a CLEAR, and commands in a sweep change nothing."""
    dut, log = host.dut, []

    async def watch(ctx):
        signals = dut.core_reset, dut.sweep, dut.start
        before = (0, 0, 0)
        while True:
            _, _, *now = await ctx.tick().sample(*signals)
            if now != list(before):
                log.append("reset" * now[0] + "sweep" * now[1] + "start" * now[2])
            before = tuple(now)

    async def body(ctx):
        await host.write(ctx, Csr.WATCHDOG, 3)
        await host.write(ctx, Csr.CONTROL, first)
        await host.write(ctx, Csr.CONTROL, CLEAR)
        assert await host.read(ctx, Csr.STATUS) == (RESETTING | CLEARING, Resp.OKAY)
        await ctx.tick().repeat(20)
        assert log == []
        ctx.set(dut.quiet, 1)
        await ctx.tick().repeat(20)
        for command in (START, RESET, CLEAR):
            await host.write(ctx, Csr.CONTROL, command)
            assert await host.read(ctx, Csr.STATUS) == (RESETTING | CLEARING, Resp.OKAY)
        ctx.set(dut.swept, 1)
        await ctx.tick()
        ctx.set(dut.swept, 0)
        assert await host.read(ctx, Csr.STATUS) == (0, Resp.OKAY)
        await ctx.tick().repeat(20)
        assert log == ["reset", "sweep", ""]
        await host.write(ctx, Csr.CONTROL, RESET)
        assert (await host.read(ctx, Csr.STATUS))[0] & CLEARING == 0
        await ctx.tick().repeat(20)
        assert log == ["reset", "sweep", "", "reset", ""]

    host.run(body, watch)


def test_interrupts(host):
    dut = host.dut

    async def body(ctx):
        ctx.set(dut.quiet, 1)
        ctx.set(dut.done, 1)
        await ctx.tick().repeat(2)
        assert not ctx.get(dut.interrupt)
        assert await host.read(ctx, Csr.INTERRUPT_STATUS) == (1, Resp.OKAY)
        await host.write(ctx, Csr.INTERRUPT_ENABLE, 3)
        assert ctx.get(dut.interrupt)
        await host.write(ctx, Csr.INTERRUPT_STATUS, 2)
        assert ctx.get(dut.interrupt)
        await host.write(ctx, Csr.INTERRUPT_STATUS, 1)
        assert not ctx.get(dut.interrupt)
        await set_trap(ctx, dut.trap, Trap.WATCHDOG, Stream.TENSOR, 0, 0)
        await ctx.tick()
        assert ctx.get(dut.interrupt)
        assert await host.read(ctx, Csr.INTERRUPT_STATUS) == (2, Resp.OKAY)
        await host.write(ctx, Csr.INTERRUPT_ENABLE, 1)
        assert not ctx.get(dut.interrupt)

    host.run(body)


def test_semaphores(host):
    dut = host.dut
    values = {i: 1000 + i for i in range(NUM_SEMAPHORES)}

    async def semaphores(ctx):
        late = 0
        while True:
            ctx.set(dut.semaphore_value, values[late])
            signals = dut.semaphore_index, dut.semaphore_write, dut.semaphore_write_value
            _, _, late, write, value = await ctx.tick().sample(*signals)
            if write:
                values[late] = value

    async def body(ctx):
        for i in (0, 1, 31, 63):
            address = csr.semaphore_address(i)
            assert await host.read(ctx, address) == (1000 + i, Resp.OKAY)
            assert await host.write(ctx, address, 7 * i) == Resp.OKAY
            assert values[i] == 7 * i
        ctx.set(dut.running, 1)
        assert await host.write(ctx, csr.semaphore_address(2), 5) == Resp.SLVERR
        assert await host.read(ctx, csr.semaphore_address(2)) == (1002, Resp.OKAY)

    host.run(body, semaphores)


def test_reads_and_writes_share_the_port(host):
    """A read that waits beside a stream of writes is served, and the other way round."""
    dut = host.dut

    async def writes(ctx):
        for i in range(10):
            assert await host.write(ctx, Csr.WATCHDOG, i) == Resp.OKAY

    async def body(ctx):
        seen = [(await host.read(ctx, Csr.WATCHDOG))[0] for _ in range(10)]
        assert seen == sorted(seen)
        assert len(set(seen)) >= 8
        assert ctx.get(dut.watchdog) >= 8

    host.run(body, writes)
