"""The partial-sum buffer: where the PE array accumulates."""

from typing import Any

from amaranth.hdl import Const, Module, Mux, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import exact_log2

from ..blocks import Gated, Repeated
from ..config import PSUM_BANKS, CoreConfig
from .accumulator import ACCUMULATE_LATENCY, Accumulator
from .arbiter import BankArbiter
from .ports import PsumAccumulatePort, PsumReadPort, PsumWritePort
from .psum_bank import PsumBank, PsumBankSignature, PsumWriteSource

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
    conflicts: requests refused in this cycle.

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
        refused = self._elaborate_reads(m, banks, accumulator)
        refused += self._elaborate_writes(m, banks, accumulator)
        m.d.comb += self.conflicts.eq(sum(refused))
        return m

    def _one_hot(self, word: Value) -> Value:
        """The bank of a word, as a bit of 8."""
        return (Const(1, PSUM_BANKS) << word[self._word_bits :])[:PSUM_BANKS]

    def _arbitrate(self, m: Module, name: str, ports: list[Any], reserved: Value) -> list[Signal]:
        """Connects ``ports``, in order of priority, to an arbiter; returns the bank each gets."""
        arbiter = BankArbiter(len(ports), PSUM_BANKS)
        m.submodules[f"{name}_arbiter"] = arbiter
        m.d.comb += arbiter.reserved.eq(reserved)
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
            (accumulator.read_word, reserved, accumulator.lanes),
            *((port.word, grant, port.data) for port, grant in zip(ports, granted, strict=True)),
        ]
        for r, (word, grant, lanes) in enumerate(readers):
            for b, bank in enumerate(banks):
                with m.If(grant[b]):
                    m.d.comb += [bank.read.eq(1), bank.read_word.eq(word)]
            selected = Signal(range(PSUM_BANKS), name=f"read_bank{r}")
            with m.If(grant.any()):
                m.d.sync += selected.eq(word[self._word_bits :])
            with m.Switch(selected):
                for b, bank in enumerate(banks):
                    with m.Case(b):
                        m.d.comb += Value.cast(lanes).eq(Value.cast(bank.lanes))
        return [port.valid & ~port.ready for port in ports]

    def _elaborate_writes(
        self, m: Module, banks: list[Any], accumulator: Accumulator
    ) -> list[Value]:
        ports = [self.vector_write, self.scalar_write]
        reserved = Signal(PSUM_BANKS, name="write_reserved")
        m.d.comb += reserved.eq(Mux(accumulator.write, self._one_hot(accumulator.write_word), 0))
        granted = self._arbitrate(m, "write", ports, reserved)
        for b, bank in enumerate(banks):
            m.d.comb += [
                bank.write.eq(reserved[b]),
                bank.write_word.eq(accumulator.write_word),
                bank.bytes.eq(accumulator.bytes),
                bank.partitions.eq(accumulator.partitions),
                bank.sums.eq(accumulator.data),
                bank.vector.eq(self.vector_write.data),
                bank.scalar.eq(self.scalar_write.data),
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
        return [port.valid & ~port.ready for port in ports]
