"""Data of the writes that wait in a channel."""

from typing import Any

from amaranth.hdl import Array, Cat, Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import In, Out

from ..blocks import write_masked
from ..config import CoreConfig
from .access_queue import TAG_BITS
from .scheduler import QUEUE_DEPTH
from .timing import BURST

__all__ = ["BUFFERS", "WriteBuffer"]

BUFFERS = QUEUE_DEPTH + 4
"""One for each access in the queue, and for those whose words are still to be sent."""


class WriteBuffer(wiring.Component):
    """Collects the bytes of writes. Where only some bytes of a 64-bit word are known, the rest is
    read first (``fill``), because check bits belong to whole words.

    Members
    -------
    free: Out(1), next: Out(TAG_BITS)
        A buffer that can be taken.
    put: In(1), put_tag, put_new, put_data, put_mask
        Bytes to write, to a buffer that is taken now (``put_new``) or was before.
    asked: In(1), asked_tag: In(TAG_BITS)
        A fill of this buffer is on its way from now on.
    partial: Out(BUFFERS)
        Buffers with a word that is not complete, and no fill on its way.
    fill, fill_tag, fill_word, fill_data, fill_double: In
        A word that was read; the bytes that are not known yet take it. ``put`` must be low. After
        the last word all are known. ``fill_double`` has a bit for each 64-bit word that is wrong:
        what is not overwritten of it stays wrong.
    waiting: Out(BUFFERS)
        Buffers with a fill on its way.
    send: In(1), send_tag: In(TAG_BITS)
        Its words follow in the next four cycles; the buffer is free.
    word: Out, enable: Out, poison: Out
        The word; which 64-bit words of it to write, and which to mark as wrong.
    idle: Out(1)
        No buffer is taken, and nothing is being sent.
    """

    def __init__(self, config: CoreConfig):
        self.config = config
        width = config.access_bytes
        word = width // BURST
        super().__init__(
            {
                "free": Out(1),
                "next": Out(TAG_BITS),
                "put": In(1),
                "put_tag": In(TAG_BITS),
                "put_new": In(1),
                "put_data": In(8 * width),
                "put_mask": In(width),
                "asked": In(1),
                "asked_tag": In(TAG_BITS),
                "partial": Out(BUFFERS),
                "fill": In(1),
                "fill_tag": In(TAG_BITS),
                "fill_word": In(range(BURST)),
                "fill_data": In(8 * word),
                "fill_double": In(word // 8),
                "waiting": Out(BUFFERS),
                "send": In(1),
                "send_tag": In(TAG_BITS),
                "word": Out(8 * word),
                "enable": Out(word // 8),
                "poison": Out(word // 8),
                "idle": Out(1),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        width, words = self.config.access_bytes, self.config.access_bytes // 8
        masks = Array(Signal(width, name=f"mask{i}") for i in range(BUFFERS))
        poisons = Array(Signal(words, name=f"poison{i}") for i in range(BUFFERS))
        used, lacking = Signal(BUFFERS), Signal(BUFFERS)
        for i in reversed(range(BUFFERS)):
            with m.If(~used[i]):
                m.d.comb += [self.next.eq(i), self.free.eq(1)]

        # Put: what is known after it.
        new_mask, put_poison = Signal(width), Signal(words)
        parts = [new_mask.word_select(i, 8) for i in range(words)]
        whole = Cat(self.put_mask.word_select(i, 8).all() for i in range(words))
        with m.If(self.put):
            with m.If(self.put_new):
                m.d.comb += new_mask.eq(self.put_mask)
            with m.Else():
                m.d.comb += [
                    new_mask.eq(self.put_mask | masks[self.put_tag]),
                    put_poison.eq(poisons[self.put_tag] & ~whole),
                ]
        with m.If(self.put):
            m.d.sync += [
                masks[self.put_tag].eq(new_mask),
                poisons[self.put_tag].eq(put_poison),
                used.bit_select(self.put_tag, 1).eq(1),
                lacking.bit_select(self.put_tag, 1).eq(
                    Cat(part.any() & ~part.all() for part in parts).any()
                ),
            ]
        with m.If(self.asked):
            m.d.sync += self.waiting.bit_select(self.asked_tag, 1).eq(1)
        m.d.comb += self.partial.eq(lacking & ~self.waiting)
        known = self._fill(m, masks, poisons, lacking)
        self._send(m, masks, poisons, used)

        store = Memory(shape=8 * width, depth=BUFFERS, init=[])
        m.submodules.store = store
        write_masked(
            m, store, platform, enable=self.put | self.fill,
            address=Mux(self.fill, self.fill_tag, self.put_tag),
            data=Mux(self.fill, self.fill_data.replicate(BURST), self.put_data),
            mask=Cat(bit.replicate(8) for bit in Mux(self.fill, known, self.put_mask)),
        )  # fmt: skip
        self._read(m, store)
        return m

    def _fill(self, m: Module, masks: Array, poisons: Array, lacking: Signal) -> Signal:
        """Bytes the word that was read goes to."""
        width = self.config.access_bytes
        word, words = width // BURST, width // 8
        takes, old = Signal(width), Signal(width)
        whole = Signal(words // BURST)
        with m.If(self.fill):
            m.d.comb += old.eq(masks[self.fill_tag])
            for i in range(BURST):
                part = old.word_select(i, word)
                with m.If(self.fill_word == i):
                    m.d.comb += takes.word_select(i, word).eq(~part)
                    m.d.comb += whole.eq(Cat(
                        part.word_select(k, 8).all() for k in range(words // BURST)
                    ))  # fmt: skip
            poison = self.fill_double & ~whole
            mark = poisons[self.fill_tag].word_select(self.fill_word, words // BURST)
            m.d.sync += mark.eq(poison)
            with m.If(self.fill_word == BURST - 1):
                m.d.sync += masks[self.fill_tag].eq((1 << width) - 1)
                m.d.sync += self.waiting.bit_select(self.fill_tag, 1).eq(0)
                m.d.sync += lacking.bit_select(self.fill_tag, 1).eq(0)
        return takes

    def _send(self, m: Module, masks: Array, poisons: Array, used: Signal) -> None:
        words = self.config.access_bytes // 8
        enables, poison = Signal(words), Signal(words)
        left = Signal(range(BURST + 1))
        count = words // BURST
        mask = Signal(8 * words)
        with m.If(self.send):
            m.d.comb += mask.eq(masks[self.send_tag])
            m.d.sync += [
                enables.eq(Cat(mask.word_select(i, 8).any() for i in range(words))),
                poison.eq(poisons[self.send_tag]),
                used.bit_select(self.send_tag, 1).eq(0),
                left.eq(BURST),
            ]
        with m.Elif(left != 0):
            m.d.sync += [enables.eq(enables >> count), poison.eq(poison >> count)]
            m.d.sync += left.eq(left - 1)
        m.d.comb += [
            self.enable.eq(Mux(left != 0, enables, 0)),
            self.poison.eq(poison),
            self.idle.eq(~used.any() & (left == 0)),
        ]

    def _read(self, m: Module, store: Memory) -> None:
        read = store.read_port()
        number = Signal(range(BURST))
        m.d.comb += [read.addr.eq(self.send_tag), read.en.eq(self.send)]
        m.d.comb += self.word.eq(read.data.word_select(number, len(self.word)))
        m.d.sync += number.eq(Mux(self.send, 0, number + 1))
