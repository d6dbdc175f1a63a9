"""Streams, the host and DMA engines that order each other with semaphores."""

import pytest

from tinyneuron_hw.isa.opcodes import Opcode, Stream, UpdateMode, WaitMode

from .bench import FAST, Bench, Timing, halt, nop, op, register
from .programs import memset, move


class TestSemaphores:
    @pytest.mark.parametrize("seed", range(2))
    def test_streams_hand_a_token_round(self, seed):
        """Each stream waits for its turn; every wait mode and update mode is used."""
        rounds = 3
        modes = (WaitMode.GREATER_EQUAL_SUBTRACT, WaitMode.EQUAL, WaitMode.GREATER_EQUAL)
        streams = {}
        for stream in Stream:
            mine, following = 10 + stream.value, 10 + (stream.value + 1) % 5
            code = []
            for i in range(rounds):
                mode = modes[i % 3]
                code.append(nop(wait=(mode, mine, 7), update=(UpdateMode.ADD, 0, 1)))
                if mode is not WaitMode.GREATER_EQUAL_SUBTRACT:
                    reset = (UpdateMode.SET, mine, 0) if i % 2 else (UpdateMode.SUBTRACT, mine, 7)
                    code.append(nop(update=reset))
                code.append(nop(update=(UpdateMode.ADD, following, 7)))
            streams[stream] = [*code, halt()]
        streams[Stream.SYNC].insert(0, nop(update=(UpdateMode.SET, 10, 7)))
        bench = Bench(streams, seed=seed).run()
        assert bench.done
        assert bench.semaphores[0] == 5 * rounds
        assert bench.semaphores[10:15] == [7, 0, 0, 0, 0]

    def test_subtracting_waits_share_the_tokens_exactly(self):
        streams = {stream: [
            *[nop(wait=(WaitMode.GREATER_EQUAL_SUBTRACT, 5, 3), update=(UpdateMode.ADD, 6, 1))] * 4,
            halt(),
        ] for stream in (Stream.TENSOR, Stream.VECTOR, Stream.SCALAR, Stream.GPSIMD)}  # fmt: skip
        streams[Stream.SYNC] = [nop(update=(UpdateMode.ADD, 5, 1))] * 49 + [halt()]
        bench = Bench(streams, timing=FAST).run()
        assert bench.done
        assert bench.semaphores[5:7] == [1, 16]

    def test_an_engine_update_comes_after_its_instruction(self):
        first = memset(1, update=(UpdateMode.SET, 9, 4))
        streams = {
            Stream.VECTOR: [first, halt()],
            Stream.SYNC: [nop(wait=(WaitMode.EQUAL, 9, 4)), halt()],
        }
        bench = Bench(streams, timing=Timing(engine=(70, 70))).run()
        when = {(source, kind.name, pc): cycle for cycle, source, kind, pc in bench.events}
        assert when[4, "START", 0] > when[1, "END", 0]

    def test_the_host_and_a_dma_engine_write_semaphores(self):
        async def body(bench, ctx):
            dut = bench.dut
            ctx.set(dut.semaphore_index, 33)
            ctx.set(dut.semaphore_write_value, 10)
            ctx.set(dut.semaphore_write, 1)
            await ctx.tick()
            ctx.set(dut.semaphore_write, 0)
            await bench.start(ctx)
            for _ in range(5):
                await ctx.tick()
            port = dut.dma_updates[1]
            ctx.set(port.mode, UpdateMode.SUBTRACT)
            ctx.set(port.semaphore, 33)
            ctx.set(port.value, 4)
            ctx.set(port.valid, 1)
            while True:
                *_, ready = await ctx.tick().sample(port.ready)
                if ready:
                    break
            ctx.set(port.valid, 0)
            await bench.finish(ctx)
            assert ctx.get(dut.done)
            assert await bench.peek(ctx, 33) == 6

        Bench({Stream.SYNC: [nop(wait=(WaitMode.EQUAL, 33, 6)), halt()]}).run(body)

    def test_a_register_gives_the_wait_and_update_values(self):
        code = [
            move(7, 12), nop(update=(UpdateMode.SET, 1, 12)),
            op(Opcode.NOP, wait=(WaitMode.EQUAL, 1, 0), header__wait__value=register(7),
               update=(UpdateMode.ADD, 2, 0), header__update__value=register(7)),
            halt(wait=(WaitMode.EQUAL, 2, 12), update=(UpdateMode.SET, 3, 1)),
        ]  # fmt: skip
        bench = Bench({Stream.SYNC: code}).run()
        assert bench.done
        assert bench.semaphores[1:4] == [12, 12, 1]
