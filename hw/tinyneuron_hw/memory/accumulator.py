"""Read, add, write: the pipeline between the PE array and PSUM."""

from typing import Any

from amaranth.hdl import Cat, Module, Mux, Signal
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from ..blocks import Gated, Repeated
from ..config import CoreConfig
from ..float.add import FpAdd
from .ports import PsumAccumulatePort

__all__ = ["ACCUMULATE_LATENCY", "Accumulator"]

_ADD_LATENCY = 2

ACCUMULATE_LATENCY = 3 + _ADD_LATENCY
"""Cycles from a request until the word is readable: read, keep the operands, add, write."""


_ADDER_PORTS = wiring.Signature(
    {"a": In(32), "b": In(32), "integer": In(1 + _ADD_LATENCY), "result": Out(32)}
)


class _Adder(wiring.Component):
    """``a + b`` after ``_ADD_LATENCY`` cycles: FP32, or modulo 2**32 when bit k of ``integer`` is
    set k cycles after the operands."""

    def __init__(self) -> None:
        super().__init__(_ADDER_PORTS)

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        m.submodules.float = adder = FpAdd(latency=_ADD_LATENCY)
        total: Any = (self.a + self.b)[:32]
        for k in range(_ADD_LATENCY):
            held = Signal(32, name=f"integer_sum{k}", reset_less=True)
            with m.If(self.integer[k]):
                m.d.sync += held.eq(total)
            total = held
        m.d.comb += [
            adder.a.eq(self.a),
            adder.b.eq(self.b),
            self.result.eq(Mux(self.integer[-1], total, adder.result)),
        ]
        return m


class _AdderLanes(wiring.Component):
    """One adder for each PSUM partition, results after ``1 + _ADD_LATENCY`` cycles. The operands
    are registers of this block, so nothing in it moves while its clock stands still."""

    def __init__(self, config: CoreConfig):
        lanes = data.ArrayLayout(32, config.columns)
        self._columns = config.columns
        super().__init__({"a": In(lanes), "b": In(lanes), "integer": In(1), "result": Out(lanes)})

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        a, b = Signal.like(self.a, name="kept_a"), Signal.like(self.b, name="kept_b")
        integer = Signal(1 + _ADD_LATENCY)
        m.d.sync += [a.eq(self.a), b.eq(self.b), integer.eq(Cat(self.integer, integer))]
        for p in range(self._columns):
            adder = Repeated("tn_psum_adder", _Adder, _ADDER_PORTS)
            m.submodules[f"partition{p}"] = adder
            m.d.comb += [
                adder.a.eq(a[p]),
                adder.b.eq(b[p]),
                adder.integer.eq(integer),
                self.result[p].eq(adder.result),
            ]
        return m


class Accumulator(wiring.Component):
    """``word = word + data``, in FP32 or modulo 2**32, or ``word = data``, for each PSUM partition.

    Parameters
    ----------
    config:
        Core sizes.

    Members
    -------
    request: what the Tensor engine asks for.
    read, read_word: a word of every partition to read; ``lanes`` one cycle later.
    write, write_word, data, bytes, partitions: the bytes of the word to write, in the partitions
        set.

    Latency and throughput
    ----------------------
    Reads in the cycle of the request and writes ``ACCUMULATE_LATENCY - 1`` cycles later; a request
    per cycle. The adders are clocked only while a sum is under way.
    """

    def __init__(self, config: CoreConfig):
        self._config = config
        request = PsumAccumulatePort(config)
        lanes = data.ArrayLayout(32, config.columns)
        word = request.members["word"].shape
        super().__init__({
            "request": In(request),
            "read": Out(1), "read_word": Out(word), "lanes": In(lanes),
            "write": Out(1), "write_word": Out(word), "data": Out(lanes),
            "bytes": Out(4), "partitions": Out(config.columns),
        })  # fmt: skip

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        request = self.request
        payload = data.StructLayout({
            "word": request.word.shape(), "accumulate": 1, "integer": 1, "bytes": 4,
            "partitions": self._config.columns,
        })  # fmt: skip
        numbers = range(ACCUMULATE_LATENCY)
        stages = [Signal(payload, name=f"stage{k}") for k in numbers]
        valid = [Signal(name=f"valid{k}") for k in numbers]
        # The wide data stand apart: aligned, without reset, and no further than they are needed.
        lanes = [Signal.like(self.data, name=f"data{k}", reset_less=True) for k in numbers]
        m.d.comb += [
            valid[0].eq(request.valid),
            stages[0].word.eq(request.word),
            stages[0].accumulate.eq(request.accumulate),
            stages[0].integer.eq(request.integer),
            stages[0].bytes.eq(request.byte_mask),
            stages[0].partitions.eq(request.partition_mask),
            lanes[0].eq(request.data),
        ]
        for k in numbers[1:]:
            m.d.sync += valid[k].eq(valid[k - 1])
            with m.If(valid[k - 1]):
                m.d.sync += stages[k].eq(stages[k - 1])
            with m.If(valid[k - 1] & (~stages[k - 1].accumulate if k > 1 else 1)):
                m.d.sync += lanes[k].eq(lanes[k - 1])

        # Stage 1 feeds the adders, the last stage gets their result.
        adders = _AdderLanes(self._config)
        running = Signal()
        for k in range(1, ACCUMULATE_LATENCY - 1):
            with m.If(valid[k] & stages[k].accumulate):
                m.d.comb += running.eq(1)
        m.submodules.adders = Gated(adders, running, name="psum_adders")
        last = stages[-1]
        m.d.comb += [
            self.read.eq(request.valid & request.accumulate),
            self.read_word.eq(request.word),
            adders.integer.eq(stages[1].integer),
            adders.a.eq(lanes[1]),
            adders.b.eq(self.lanes),
            self.write.eq(valid[-1]),
            self.write_word.eq(last.word),
            self.bytes.eq(last.bytes),
            self.partitions.eq(last.partitions),
            self.data.eq(Mux(last.accumulate, adders.result.as_value(), lanes[-1].as_value())),
        ]
        return m
