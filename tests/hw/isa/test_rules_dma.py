"""Which rings of descriptors and lists of buffers are legal."""

from __future__ import annotations

import pytest

from tinyneuron_hw.config import get_config
from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.codec import decode, encode
from tinyneuron_hw.isa.csr import Trap
from tinyneuron_hw.isa.opcodes import Opcode
from tinyneuron_hw.isa.rules import OperandError, check

TINY = get_config("tiny")
FP32, BF16, UINT8 = DType.FP32, DType.BF16, DType.UINT8


def _list(dtype: DType = FP32, **more: object) -> dict:
    return {"dtype": dtype, "list": 1, "dims": [{"size": 3}], **more}


_CHIP = {"dtype": FP32, "num_partitions": 4, "dims": [{"stride": 1, "size": 8}]}
_ROWS = {**_CHIP, "dims": [{"stride": 1, "size": 8}, {"size": 1}, {"size": 1}, {"size": 3}]}
_INDEX = {"dtype": DType.INT32, "num_partitions": 4, "dims": [{"stride": 1, "size": 3}]}
LEGAL: dict[Opcode, dict] = {
    Opcode.DMA_RING: {"ring": {"entries": 5, "first": 4, "count": 5}},
    Opcode.DMA_LOAD: {"src": _list(), "dst": _CHIP},
    Opcode.DMA_STORE: {"src": _CHIP, "dst": _list(BF16)},
    Opcode.DMA_COPY: {"src": _list(), "dst": {"dtype": FP32, "dims": [{"stride": 4, "size": 9}]}},
    Opcode.DMA_GATHER: {"src": _list(), "dst": _ROWS, "index": _INDEX},
}


def _check(opcode: Opcode, fields: dict, **more) -> None:
    check(TINY, opcode, decode(encode(opcode, fields)).fields, **more)


def _refused(opcode: Opcode, fields: dict, cause: Trap, message: str, **more) -> OperandError:
    with pytest.raises(OperandError, match=message) as caught:
        _check(opcode, fields, **more)
    assert caught.value.cause is cause
    return caught.value


BAD = [
    (Opcode.DMA_RING, {"queue": 2}, "queue 2 does not exist: 2 DMA engines"),
    (Opcode.DMA_RING, {"ring": {"entries": 5, "first": 5, "count": 1}}, "first must be below its"),
    (Opcode.DMA_RING, {"ring": {"entries": 5}}, "count must be from 1 to its 5 entries, not 0"),
    (Opcode.DMA_RING, {"ring": {"entries": 5, "count": 6}}, "count must be from 1 to its 5"),
    (Opcode.DMA_RING, {"ring": {"entries": 0, "count": 1}}, "first must be below its 0"),
    (Opcode.DMA_COPY, {"src": _list(), "dst": _list()}, "src and dst must not both be lists"),
    (Opcode.DMA_LOAD, {"src": _list(dims=[{"stride": 16, "size": 3}])}, "strides are 0, sizes 1"),
    (Opcode.DMA_STORE, {"dst": _list(dims=[{"size": 3}, {"size": 2}])}, "strides are 0, sizes 1"),
    (Opcode.DMA_STORE, {"dst": _list(dims=[{"size": 0}])}, "dst: every dimension must have size"),
    (Opcode.DMA_LOAD, {"src": _list(), "accumulate": 1}, "src: a transfer with a list neither"),
    (Opcode.DMA_GATHER, {"src": _list()}, "src: a transfer with a list neither"),
    (Opcode.DMA_COPY, {"src": _list(UINT8)}, "src: dtype uint8 is not one of fp32, bf16"),
]


@pytest.mark.parametrize(("opcode", "changes", "message"), BAD)
def test_a_broken_rule_is_named(opcode, changes, message):
    _refused(opcode, {**LEGAL[opcode], **changes}, Trap.BAD_OPERAND, message)


@pytest.mark.parametrize("opcode", [op for op in LEGAL if op is not Opcode.DMA_GATHER])
def test_a_legal_one_of_each_opcode(opcode):
    """Whatever the list's size: what its buffers hold is in memory."""
    _check(opcode, LEGAL[opcode])


def test_a_list_is_read_wherever_it_stands():
    """Its entries, whatever the buffers are for; it starts at a multiple of an entry."""
    asked = []

    def window_allows(low, high, is_write):
        asked.append((low, high, is_write))
        return True

    for opcode, path in ((Opcode.DMA_LOAD, "src"), (Opcode.DMA_STORE, "dst")):
        fields = {**LEGAL[opcode], path: _list(BF16)}
        known = {"device_address": lambda path: 0x1230, "window_allows": window_allows}
        _check(opcode, fields, **known)
        assert set(asked) == {(0x1230, 0x1230 + 48, False)}
        known["device_address"] = lambda path: 0x1238
        _refused(opcode, fields, Trap.BAD_OPERAND, "0x1238 is not a multiple of 16", **known)


def test_a_ring_starts_at_a_descriptor_inside_a_window():
    fields = {"ring": {"entries": 3, "first": 2, "count": 1}}
    known = {"window_allows": lambda low, high, is_write: (low, high, is_write) == (0x80, 0x200, 0)}
    _check(Opcode.DMA_RING, fields, device_address=lambda path: 0x80, **known)
    _refused(Opcode.DMA_RING, fields, Trap.BAD_OPERAND, "0xc0 is not a multiple of 128",
             device_address=lambda path: 0xC0, **known)  # fmt: skip
    error = _refused(Opcode.DMA_RING, fields, Trap.OUT_OF_RANGE, "ring: device bytes 0x100",
                     device_address=lambda path: 0x100, **known)  # fmt: skip
    assert error.address == 0x100
