"""Python model of device memory behind ``PhyPort``, cycle for cycle the one in memory_channels.h.

Both check every timing rule and can write a transaction log, one line per event:
``<cycle> <channel> ACT <bank> <row>``, ``PRE <bank>``, ``PREA``, ``REF`` (of one bank: ``REF
<bank>``), ``RD <bank> <column>``,
``WR <bank> <column>``, and for the words that then pass ``R <data> <check>`` and
``W <data> <check> <enable>``, in hexadecimal from the lowest address.
"""

from __future__ import annotations

from collections import deque
from functools import cache
from typing import NamedTuple

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.ecc import columns
from tinyneuron_hw.hbm.address import AddressMap, Place
from tinyneuron_hw.hbm.ports import RowCommand
from tinyneuron_hw.hbm.timing import BURST, timing_of

from .memory_device import SparseMemory
from .memory_rules import ChannelRules

__all__ = ["ChannelsDevice", "EccMemory", "ReadWord", "check_of"]


@cache
def _tables() -> tuple[tuple[int, ...], ...]:
    """For each byte of a 64-bit word, the check bits of each of its values."""
    tables = []
    for byte in range(8):
        covers = columns(64)[8 * byte : 8 * byte + 8]
        table = [0] * 256
        for value in range(256):
            for bit, column in enumerate(covers):
                if value >> bit & 1:
                    table[value] ^= column
        tables.append(tuple(table))
    return tuple(tables)


def check_of(data: bytes) -> bytes:
    """Check bits of 64-bit words, a byte for each."""
    tables = _tables()
    out = bytearray()
    for at in range(0, len(data), 8):
        check = 0
        for table, value in zip(tables, data[at : at + 8], strict=True):
            check ^= table[value]
        out.append(check)
    return bytes(out)


