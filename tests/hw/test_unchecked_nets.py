from __future__ import annotations

import contextlib

import pytest
from amaranth.hdl import _nir

from tinyneuron_hw import verilog
from tinyneuron_hw.config import get_config
from tinyneuron_hw.unchecked_nets import nets_unchecked


def test_the_verilog_is_the_same_with_the_checks(monkeypatch):
    config = get_config("tiny")
    without = verilog.emit_top(config, "array").text
    monkeypatch.setattr(verilog, "nets_unchecked", contextlib.nullcontext)
    assert verilog.emit_top(config, "array").text == without


def test_checks_are_back_after_it_whatever_happens_inside():
    before = _nir.Value.__new__

    @nets_unchecked()
    def fail() -> None:
        assert _nir.Value([3, 4]) == (3, 4)  # plain numbers, not nets
        raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert _nir.Value.__new__ is before
    with pytest.raises(AssertionError):
        _nir.Value([3, 4])
    net = _nir.Net.from_const(1)
    assert _nir.Value(net) == _nir.Value([net]) == (net,)
