"""Repeated logic compiled once: the same values in every cycle, and each function once."""

from __future__ import annotations

import ctypes
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from amaranth.hdl import Cat, Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from tinyneuron_hw.blocks import Repeated
from tinyneuron_hw.verilog import VerilogDesign, emit
from tinyneuron_sim.rtl import build, sharing
from tinyneuron_sim.rtl.build import verilate
from tinyneuron_sim.rtl.sharing import share, share_logic
from tinyneuron_sim.rtl.sharing.library import Library

SEED = 5
_SIGNATURE = wiring.Signature({"a": In(8), "b": In(8), "up": Out(8), "down": Out(8)})


class Mixer(wiring.Component):
    """Assignments, and a choice; both outputs depend on both inputs."""

    def __init__(self) -> None:
        super().__init__(_SIGNATURE)

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        low = Signal(5)
        m.d.comb += [low.eq(self.a[:4] + self.b[:4]), self.up.eq(Cat(low, self.a[5:] ^ self.b[5:]))]
        with m.Switch(self.b[:2]):
            with m.Case(0):
                m.d.comb += self.down.eq(self.a - self.b)
            with m.Case(1):
                m.d.comb += self.down.eq(low)
            with m.Default():
                m.d.comb += self.down.eq(self.a & self.up)
        return m


class Stage(wiring.Component):
    """A mixer between registers, with logic of the registers and of an input beside it.

    ``up`` depends on ``a`` alone and ``down`` on a register alone, so that two stages may be
    connected in a ring.
    """

    def __init__(self) -> None:
        super().__init__(_SIGNATURE)

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        m.submodules.mixer = mixer = Mixer()
        total, last = Signal(8), Signal(8)
        m.d.comb += [mixer.a.eq(total), mixer.b.eq(self.b), self.up.eq(~self.a)]
        m.d.comb += self.down.eq((last << 1) ^ (last >> 2) + last)
        m.d.sync += [total.eq(mixer.up + mixer.down), last.eq(total ^ self.a)]
        return m


class Twice(wiring.Component):
    """Two stages, each of which reads what the other makes of its input or register."""

    def __init__(self) -> None:
        super().__init__(_SIGNATURE)

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        for name in ("one", "other"):
            m.submodules[name] = Repeated("stage", Stage, _SIGNATURE)
        one, other = m.submodules.one, m.submodules.other
        m.d.comb += [
            one.a.eq(self.a), one.b.eq(other.up), other.a.eq(one.down), other.b.eq(self.b),
            self.up.eq(one.up), self.down.eq(other.down),
        ]  # fmt: skip
        return m


@pytest.fixture
def design() -> VerilogDesign:
    return emit(Twice(), "top")


@pytest.fixture
def shared(design: VerilogDesign, monkeypatch: pytest.MonkeyPatch) -> VerilogDesign:
    """The design with all that can be shared in functions, however small it is."""
    monkeypatch.setattr(share, "_LEAST", 0)
    monkeypatch.setattr(share, "_LEAST_PER_PORT", 0)
    return share_logic(design)


def test_modules_of_assignments_are_functions(shared: VerilogDesign) -> None:
    package = shared.files["tn_functions.sv"]
    assert "function automatic void stage_mixer;" in package
    assert "stage_mixer.v" not in shared.files
    assert "      stage_mixer(" in package  # called by what reads it


def test_outputs_of_a_function_depend_on_the_same(shared: VerilogDesign) -> None:
    """``up`` of a stage depends on its input, ``down`` on a register: one function of both would
    make a loop of two stages that read each other."""
    calls = re.findall(r"always @\* tn_functions::\w+\((.*)\);", shared.files["stage.v"])
    for call in calls:
        names = call.split(", ")
        assert not {"up", "down"} <= {*names}, call


def test_the_same_but_for_names_is_one_function() -> None:
    library = Library()
    widths = dict.fromkeys("abcxyz", "[7:0] ")
    first = library.add_logic("one", ["c = a + b;"], widths=widths, inputs="ab", outputs="c")
    second = library.add_logic("two", ["x = z + y;"], widths=widths, inputs="yz", outputs="x")
    third = library.add_logic("three", ["c = a - b;"], widths=widths, inputs="ab", outputs="c")
    assert (first.function, second.function, third.function) == ("one", "one", "three")
    assert second.inputs == ("z", "y")  # in the order of the first's a and b
    assert library.text().count("endfunction") == 2


def test_another_width_is_another_function() -> None:
    library = Library()
    calls = {
        library.add_logic("f", ["b = ~a;"], widths={"a": width, "b": width}, inputs="a",
                          outputs="b").function
        for width in ("[7:0] ", "[8:0] ")
    }  # fmt: skip
    assert len(calls) == 2


def test_what_is_not_an_emitted_module_stays(design: VerilogDesign) -> None:
    design.files["gate.v"] = text = "module gate (a, b);\n  input a;\n  output b;\nendmodule\n"
    assert share_logic(design).files["gate.v"] == text


_HARNESS = """\
#include "Vmodel.h"
#include <memory>
#include <string>
static std::string values;
extern "C" const char* run(unsigned seed, int cycles) {
  auto model = std::make_unique<Vmodel>();
  values.clear();
  for (int cycle = 0; cycle < cycles; ++cycle) {
    seed = seed * 1664525u + 1013904223u;
    model->rst = cycle < 2;
    model->a = seed >> 8 & 255;
    model->b = seed >> 16 & 255;
    model->clk = 0;
    model->eval();
    values += std::to_string(model->up) + " " + std::to_string(model->down) + "\\n";
    model->clk = 1;
    model->eval();
  }
  return values.c_str();
}
"""


def test_the_same_in_every_cycle(
    design: VerilogDesign, shared: VerilogDesign, monkeypatch: pytest.MonkeyPatch
) -> None:
    print(f"seed {SEED}")
    monkeypatch.setattr(build, "sharing", SimpleNamespace(share_logic=lambda _: shared,
                                                          __file__=sharing.__file__))  # fmt: skip
    logs = [
        _run(verilate(design, {"harness.cpp": _HARNESS}, ["-O3", "-Wno-fatal"], label="test",
                      shared=is_shared))
        for is_shared in (False, True)
    ]  # fmt: skip
    assert len({*logs[0]}) > 100  # the values do change
    assert logs[1] == logs[0]


def _run(path: Path) -> list[bytes]:
    library = ctypes.CDLL(str(path))
    library.run.restype = ctypes.c_char_p
    return library.run(SEED, 500).splitlines()
