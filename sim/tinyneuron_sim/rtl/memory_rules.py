"""Timing rules of one channel of device memory, as its commands come; memory_channels.h has the
same in C++, with the same words."""

from __future__ import annotations

from collections import deque

from tinyneuron_hw.hbm.timing import BANKS, BURST, POSTPONED, MemoryTiming

from ..backend import BackendError

__all__ = ["ChannelRules", "TimingError"]


class TimingError(BackendError):
    """A command broke a timing rule of the memory."""


class _Bank:
    """One bank: its open row, its refreshes, and the cycles from which on each command is
    allowed."""

    def __init__(self) -> None:
        self.row: int | None = None
        self.refreshes = 0
        self.activate_at = self.column_at = self.precharge_at = self.refreshed_at = 0


class ChannelRules:
    """The state that rules depend on. Every method raises :class:`TimingError`, with the rule,
    the bank and the cycles in words, when its command comes too early or makes no sense."""

    def __init__(self, timing: MemoryTiming, channel: int):
        self._timing = timing
        self._channel = channel
        self._banks = [_Bank() for _ in range(BANKS)]
        self._activates: deque[int] = deque(maxlen=4)
        self._column_at = [0, 0]
        """First cycle of the next READ and WRITE."""
        self._other_at = 0
        """First cycle of the next ACTIVATE or REFRESH, of any bank, after a REFRESH of one."""

    @property
    def _rounds(self) -> int:
        """Refreshes that every bank has had."""
        return min(bank.refreshes for bank in self._banks)

    @property
    def deadline(self) -> int:
        """Cycle before which all banks must have had their next REFRESH."""
        return (self._rounds + 1 + POSTPONED) * self._timing.refi

    def check_deadline(self, cycle: int) -> None:
        if cycle >= self.deadline:
            late = next(i for i, bank in enumerate(self._banks) if bank.refreshes == self._rounds)
            what = f"REFRESH {self._rounds + 1} of bank {late} has not come before cycle"
            raise TimingError(f"memory channel {self._channel}: tREFI: {what} {self.deadline}")

    def activate(self, cycle: int, bank: int, row: int) -> None:
        timing, state = self._timing, self._banks[bank]
        self._require(state.row is None, cycle, "state", "ACTIVATE", bank, "a row is open")
        self._at_least(cycle, state.refreshed_at, "tRFC", "ACTIVATE", bank)
        self._at_least(cycle, self._other_at, "tRREFD", "ACTIVATE", bank)
        self._at_least(cycle, state.activate_at, "tRP", "ACTIVATE", bank)
        if len(self._activates) == 4:
            self._at_least(cycle, self._activates[0] + timing.faw, "tFAW", "ACTIVATE", bank)
        self._activates.append(cycle)
        state.row = row
        state.column_at = cycle + timing.rcd
        state.precharge_at = cycle + timing.ras

    def precharge(self, cycle: int, bank: int) -> None:
        state = self._banks[bank]
        self._at_least(cycle, state.refreshed_at, "tRFC", "PRECHARGE", bank)
        self._at_least(cycle, state.precharge_at, "tRAS/tWR", "PRECHARGE", bank)
        if state.row is not None:
            state.row = None
            state.activate_at = cycle + self._timing.rp

    def precharge_all(self, cycle: int) -> None:
        for bank in range(BANKS):
            self.precharge(cycle, bank)

    def refresh(self, cycle: int, bank: int) -> None:
        """Of ``bank``, or of all where the memory refreshes them together."""
        self._at_least(cycle, self._other_at, "tRREFD", "REFRESH", bank)
        rounds, banks = self._rounds, [bank] if self._timing.per_bank else range(BANKS)
        for i in banks:
            state = self._banks[i]
            self._require(state.row is None, cycle, "state", "REFRESH", i, "a row is open")
            self._at_least(cycle, state.refreshed_at, "tRFC", "REFRESH", i)
            self._at_least(cycle, state.activate_at, "tRP", "REFRESH", i)
            self._require(state.refreshes == rounds, cycle, "order", "REFRESH", i,
                          "others have not had theirs")  # fmt: skip
            state.refreshed_at = cycle + self._timing.rfc
            state.refreshes += 1
        self._other_at = cycle + self._timing.rrefd

    def column(self, cycle: int, bank: int, write: bool) -> int:
        """A READ or WRITE; returns the open row."""
        timing, state = self._timing, self._banks[bank]
        name = "WRITE" if write else "READ"
        row = state.row
        if row is None:
            self._require(False, cycle, "state", name, bank, "no row is open")
            return 0
        self._at_least(cycle, state.column_at, "tRCD", name, bank)
        self._at_least(cycle, self._column_at[write], "data bus", name, bank)
        self._column_at[write] = cycle + BURST
        self._column_at[not write] = cycle + BURST + timing.turnaround
        wait = timing.write_to_precharge if write else timing.rtp
        state.precharge_at = max(state.precharge_at, cycle + wait)
        return row

    def _at_least(self, cycle: int, first: int, rule: str, name: str, bank: int) -> None:
        if cycle < first:
            self._require(False, cycle, rule, name, bank, f"not allowed before cycle {first}")

    def _require(self, ok: bool, cycle: int, rule: str, name: str, bank: int,
                 why: str) -> None:  # fmt: skip
        if not ok:
            raise TimingError(f"memory channel {self._channel}: {rule}: {name} of bank {bank} "
                              f"in cycle {cycle}: {why}")  # fmt: skip
