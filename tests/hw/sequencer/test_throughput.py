"""Cycles from one instruction to the next."""

from dataclasses import replace

import pytest

from tinyneuron_hw.config import get_config
from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.opcodes import AluOp, Condition, Opcode, Space, Stream, WaitMode

from .bench import BASES, CONFIG, CONTROLLER, FAST, Bench, Timing, halt, nop, op, register
from .programs import branch, load, loop, memset, move, multiply


def lanes(opcode, paths, **fields):
    """A Vector or Scalar instruction on one FP32 element of SBUF."""
    for path in paths:
        fields |= {f"{path}__dtype": DType.FP32, f"{path}__space": Space.SBUF,
                   f"{path}__num_partitions": 1}  # fmt: skip
    return op(opcode, **fields)


def start_cycles(code, stream, **options):
    bench = Bench({stream: code}, **({"timing": FAST} | options)).run()
    assert bench.done
    assert bench.dropped == 0
    return [cycle for cycle, _, kind, _ in bench.events if kind.name == "START"]


def per_pass(body, stream=Stream.TENSOR, passes=12, **fields):
    """Cycles of one pass through a hardware loop over ``body``, without the first ones."""
    starts = start_cycles([loop(passes, len(body), **fields), *body, halt()], stream)
    first, size = 1 + 4 * len(body), len(body)
    times = {starts[i + size] - starts[i] for i in range(first, first + (passes - 6) * size)}
    assert len(times) == 1, "the loop does not keep its pace"
    return times.pop()


