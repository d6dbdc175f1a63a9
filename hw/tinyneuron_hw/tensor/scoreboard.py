"""Keeps read-add-write of one PSUM word apart."""

from typing import Any

from amaranth.hdl import Cat, Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

__all__ = ["Scoreboard"]


class Scoreboard(wiring.Component):
    """Remembers the PSUM words of the last ``window`` cycles.

    The path from the issue to PSUM has a fixed length, so elements of one word that are issued
    ``window + 1`` cycles apart arrive so as well.

    Parameters
    ----------
    word_bits:
        Width of a word index.
    window:
        Cycles for which an issued word stays blocked.

    Members
    -------
    word: In, the word of the next element.
    accumulate: In(1), it is to be added to what is there.
    issue: In(1), it is issued in this cycle; not while ``blocked``.
    blocked: Out(1), it would be added to a word that was issued in one of the last ``window``
        cycles.
    """

    def __init__(self, word_bits: int, window: int):
        self._window = window
        super().__init__(
            {"word": In(word_bits), "accumulate": In(1), "issue": In(1), "blocked": Out(1)}
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        word, valid, matches = self.word, self.issue, []
        for age in range(self._window):
            old_word = Signal.like(self.word, name=f"word{age}")
            old_valid = Signal(name=f"valid{age}")
            m.d.sync += [old_word.eq(word), old_valid.eq(valid)]
            matches.append(old_valid & (old_word == self.word))
            word, valid = old_word, old_valid
        m.d.comb += self.blocked.eq(self.accumulate & Cat(matches).any())
        return m
