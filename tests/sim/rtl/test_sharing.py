"""Repeated logic compiled once: the same values in every cycle, and each function once."""

from __future__ import annotations

import ctypes
import re
from functools import reduce
from operator import xor
from pathlib import Path
from typing import Any

import pytest
from amaranth.hdl import Cat, Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from tinyneuron_hw.blocks import Repeated
from tinyneuron_hw.verilog import VerilogDesign, emit
from tinyneuron_sim.rtl.build import verilate
from tinyneuron_sim.rtl.sharing import loops, share, share_logic
from tinyneuron_sim.rtl.sharing.library import Library
from tinyneuron_sim.rtl.sharing.module_text import ModuleText

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


class Element(wiring.Component):
    """Registers, one of which does not start at 0 and one of which keeps its value, and logic
    between them; ``down`` is its state, ``up`` what the next one takes."""

    def __init__(self) -> None:
        super().__init__(_SIGNATURE)

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        total, kept = Signal(8, init=37), Signal(8, reset_less=True)
        mixed = Signal(8)
        m.d.comb += mixed.eq(Mux(total[0], self.a + kept, self.a ^ (total << 1)))
        m.d.sync += [total.eq(mixed - self.b), self.up.eq(mixed), self.down.eq(total ^ kept)]
        with m.If(self.b[2]):
            m.d.sync += kept.eq(self.a)
        with m.Elif(self.b[3]):
            m.d.sync += kept[:4].eq(mixed[4:])
        return m


class Row(wiring.Component):
    """Nine elements, each of which reads what the one before it made; all read ``b``."""

    def __init__(self) -> None:
        super().__init__(_SIGNATURE)

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        value, states = self.a, []
        for number in range(9):
            m.submodules[f"element{number}"] = element = Repeated("element", Element, _SIGNATURE)
            m.d.comb += [element.a.eq(value), element.b.eq(self.b)]
            value = element.up
            states.append(element.down)
        m.d.comb += [self.up.eq(value), self.down.eq(reduce(xor, states))]
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


def test_many_small_clocked_modules_are_a_loop() -> None:
    files = share_logic(emit(Row(), "row")).files
    assert "element.v" not in files
    assert "  element element0 (" not in files["row.v"]
    assert files["row.v"].count("tn_functions::element_loop(") == 1
    assert "i <= 8; i = i + 1" in files["tn_functions.sv"]


def test_few_modules_are_no_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loops, "_LEAST", 10)
    assert "element.v" in share_logic(emit(Row(), "row")).files


def test_a_module_whose_output_is_no_register_is_no_loop(design: VerilogDesign) -> None:
    """Logic from input to output in a loop would make a loop of stages that read each other."""
    assert "_loop(" not in "".join(share_logic(design).files.values())


def test_the_statement_of_an_empty_case_is_no_name() -> None:
    """What reads a name that no net has depends on who knows what, and stays in every instance."""
    text = emit(Twice(), "top").files["stage_mixer.v"]
    assert "case" in text
    silent = text.replace("down = ", "/* empty */;  down = ", 1)
    module = ModuleText.parse("stage_mixer.v", silent)
    assert module is not None
    assert not any("empty" in node.reads for node in module.nodes)


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


@pytest.mark.parametrize("component", [Twice, Row])
def test_the_same_in_every_cycle(
    component: type[wiring.Component], monkeypatch: pytest.MonkeyPatch
) -> None:
    print(f"seed {SEED}")
    monkeypatch.setattr(share, "_LEAST", 0)
    monkeypatch.setattr(share, "_LEAST_PER_PORT", 0)
    design = emit(component(), "top")
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