def spacing(body, stream, repeat, **options):
    """Mean cycles of ``body`` in straight-line code, of the second half."""
    starts = start_cycles([*body * repeat, halt()], stream, **options)
    half = repeat // 2 * len(body)
    return (starts[-2] - starts[-2 - half]) / (half // len(body))


COUNTER = {"counter": 1, "counter_enable": 1, "step": 2}


class TestLoop:
    def test_a_load_and_a_multiply_take_seven_cycles(self):
        assert per_pass([load(), multiply()]) == 7
        assert per_pass([load(), multiply()] * 4) == 4 * 7

    def test_a_register_named_field_takes_three_more(self):
        named, other = {"src__offset": register(1)}, {"dst__offset": register(2)}
        assert per_pass([load(), multiply()], **COUNTER) == 7
        assert per_pass([load(**named), multiply()], **COUNTER) == 10
        assert per_pass([load(**named), multiply(**named)], **COUNTER) == 13
        assert per_pass([load(**named), multiply(**named, **other)], **COUNTER) == 14

    @pytest.mark.parametrize(
        ("instruction", "stream", "cycles"),
        [
            (load(), Stream.TENSOR, 3),
            (multiply(), Stream.TENSOR, 4),
            (memset(), Stream.VECTOR, 3),
            (lanes(Opcode.TENSOR_COPY, ("in0", "dst")), Stream.VECTOR, 4),
            (lanes(Opcode.TENSOR_TENSOR, ("in0", "in1", "dst"), op=AluOp.ADD), Stream.VECTOR, 5),
            (lanes(Opcode.ACTIVATE, ("in0", "dst")), Stream.SCALAR, 4),
            (nop(), Stream.SYNC, 3),
            (nop(wait=(WaitMode.EQUAL, 1, 0)), Stream.SYNC, 3),
            (move(1, 2), Stream.SYNC, 6),
            (branch(Condition.NOT_EQUAL, 0), Stream.SYNC, 5),
        ],
        ids=lambda value: value.name if isinstance(value, Stream) else None,
    )
    def test_instructions_of_one_kind(self, instruction, stream, cycles):
        assert per_pass([instruction], stream) == cycles

    def test_a_wait_that_holds_costs_at_most_a_cycle(self):
        wait = {"wait": (WaitMode.EQUAL, 1, 0)}
        assert per_pass([load(**wait), multiply()]) == 7
        assert per_pass([load(), multiply(**wait)]) == 8
        assert per_pass([load(**wait), multiply(**wait)]) == 8

    def test_a_taken_branch_costs_two_cycles(self):
        body = [nop(), branch(Condition.ALWAYS, 3), nop()]
        assert per_pass(body[:1] + body[2:], Stream.SYNC) == 6
        code = [loop(12, 3), nop(), branch(Condition.ALWAYS, 3), nop(), halt()]
        starts = start_cycles(code, Stream.SYNC)
        assert starts[23] - starts[20] == 3 + 5 + 3

    def test_dma_instructions_wait_for_the_front_end_only(self):
        on_chip = {"dtype": DType.FP32, "space": Space.SBUF, "num_partitions": 1}
        fields = {f"dst__{name}": value for name, value in on_chip.items()}
        instruction = op(Opcode.DMA_LOAD, src__dtype=DType.FP32, **fields)
        starts = start_cycles([loop(20, 1), instruction, halt()], Stream.SYNC)
        assert starts[18] - starts[8] <= 4 * 10

    def test_a_busy_engine_has_its_next_instruction_at_once(self):
        """An engine that takes 9 cycles a pair is the bottleneck, whatever waits before it."""
        bench = Bench({Stream.TENSOR: [loop(20, 2), load(), multiply(), halt()]}, timing=FAST)
        bench.engine_delay = lambda stream, raw: (
            3 if raw & 0xFF == Opcode.LOAD_STATIONARY.value else 4
        )
        bench.run()
        starts = [cycle for cycle, _, kind, _ in bench.events if kind.name == "START"]
        assert starts[38] - starts[18] == 10 * (4 + 5)


class TestStraightLine:
    """128-byte instructions over a 32-byte port: 4 cycles each at best."""

    def test_a_load_and_a_multiply_take_eight_cycles(self):
        assert spacing([load(), multiply()], Stream.TENSOR, 20) == 8

    @pytest.mark.parametrize("preset", ["default", pytest.param("small", marks=pytest.mark.slow)])
    def test_prefetch_covers_the_latency_of_memory(self, preset):
        config = get_config(preset).with_changes(dma_engines=2)
        options = {"config": config, "timing": CONTROLLER}
        assert spacing([load(), multiply()], Stream.TENSOR, 80, **options) == 8

    def test_prefetch_covers_the_latency_on_a_narrow_port(self):
        config = get_config("tiny")
        assert spacing([nop()], Stream.SYNC, 60, config=config, timing=CONTROLLER) == 16

    @pytest.mark.parametrize("streams", [2, pytest.param(5, marks=pytest.mark.slow)])
    def test_streams_share_the_port_fairly(self, streams):
        chosen = list(Stream)[-streams:]
        bench = Bench({stream: [nop()] * 200 + [halt()] for stream in chosen}, timing=CONTROLLER)
        bench.run()
        assert bench.done
        # Over the whole run: within it the streams' bursts of prefetch take turns.
        runs = []
        for stream in chosen:
            starts = [cycle for cycle, source, kind, _ in bench.events
                      if source == stream.value and kind.name == "START"]  # fmt: skip
            runs.append((starts[0], starts[-1]))
            # Once they read at full rate, each has its share.
            rate = (starts[-20] - starts[60]) / (len(starts) - 80)
            assert rate == pytest.approx(4 * streams, abs=0.2)
        shares = [(last - first) / 200 for first, last in runs]
        assert shares == pytest.approx([sum(shares) / streams] * streams, abs=0.2)
        # At first the port waits: 2, 4 and 8 instructions are read ahead, a latency each.
        whole = max(last for _, last in runs) - min(first for first, _ in runs)
        assert 0 <= whole - 4 * streams * 200 < 2.5 * CONTROLLER.latency[0]

    def test_a_stream_takes_what_the_others_leave(self):
        """One that waits for a semaphore has its buffer full and reads nothing."""
        never = nop(wait=(WaitMode.EQUAL, 1, 1))
        code = {Stream.VECTOR: [never] * 80, Stream.TENSOR: [load(), multiply()] * 60 + [halt()]}
        bench = Bench(code, timing=replace(CONTROLLER), watchdog=300).run()
        starts = [cycle for cycle, source, kind, _ in bench.events
                  if source == 0 and kind.name == "START"]  # fmt: skip
        assert starts[110] - starts[70] == 20 * 8

    def test_a_stream_that_waits_from_the_start_reads_few_instructions(self):
        """What it will need would delay what it waits for."""
        never = {"wait": (WaitMode.EQUAL, 1, 1)}
        code = {stream: [nop(**never)] * 80 for stream in Stream}
        code[Stream.TENSOR] = [load(**never), multiply()] * 40
        code[Stream.VECTOR] = [memset(**never)] * 80
        code[Stream.SYNC] = [nop()] * 20 + [halt()]
        bench = Bench(code, timing=CONTROLLER, watchdog=300).run()
        reads = [sum(base <= address < base + 128 * 80 for address in bench.reads)
                 for base in BASES]  # fmt: skip
        assert reads == [5, 5, 5, 5, 21]

    def test_prefetch_runs_ahead_of_a_long_instruction(self):
        code = [memset(i) for i in range(8)] + [halt()]
        timing = Timing(latency=(50, 50), gap=0, engine=(90, 90))
        bench = Bench({Stream.VECTOR: code}, timing=timing).run()
        ends = [cycle for cycle, _, kind, _ in bench.events if kind.name == "END"]
        starts = [cycle for cycle, _, kind, _ in bench.events if kind.name == "START"]
        assert all(start - end <= 3 for start, end in zip(starts[1:8], ends, strict=False))

    def test_a_loop_that_fills_the_buffer_is_read_once(self):
        size = CONFIG.fetch_buffer
        bench = Bench({Stream.SYNC: [loop(3, size), *[nop()] * size, halt()]}, timing=CONTROLLER)
        assert len(set(bench.run().reads)) == len(bench.reads) == size + 2
