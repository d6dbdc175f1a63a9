"""Whole programs on the five sequencers with fake memory, engines and DMA."""

from tinyneuron_hw.isa.opcodes import Stream, UpdateMode

from .bench import Bench, Timing, halt, nop
from .programs import memset, move, values


class TestOrder:
    def test_a_stream_of_nops_runs_in_order_and_halts(self):
        bench = Bench({Stream.SYNC: [nop()] * 20 + [halt()]}).run()
        assert bench.done
        assert bench.starts(Stream.SYNC) == list(range(21))
        assert bench.ends(Stream.SYNC) == list(range(21))
        assert bench.retired == [0, 0, 0, 0, 21]

    def test_a_program_without_streams_is_done_at_once(self):
        assert Bench({}).run().done

    def test_five_streams_run_at_once(self):
        streams = {stream: [nop()] * (5 + stream.value) + [halt()] for stream in Stream}
        bench = Bench(streams, seed=3).run()
        assert bench.done
        assert bench.retired == [6, 7, 8, 9, 10]
        for stream, code in streams.items():
            assert bench.starts(stream) == list(range(len(code)))

    def test_nop_waits_for_the_engine_and_register_does_not(self):
        code = [memset(1), memset(2), move(1, 5), nop(), memset(3), halt()]
        bench = Bench({Stream.VECTOR: code}, timing=Timing(engine=(60, 60))).run()
        when = {(kind.name, pc): cycle for cycle, _, kind, pc in bench.events}
        assert when["START", 2] < when["END", 1]
        assert when["START", 3] >= when["END", 1]
        assert when["START", 5] >= when["END", 4]
        assert values(bench, Stream.VECTOR) == [1, 2, 3]
        assert bench.done

    def test_halt_waits_while_the_engine_is_busy(self):
        bench = Bench({Stream.VECTOR: [memset(1), halt()]}, timing=Timing(engine=(90, 90))).run()
        when = {(kind.name, pc): cycle for cycle, _, kind, pc in bench.events}
        assert when["END", 1] >= when["END", 0] >= when["START", 0] + 90

    def test_engine_pulses_of_every_distance_keep_events_and_updates(self):
        for seed in range(2):
            count = 24
            code = [memset(i, update=(UpdateMode.ADD, 0, 1)) for i in range(count)] + [halt()]
            timing = Timing(latency=(0, 4), gap=0.0, engine=(0, 3))
            bench = Bench({Stream.VECTOR: code}, seed=seed, timing=timing).run()
            assert bench.semaphores[0] == count
            assert bench.starts(Stream.VECTOR) == list(range(count + 1))
            assert bench.ends(Stream.VECTOR) == list(range(count + 1))
            assert bench.retired[1] == count + 1
