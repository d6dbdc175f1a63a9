"""Which instruction traps, when, and what it leaves."""

import pytest

from tinyneuron_hw.isa.codec import encode
from tinyneuron_hw.isa.csr import Trap
from tinyneuron_hw.isa.opcodes import Condition, Opcode, Stream, UpdateMode, WaitMode

from .bench import BASES, Bench, Timing, TrapRecord, halt, nop, op
from .programs import branch, loop, memset, move


class TestTraps:
    def expect(self, stream, code, cause, pc, address=None, **options):
        bench = Bench({stream: code}, **options).run()
        place = BASES[stream.value] + 128 * pc
        want = TrapRecord(cause, stream, pc, place if address is None else address)
        assert bench.traps == [want]
        assert not bench.done
        return bench

    def test_unknown_opcode(self):
        self.expect(Stream.TENSOR, [nop(), bytes([0xFF]) + bytes(127)], Trap.BAD_OPCODE, 1)

    def test_opcode_of_another_stream(self):
        self.expect(Stream.SCALAR, [nop(), nop(), memset()], Trap.BAD_OPCODE, 2)

    @pytest.mark.parametrize("bit", [90, 127, 128, 700, 1023])
    def test_reserved_bit(self, bit):
        raw = int.from_bytes(nop(), "little") | 1 << bit
        self.expect(Stream.SYNC, [raw.to_bytes(128, "little")], Trap.BAD_OPCODE, 0)

    def test_code_outside_its_enumeration(self):
        raw = int.from_bytes(move(1, 1), "little") | 31 << 128
        self.expect(Stream.SYNC, [raw.to_bytes(128, "little")], Trap.BAD_OPERAND, 0)

    def test_number_that_is_no_register(self):
        raw = encode(Opcode.REGISTER, a=32, a_by_register=1)
        self.expect(Stream.SYNC, [nop(), raw], Trap.BAD_OPERAND, 1)

    def test_bad_operand_comes_before_out_of_range(self):
        code = [memset(dst__offset=32768, dst__num_partitions=0)]
        self.expect(Stream.VECTOR, code, Trap.BAD_OPERAND, 0)

    def test_operand_out_of_range_gives_its_offset(self):
        self.expect(Stream.VECTOR, [memset(dst__offset=32768)], Trap.OUT_OF_RANGE, 0, 32768)

    def test_ninth_nested_loop_and_empty_body(self):
        self.expect(Stream.SYNC, [loop(1, 20 - i) for i in range(9)], Trap.BAD_OPERAND, 8)
        self.expect(Stream.SYNC, [loop(0, 0), halt()], Trap.BAD_OPERAND, 0)
        skipped = [*[loop(1, 20 - i) for i in range(8)], loop(0, 1), nop(), *[halt()] * 12]
        assert Bench({Stream.SYNC: skipped}).run().done

    def test_running_past_the_length(self):
        code = [nop()] * 6
        self.expect(Stream.SYNC, code, Trap.OUT_OF_RANGE, 4, lengths={Stream.SYNC: 4})

    def test_branch_past_the_length(self):
        code = [branch(Condition.ALWAYS, 0xFF_FFFF), halt()]
        self.expect(Stream.SYNC, code, Trap.OUT_OF_RANGE, 0xFF_FFFF)

    def test_instruction_outside_the_windows_only_when_reached(self):
        base = BASES[4]
        windows = [(base, 128 * 3, True), (base, 1 << 30, False)]
        code = [nop()] * 6 + [halt()]
        self.expect(Stream.SYNC, code, Trap.OUT_OF_RANGE, 3, windows=windows)
        early = [nop(), nop(), halt(), nop(), nop()]
        assert Bench({Stream.SYNC: early}, windows=windows).run().done

    def test_bus_error_only_when_reached(self):
        base = BASES[0]
        code = [nop()] * 6 + [halt()]
        self.expect(Stream.TENSOR, code, Trap.BUS_ERROR, 5, errors={base + 128 * 5})
        early = [nop(), branch(Condition.ALWAYS, 3), nop(), halt()]
        assert Bench({Stream.TENSOR: early}, errors={base + 256}).run().done

    def test_a_fault_traps_after_its_wait_and_after_earlier_instructions(self):
        bad = op(Opcode.REGISTER, a=32, wait=(WaitMode.EQUAL, 3, 1))
        bad = (int.from_bytes(bad, "little") | 1 << 170).to_bytes(128, "little")
        streams = {
            Stream.VECTOR: [memset(1), bad],
            Stream.SYNC: [*[nop()] * 30, nop(update=(UpdateMode.SET, 3, 1)), halt()],
        }
        bench = Bench(streams, timing=Timing(engine=(150, 150))).run()
        assert bench.traps == [TrapRecord(Trap.BAD_OPERAND, Stream.VECTOR, 1, BASES[1] + 128)]
        assert bench.semaphores[3] == 1
        assert bench.ends(Stream.VECTOR) == [0]

    def test_nothing_is_issued_after_a_trap(self):
        streams = {
            Stream.VECTOR: [memset(i) for i in range(30)] + [halt()],
            Stream.SYNC: [*[nop()] * 3, bytes(128)],
        }
        bench = Bench(streams, timing=Timing(latency=(1, 3), gap=0, engine=(5, 5))).run()
        assert [trap.cause for trap in bench.traps] == [Trap.BAD_OPCODE]
        assert len(bench.issued) < 30
        assert bench.issued[-1][0] <= bench.cycle - 12

    def test_watchdog_names_the_lowest_waiting_stream(self):
        never = nop(wait=(WaitMode.EQUAL, 1, 1))
        streams = {
            Stream.VECTOR: [halt()],
            Stream.SCALAR: [nop(), nop(), never, halt()],
            Stream.SYNC: [never, halt()],
        }
        bench = Bench(streams, watchdog=200).run()
        assert bench.traps == [TrapRecord(Trap.WATCHDOG, Stream.SCALAR, 2, 0)]

    def test_a_busy_engine_is_progress(self):
        bench = Bench({Stream.VECTOR: [memset(1), halt()]}, watchdog=60,
                      timing=Timing(engine=(200, 200)))  # fmt: skip
        assert bench.run().done

    def test_the_dma_trap_stops_the_core(self):
        async def body(bench, ctx):
            await bench.start(ctx)
            for _ in range(100):
                await ctx.tick()
            port = bench.dut.dma_trap
            ctx.set(port.cause, Trap.BUS_ERROR)
            ctx.set(port.stream, Stream.SYNC)
            ctx.set(port.pc, 9)
            ctx.set(port.address, 0x1000)
            ctx.set(port.valid, 1)
            await ctx.tick()
            ctx.set(port.valid, 0)
            await ctx.tick()
            assert not ctx.get(bench.dut.running)

        bench = Bench({Stream.SYNC: [nop(wait=(WaitMode.EQUAL, 1, 1)), halt()]}).run(body)
        assert bench.traps == [TrapRecord(Trap.BUS_ERROR, Stream.SYNC, 9, 0x1000)]
