"""Casts elements of a dense stream through FP32."""

from typing import Any

from amaranth.hdl import Cat, Module, Mux, Signal, Value
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from ..config import CoreConfig
from ..float.convert import FromFp32, ToFp32
from ..formats import FORMATS, DType
from ..isa.rules import DMA_CAST_DTYPES
from .packer import Word

__all__ = ["Cast", "is_half"]


def is_half(dtype: Any) -> Any:
    """Whether elements are two bytes (the other types that are cast have four)."""
    return Value.cast(dtype).matches(
        *(kind for kind in DMA_CAST_DTYPES if FORMATS[kind].bytes == 2)
    )


class Cast(wiring.Component):
    """FP32, BF16, FP16 and INT32 to each other, ``axi_bytes / 4`` elements per cycle.

    Members
    -------
    src_dtype, dst_dtype: In(DType)
        Stable from a cycle before the first word; types of ``isa.rules.DMA_CAST_DTYPES``.
    source: In(stream of Word(config))
    result: Out(stream of Word(config))
        What stands behind the last element is arbitrary.

    Latency and throughput: three cycles; one group of ``axi_bytes / 4`` elements per cycle.
    """

    def __init__(self, config: CoreConfig):
        self.config = config
        super().__init__(
            {
                "src_dtype": In(DType, init=DType.FP32),
                "dst_dtype": In(DType, init=DType.FP32),
                "source": In(stream.Signature(Word(config))),
                "result": Out(stream.Signature(Word(config))),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        width = self.config.axi_bytes
        lanes = width // 4
        # Copies, so that nothing here changes while this block's clock stands still.
        src_dtype, dst_dtype = Signal.like(self.src_dtype), Signal.like(self.dst_dtype)
        m.d.sync += [src_dtype.eq(self.src_dtype), dst_dtype.eq(self.dst_dtype)]
        src_half, dst_half = is_half(src_dtype), is_half(dst_dtype)
        step = Signal()

        # Stage 0: a word, taken apart in one group of four-byte or two groups of two-byte elements.
        word, word_valid, word_last, upper = Signal(8 * width), Signal(), Signal(), Signal()
        split, load = Signal(), Signal()
        m.d.comb += [
            split.eq(word_valid & src_half & ~upper),
            load.eq(~word_valid | (step & ~split)),
            self.source.ready.eq(load),
        ]
        with m.If(load):
            m.d.sync += [word_valid.eq(self.source.valid), upper.eq(0)]
            with m.If(self.source.valid):
                m.d.sync += word.eq(self.source.payload.data)
                m.d.sync += word_last.eq(self.source.payload.last)
        with m.Elif(step):
            m.d.sync += upper.eq(1)

        # Stage 1: FP32 values. Stage 2: destination elements.
        values = Signal(32 * lanes)
        values_valid, values_last = Signal(), Signal()
        results, next_values = [], []
        for lane in range(lanes):
            m.submodules[f"to_fp32_{lane}"] = to_fp32 = ToFp32(DMA_CAST_DTYPES)
            m.submodules[f"from_fp32_{lane}"] = from_fp32 = FromFp32(DMA_CAST_DTYPES)
            half = Mux(upper, word.word_select(lanes + lane, 16), word.word_select(lane, 16))
            m.d.comb += [
                to_fp32.dtype.eq(src_dtype),
                to_fp32.raw.eq(Mux(src_half, half, word.word_select(lane, 32))),
                from_fp32.dtype.eq(dst_dtype),
                from_fp32.value.eq(values.word_select(lane, 32)),
            ]
            next_values.append(to_fp32.result)
            results.append(from_fp32.raw)
        with m.If(step):
            m.d.sync += values_valid.eq(word_valid)
            with m.If(word_valid):
                m.d.sync += [values.eq(Cat(next_values)), values_last.eq(word_last & ~split)]

        # Stage 2 joins two groups of two-byte elements.
        low = Signal(4 * width)
        low_valid, emits = Signal(), Signal()
        halves = Cat(raw[:16] for raw in results)
        with m.If(step):
            m.d.sync += self.result.valid.eq(emits)
            with m.If(values_valid):
                m.d.sync += low_valid.eq(dst_half & ~emits)
                with m.If(~emits):
                    m.d.sync += low.eq(halves)
                with m.Else():
                    m.d.sync += self.result.payload.last.eq(values_last)
                    with m.If(~dst_half):
                        m.d.sync += self.result.payload.data.eq(Cat(results))
                    with m.Elif(low_valid):
                        m.d.sync += self.result.payload.data.eq(Cat(low, halves))
                    with m.Else():
                        m.d.sync += self.result.payload.data.eq(halves)
        m.d.comb += [
            step.eq(~self.result.valid | self.result.ready),
            emits.eq(values_valid & (~dst_half | low_valid | values_last)),
        ]
        return m
