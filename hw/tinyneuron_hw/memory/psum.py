"""The partial-sum buffer: where the PE array accumulates."""

from typing import Any

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import exact_log2

from ..blocks import Gated, Repeated
from ..config import PSUM_BANKS, CoreConfig
from ..isa.waits import PSUM_PORTS
from .accumulator import ACCUMULATE_LATENCY, Accumulator
from .arbiter import BankArbiter
from .faults import Fault, FaultFinder, Injection
from .ports import PsumAccumulatePort, PsumReadPort, PsumWritePort
from .psum_bank import PsumBank, PsumBankSignature, PsumWriteSource
from .psum_code import WORD_BYTES, PsumEncoder
from .sweep import SweepPort
from .waits import PortWaits, count_waits

__all__ = ["Psum"]


class Psum(wiring.Component):
    """Partitions (one for each PE column) of 8 contiguous banks of 32-bit words.

    In each cycle each bank (of all partitions together) serves one read and one write. The Tensor
    engine's accumulation is never refused: it reads in the cycle of its request and writes 4 cycles
    later, and requests of Vector and Scalar for the bank it uses are refused then. Between those
    two Vector goes first, and one that was refused 8 times before it. A read of a word that is
    written in the same cycle gives the old bytes. Contents survive reset.

    Parameters
    ----------
    config:
        Core sizes.

    Attributes
    ----------
    accumulate_latency:
        Cycles from an ``accumulate`` request until its word is readable; a request that many
        cycles later may name the same word.

    Members
    -------
    accumulate: the Tensor engine's read-add-write.
    vector_read, scalar_read: a word of every partition.
    vector_write, scalar_write: bytes of a word in some partitions.
    conflicts: requests refused in this cycle; ``waits``: which, and why.
    corrected: accesses that needed a correction, two cycles ago.
    faults: of the accumulation, Vector's and Scalar's reads: a byte that was wanted and could not
        be corrected, one cycle after the data.
    inject: bits to invert when a byte is written next; ``injected``: they are, in this cycle.
    sweep: writes zeros, row by row.

    Latency and throughput
    ----------------------
    Read data one cycle after the request; a write is readable from the next cycle. Every port
    takes a request per cycle while nobody else uses its bank.
    """

    accumulate_latency = ACCUMULATE_LATENCY

    def __init__(self, config: CoreConfig):
        self._config = config
        self._word_bits = exact_log2(config.psum_bank_words)
        super().__init__({
            "accumulate": In(PsumAccumulatePort(config)),
            "vector_read": In(PsumReadPort(config)),
            "scalar_read": In(PsumReadPort(config)),
            "vector_write": In(PsumWritePort(config)),
            "scalar_write": In(PsumWritePort(config)),
            "conflicts": Out(4),
            "corrected": Out(2),
            "faults": Out(Fault).array(3),
            "inject": In(Injection),
            "injected": Out(1),
            "waits": Out(PortWaits(PSUM_PORTS)),
            "sweep": In(SweepPort(config)),
        })  # fmt: skip

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        config = self._config
        signature = PsumBankSignature(config)
        banks = []
        for b in range(PSUM_BANKS):
            bank = Repeated("tn_psum_bank", lambda: PsumBank(config), signature)
            # An idle bank costs neither power nor simulation time.
            gated = Gated(bank, bank.read | bank.write, name=f"psum_bank{b}")
            m.submodules[f"bank{b}"] = gated
            banks.append(bank)
        m.submodules.accumulator = accumulator = Accumulator(config)
        wiring.connect(m, wiring.flipped(self.accumulate), accumulator.request)
        self._finders: list[FaultFinder] = []
        self._encoders: list[PsumEncoder] = []
        refused = self._elaborate_reads(m, banks, accumulator)
        refused += self._elaborate_writes(m, banks, accumulator)
        m.d.comb += self.conflicts.eq(sum(refused))
        if config.ecc:
            m.d.comb += self.corrected.eq(sum(finder.corrected for finder in self._finders))
            m.d.comb += self.injected.eq(Cat(encoder.injected for encoder in self._encoders).any())
            m.d.comb += [
                Value.cast(fault).eq(Value.cast(finder.fault))
                for fault, finder in zip(self.faults, self._finders, strict=True)
            ]
        return m

    def _one_hot(self, word: Value) -> Value:
        """The bank of a word, as a bit of 8."""
        return (Const(1, PSUM_BANKS) << word[self._word_bits :])[:PSUM_BANKS]

    def _arbitrate(self, m: Module, name: str, ports: list[Any], reserved: Value) -> list[Signal]:
        """Connects ``ports``, in order of priority, to an arbiter; returns the bank each gets."""
        arbiter = BankArbiter(len(ports), PSUM_BANKS)
        m.submodules[f"{name}_arbiter"] = arbiter
        m.d.comb += arbiter.reserved.eq(reserved)
        count_waits(m, self.waits, arbiter, [port for port in PSUM_PORTS if port.endswith(name)])
        granted = []
        for r, port in enumerate(ports):
            chosen = Signal(PSUM_BANKS, name=f"{name}_granted{r}")
            m.d.comb += [
                arbiter.wanted[r].eq(self._one_hot(port.word)),
                arbiter.valid[r].eq(port.valid),
                port.ready.eq(arbiter.ready[r]),
                chosen.eq(Mux(port.valid & port.ready, arbiter.wanted[r], 0)),
            ]
            granted.append(chosen)
        return granted

    def _elaborate_reads(
        self, m: Module, banks: list[Any], accumulator: Accumulator
    ) -> list[Value]:
        ports = [self.vector_read, self.scalar_read]
        reserved = Signal(PSUM_BANKS, name="read_reserved")
        m.d.comb += reserved.eq(Mux(accumulator.read, self._one_hot(accumulator.read_word), 0))
        granted = self._arbitrate(m, "read", ports, reserved)
        for port, grant in zip(ports, granted, strict=True):
            m.d.sync += port.data_valid.eq(grant.any())

        readers = [
            (accumulator.read_word, reserved, accumulator.lanes, self.accumulate.partition_mask),
            *((port.word, grant, port.data, port.partition_mask)
              for port, grant in zip(ports, granted, strict=True)),
        ]  # fmt: skip
        for r, (word, grant, lanes, wanted) in enumerate(readers):
            for b, bank in enumerate(banks):
                with m.If(grant[b]):
                    m.d.comb += [bank.read.eq(1), bank.read_word.eq(word)]
            place = Signal.like(word, name=f"read_word{r}")
            with m.If(grant.any()):
                m.d.sync += place.eq(word)
            with m.Switch(place[self._word_bits :]):
                for b, bank in enumerate(banks):
                    with m.Case(b):
                        m.d.comb += Value.cast(lanes).eq(Value.cast(bank.lanes))
            if self._config.ecc:
                self._find_faults(m, r, banks, grant.any(), place, wanted)
        return [port.valid & ~port.ready for port in ports]

    def _find_faults(
        self, m: Module, r: int, banks: list[Any], grant: Value, place: Value, wanted: Value
    ) -> None:
        """Adds a finder for what reader ``r`` is granted in this cycle and gets in the next, when
        ``place`` is the word."""
        columns = self._config.columns
        finder = FaultFinder(columns, WORD_BYTES, word_bytes=1, psum=True)
        m.submodules[f"read{r}_faults"] = finder
        self._finders.append(finder)
        due, where = Signal(name=f"read{r}_due"), Signal(columns, name=f"read{r}_partitions")
        m.d.sync += due.eq(grant)
        with m.If(grant):
            m.d.sync += where.eq(wanted)
        counts = Cat(bit.replicate(WORD_BYTES) for bit in where)
        for kind in ("single", "double"):
            flags = Signal(columns * WORD_BYTES, name=f"read{r}_{kind}")
            with m.Switch(place[self._word_bits :]):
                for b, bank in enumerate(banks):
                    with m.Case(b):
                        m.d.comb += flags.eq(Value.cast(getattr(bank, kind)))
            m.d.comb += getattr(finder, kind).eq(Mux(due, flags & counts, 0))
        m.d.comb += finder.offset.eq(Cat(Const(0, 2), place))

    def _elaborate_writes(
        self, m: Module, banks: list[Any], accumulator: Accumulator
    ) -> list[Value]:
        ports = [self.vector_write, self.scalar_write]
        reserved = Signal(PSUM_BANKS, name="write_reserved")
        m.d.comb += reserved.eq(Mux(accumulator.write, self._one_hot(accumulator.write_word), 0))
        granted = self._arbitrate(m, "write", ports, reserved)
        sums = accumulator
        summed = self._encode(m, "sums", sums.write, sums.write_word, sums.bytes, sums.partitions,
                              sums.data)  # fmt: skip
        kept = [
            self._encode(m, f"write{r}", grant.any(), port.word, port.byte_mask,
                         port.partition_mask, port.data)
            for r, (port, grant) in enumerate(zip(ports, granted, strict=True))
        ]  # fmt: skip
        # Check bits of zeros are zeros.
        stored = Signal(len(Value.cast(summed)), name="stored_sums")
        m.d.comb += stored.eq(Mux(self.sweep.active, 0, Value.cast(summed)))
        for b, bank in enumerate(banks):
            m.d.comb += [
                bank.write.eq(reserved[b]),
                bank.write_word.eq(accumulator.write_word),
                bank.bytes.eq(accumulator.bytes),
                bank.partitions.eq(accumulator.partitions),
                Value.cast(bank.sums).eq(stored),
                bank.vector.eq(kept[0]),
                bank.scalar.eq(kept[1]),
            ]
            sources = (PsumWriteSource.VECTOR, PsumWriteSource.SCALAR)
            for port, grant, source in zip(ports, granted, sources, strict=True):
                with m.If(grant[b]):
                    m.d.comb += [
                        bank.write.eq(1),
                        bank.write_word.eq(port.word),
                        bank.bytes.eq(port.byte_mask),
                        bank.partitions.eq(port.partition_mask),
                        bank.source.eq(source),
                    ]
            with m.If(self.sweep.active & (self.sweep.row < self._config.psum_bank_words)):
                m.d.comb += [
                    bank.write.eq(1),
                    bank.write_word.eq(self.sweep.row),
                    bank.bytes.eq(-1),
                    bank.partitions.eq(-1),
                ]
        return [port.valid & ~port.ready for port in ports]

    def _encode(self, m: Module, name: str, write: Value, word: Value, byte_mask: Value,
                partitions: Value, lanes: Any) -> Any:  # fmt: skip
        """How words are kept that ``write`` says are written in this cycle."""
        m.submodules[f"{name}_encoder"] = encoder = PsumEncoder(self._config)
        self._encoders.append(encoder)
        m.d.comb += [
            encoder.write.eq(write),
            encoder.word.eq(word),
            encoder.bytes.eq(byte_mask),
            encoder.partitions.eq(partitions),
            Value.cast(encoder.lanes).eq(Value.cast(lanes)),
            Value.cast(encoder.inject).eq(Value.cast(self.inject)),
        ]
        return encoder.kept