class EccMemory:
    """Bytes and check bits. What is kept is how far check bits are from right, nearly always 0."""

    def __init__(self) -> None:
        self._bytes = SparseMemory()
        self._wrong: dict[int, int] = {}
        """By number of a 64-bit word: its check bits XOR the right ones."""

    def read(self, address: int, size: int) -> bytes:
        """``size`` bytes from ``address``, as they are kept."""
        return self._bytes.read(address, size)

    def write(self, address: int, data: bytes) -> None:
        """Writes ``data`` from ``address`` on, with the right check bits for all words touched."""
        self._bytes.write(address, data)
        if self._wrong:
            words = range(address // 8, (address + len(data) + 7) // 8)
            for word in [word for word in self._wrong if word in words]:
                del self._wrong[word]

    def flip(self, address: int, mask: int) -> None:
        """Inverts bits of the 64-bit word at ``address``: 64 of data, then 8 check bits."""
        word, data_mask = address // 8, mask & ((1 << 64) - 1)
        old = int.from_bytes(self._bytes.read(8 * word, 8), "little")
        self._bytes.write(8 * word, (old ^ data_mask).to_bytes(8, "little"))
        change = mask >> 64 ^ check_of(data_mask.to_bytes(8, "little"))[0]
        self._set(word, self._wrong.get(word, 0) ^ change)

    def read_words(self, address: int, size: int) -> tuple[bytes, bytes]:
        """Aligned words and their check bits."""
        data = self._bytes.read(address, size)
        check = bytearray(check_of(data))
        if self._wrong:
            for i in range(size // 8):
                check[i] ^= self._wrong.get(address // 8 + i, 0)
        return data, bytes(check)

    def write_word(self, address: int, data: bytes, check: int) -> None:
        """One aligned word."""
        self._bytes.write(address, data)
        self._set(address // 8, check ^ check_of(data)[0])

    def _set(self, word: int, wrong: int) -> None:
        if wrong:
            self._wrong[word] = wrong
        else:
            self._wrong.pop(word, None)


class _Burst(NamedTuple):
    """An access whose words are still to pass."""

    first: int
    write: bool
    address: int


class ReadWord(NamedTuple):
    """What a channel returns in one cycle."""

    channel: int
    data: bytes
    check: bytes


class ChannelsDevice:
    """The device's side of a ``PhyPort``.

    Attributes
    ----------
    memory:
        The back door.
    log:
        Transaction log, or ``None`` (the default) to keep none; set it to ``[]`` to start.
    """

    def __init__(self, config: CoreConfig):
        self.memory = EccMemory()
        self.log: list[str] | None = None
        self._timing = timing_of(config)
        self._map = AddressMap(config)
        self._access = config.access_bytes
        self._word = config.access_bytes // BURST
        channels = range(config.memory_channels)
        self._rules = [ChannelRules(self._timing, channel) for channel in channels]
        self._bursts: list[deque[_Burst]] = [deque() for _ in channels]
        self._cycle = 0
        self._deadline = self._rules[0].deadline

    def row_command(self, channel: int, command: int, bank: int, row: int) -> None:
        """The row bus of a channel in this cycle."""
        rules, cycle = self._rules[channel], self._cycle
        if command == RowCommand.ACTIVATE.value:
            self._write_log(channel, f"ACT {bank} {row}")
            rules.activate(cycle, bank, row)
        elif command == RowCommand.PRECHARGE.value:
            self._write_log(channel, f"PRE {bank}")
            rules.precharge(cycle, bank)
        elif command == RowCommand.PRECHARGE_ALL.value:
            self._write_log(channel, "PREA")
            rules.precharge_all(cycle)
        else:
            self._write_log(channel, f"REF {bank}" if self._timing.per_bank else "REF")
            rules.refresh(cycle, bank)
            self._deadline = min(rules.deadline for rules in self._rules)

    def column_command(self, channel: int, write: bool, bank: int, column: int) -> None:
        """The column bus of a channel in this cycle."""
        self._write_log(channel, f"{'WR' if write else 'RD'} {bank} {column}")
        row = self._rules[channel].column(self._cycle, bank, write)
        unit = self._map.join(Place(channel, bank, row, column))
        burst = _Burst(self._cycle + self._timing.cl, write, unit * self._access)
        self._bursts[channel].append(burst)

    def writing(self) -> list[int]:
        """Channels that take a word in this cycle."""
        return [c for c, bursts in enumerate(self._bursts)
                if bursts and bursts[0].first <= self._cycle and bursts[0].write]  # fmt: skip

    def write_word(self, channel: int, data: bytes, check: bytes, enable: int) -> None:
        """The word a channel takes in this cycle; bit i of ``enable`` for 64-bit word i."""
        address = self._word_address(channel)
        for i, bits in enumerate(check):
            if enable >> i & 1:
                self.memory.write_word(address + 8 * i, data[8 * i : 8 * i + 8], bits)
        self._write_log(channel, f"W {data.hex()} {check.hex()} {enable}")
        self._pass_word(channel)

    def due(self) -> list[ReadWord]:
        """Start of a cycle: the words that come back in it."""
        words = []
        for channel, bursts in enumerate(self._bursts):
            if bursts and bursts[0].first <= self._cycle and not bursts[0].write:
                data, check = self.memory.read_words(self._word_address(channel), self._word)
                self._write_log(channel, f"R {data.hex()} {check.hex()}")
                self._pass_word(channel)
                words.append(ReadWord(channel, data, check))
        return words

    def cycles_to_event(self) -> int:
        """Cycles in which nothing happens here unless a command comes."""
        times = [bursts[0].first - self._cycle for bursts in self._bursts if bursts]
        return max(0, min([self._deadline - self._cycle, *times]))

    def next_cycle(self, count: int = 1) -> None:
        """End of a cycle, or of ``count`` cycles in which nothing happens."""
        self._cycle += count
        if self._cycle >= self._deadline:
            for rules in self._rules:
                rules.check_deadline(self._cycle)

    def _word_address(self, channel: int) -> int:
        burst = self._bursts[channel][0]
        return burst.address + self._word * (self._cycle - burst.first)

    def _pass_word(self, channel: int) -> None:
        if self._cycle - self._bursts[channel][0].first == BURST - 1:
            self._bursts[channel].popleft()

    def _write_log(self, channel: int, text: str) -> None:
        if self.log is not None:
            self.log.append(f"{self._cycle} {channel} {text}")
