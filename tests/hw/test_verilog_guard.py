"""Guarded modules: the same function while their input is high, 0 otherwise."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path
from typing import Any

import pytest
from amaranth.hdl import Cat, Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from tinyneuron_hw.blocks import FORMS, Repeated
from tinyneuron_hw.verilog import emit
from tinyneuron_hw.verilog_guard import guarded

SEED = 3
_SIGNATURE = wiring.Signature({"on": In(1), "a": In(8), "b": In(8), "sum": Out(9), "odd": Out(1)})


class Adder(wiring.Component):
    """A few assignments that read each other, and parts of each other."""

    def __init__(self) -> None:
        super().__init__(_SIGNATURE)

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        low, high = Signal(5), Signal(5)
        m.d.comb += [
            self.sum.eq(Cat(low[:4], high)),
            high.eq(self.a[4:] + self.b[4:] + low[4]),
            low.eq(self.a[:4] + self.b[:4]),
            self.odd.eq(self.sum.xor()),
        ]
        return m


class Top(wiring.Component):
    """Two of them, the second behind the first."""

    def __init__(self) -> None:
        super().__init__(_SIGNATURE)

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        for name in ("first", "second"):
            m.submodules[name] = Repeated("adder", Adder, _SIGNATURE, guard="on")
        first, second = m.submodules.first, m.submodules.second
        m.d.comb += [
            first.on.eq(self.on), first.a.eq(self.a), first.b.eq(self.b),
            second.on.eq(self.on), second.a.eq(first.sum), second.b.eq(first.odd),
            self.sum.eq(second.sum), self.odd.eq(second.odd),
        ]  # fmt: skip
        return m


def expected(on: int, a: int, b: int) -> int:
    def adder(a: int, b: int) -> tuple[int, int]:
        return a + b, (a + b).bit_count() & 1

    if not on:
        return 0
    total, odd = adder(a, b)
    total, odd = adder(total & 0xFF, odd)
    return odd << 9 | total


@pytest.mark.parametrize("form", ["simulation", "asic"])
def test_same_results_in_icarus(tmp_path: Path, form: str) -> None:
    design = emit(Top(), "top", form=FORMS[form])
    assert ("function" in design.text) == (form == "simulation")
    rng = random.Random(SEED)
    cases = [(int(rng.random() < 0.7), rng.getrandbits(8), rng.getrandbits(8)) for _ in range(200)]
    cases[:2] = [(1, 255, 255), (0, 255, 255)]
    bench = "\n".join(f"    on = {on}; a = {a}; b = {b}; #1 $display(\"%0d\", {{odd, sum}});"
                      for on, a, b in cases)  # fmt: skip
    source = tmp_path / "all.v"
    source.write_text(f"""{design.text}
module bench;
  reg on; reg [7:0] a, b; wire [8:0] sum; wire odd;
  top dut(.clk(1'b0), .rst(1'b0), .on(on), .a(a), .b(b), .sum(sum), .odd(odd));
  initial begin
{bench}
    $finish;
  end
endmodule
""")
    program = tmp_path / "all.vvp"
    subprocess.run(["iverilog", "-g2005", "-o", program, source], check=True)
    run = subprocess.run(["vvp", program], check=True, capture_output=True, text=True)
    got = [int(line) for line in run.stdout.split() if line.isdigit()]
    wanted = [expected(*case) for case in cases]
    if form == "asic":  # its outputs are the sums, whatever the guard says
        wanted = [expected(1, a, b) for _, a, b in cases]
    assert got == wanted


def test_a_register_cannot_be_guarded() -> None:
    class Register(Adder):
        def elaborate(self, platform: Any) -> Module:
            m = Module()
            m.d.sync += self.sum.eq(self.a)
            return m

    text = emit(Register(), "register").text
    with pytest.raises(ValueError, match="register has more than assignments: reg"):
        guarded(text[text.index("module") :], "on")


def test_the_guard_is_an_input() -> None:
    text = emit(Adder(), "adder").text
    with pytest.raises(ValueError, match="no input 'off'"):
        guarded(text[text.index("module") :], "off")
