"""Picks the operands of a DMA instruction apart."""

from typing import Any

from amaranth.hdl import Module, Mux, Signal, signed
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import exact_log2

from ..config import INSTRUCTION_BYTES
from ..formats import FORMATS, DType
from ..isa.dma_indexed import DmaGather
from ..isa.dma_ring import DmaRing
from ..isa.instructions import INSTRUCTION_BITS, DmaCopy, DmaLoad, DmaLocal
from ..isa.opcodes import Accumulate, Opcode, RoundMode
from ..isa.operands import AccessPattern, DevicePattern, Header
from ..isa.rules_list import ENTRY_BYTES

__all__ = ["PatternSelect"]


def _slot(layout: Any, name: str) -> slice:
    field = data.Layout.cast(layout)[name]
    return slice(field.offset, field.offset + field.width)


class PatternSelect(wiring.Component):
    """One operand of a DMA instruction, and one of its dimensions, in common terms. Combinational.

    Members
    -------
    raw: In(1024)
        The instruction.
    is_dst: In(1), is_index: In(1), dim: In(2)
        Which operand and dimension.
    indexed: Out(1)
        The instruction has an index tensor; the fields of :class:`DmaGather` then hold.
    ring: Out(1)
        It has a ring, which counts as a source whose elements are descriptors.
    list: Out(1)
        The operand is a list of buffers; its elements then are entries.
    header: Out(Header), queue: Out(4), round_mode: Out(RoundMode)
    accumulate: Out(Accumulate), transpose: Out(1)
    device: Out(1)
        The operand is in device memory.
    dtype: Out(DType), dtype_ok: Out(1), shift: Out(3)
        Its type, whether the code exists, log2 of an element's bytes.
    type_shift: Out(2)
        That of an element of the type.
    address: Out(48)
        Device address without register, or byte offset in the partition.
    uses_register: Out(1), scale: Out(signed(32))
    start_partition, num_partitions: Out(8)
    stride: Out(signed(32))
        In bytes.
    size: Out(24)
    """

    raw: In(INSTRUCTION_BITS)
    is_dst: In(1)
    is_index: In(1)
    dim: In(2)
    indexed: Out(1)
    ring: Out(1)
    list: Out(1)
    header: Out(Header)
    queue: Out(4)
    round_mode: Out(RoundMode)
    accumulate: Out(Accumulate)
    transpose: Out(1)
    device: Out(1)
    dtype: Out(DType, init=DType.FP32)
    dtype_ok: Out(1)
    shift: Out(3)
    type_shift: Out(2)
    address: Out(48)
    uses_register: Out(1)
    scale: Out(signed(32))
    start_partition: Out(8)
    num_partitions: Out(8)
    stride: Out(signed(32))
    size: Out(24)

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        common = data.View(DmaCopy, self.raw)
        opcode = common.header.opcode
        copy, local = opcode == Opcode.DMA_COPY.value, opcode == Opcode.DMA_LOCAL.value
        gather, scatter = (opcode == code.value for code in (Opcode.DMA_GATHER, Opcode.DMA_SCATTER))
        load = (opcode == Opcode.DMA_LOAD.value) | gather
        store = (opcode == Opcode.DMA_STORE.value) | scatter
        device_bits = Mux(
            copy & self.is_dst, self.raw[_slot(DmaCopy, "dst")], self.raw[_slot(DmaLoad, "src")]
        )
        chip_bits = Mux(
            local & self.is_dst, self.raw[_slot(DmaLocal, "dst")], self.raw[_slot(DmaLocal, "src")]
        )
        chip_bits = Mux(self.is_index, self.raw[_slot(DmaGather, "index")], chip_bits)
        device, chip = Signal(DevicePattern), Signal(AccessPattern)
        device_dim, chip_dim = device.dims[self.dim], chip.dims[self.dim]
        m.d.comb += [
            device.eq(device_bits),
            chip.eq(chip_bits),
            self.header.eq(common.header),
            self.queue.eq(common.queue),
            self.round_mode.eq(common.round_mode),
            self.indexed.eq(gather | scatter),
            # Bits that gather and scatter keep at 0.
            self.accumulate.eq(common.accumulate),
            self.transpose.eq(common.transpose),
            self.device.eq(~self.is_index & (copy | Mux(self.is_dst, store, load))),
            self.dtype.eq(Mux(self.device, device.dtype, chip.dtype)),
            self.address.eq(Mux(self.device, device.address, chip.offset)),
            self.uses_register.eq(self.device & device.address_uses_register),
            self.scale.eq(device.scale),
            self.start_partition.eq(chip.start_partition),
            self.num_partitions.eq(chip.num_partitions),
            self.stride.eq(Mux(self.device, device_dim.stride, chip_dim.stride << self.shift)),
            self.size.eq(Mux(self.device, device_dim.size, chip_dim.size)),
        ]
        self._select_size(m)
        m.d.comb += [self.list.eq(self.device & device.list), self.shift.eq(self.type_shift)]
        with m.If(self.list):
            m.d.comb += self.shift.eq(exact_log2(ENTRY_BYTES))
            m.d.comb += self.stride.eq(ENTRY_BYTES)
        with m.If(opcode == Opcode.DMA_RING.value):
            entries = data.View(DmaRing, self.raw).ring.entries
            m.d.comb += [
                self.ring.eq(1),
                self.list.eq(0),
                self.device.eq(1),
                self.dtype_ok.eq(1),
                self.shift.eq(exact_log2(INSTRUCTION_BYTES)),
                self.stride.eq(INSTRUCTION_BYTES),
                self.size.eq(Mux(self.dim == 0, entries, 1)),
            ]
        return m

    def _select_size(self, m: Module) -> None:
        with m.Switch(self.dtype):
            for dtype in DType:
                with m.Case(dtype):
                    size = FORMATS[dtype].bytes
                    m.d.comb += [self.dtype_ok.eq(1), self.type_shift.eq(size.bit_length() - 1)]
