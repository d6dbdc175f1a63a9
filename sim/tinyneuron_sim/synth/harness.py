"""A wrapper that lets a block with more ports than a package has pins be placed and routed."""

from __future__ import annotations

import re

from tinyneuron_hw.verilog import VerilogDesign

__all__ = ["HARNESS", "harness_text"]

HARNESS = "tn_harness"

_PORT = re.compile(r"^  (input|output) (?:\[(\d+):0\] )?(\w+);$", re.MULTILINE)
_SHARED = ("clk", "rst")


def harness_text(design: VerilogDesign) -> str:
    """Verilog of module :data:`HARNESS`: inputs come from a shift register behind one pin; outputs
    go to registers, which a chain of exclusive-or and a register a bit brings to one pin.

    So every path of the block begins and ends in a register, no path of the harness has more than
    one gate, and no input is constant and no output unused, which would let synthesis remove
    logic.
    """
    ports = _PORT.findall(design.files[f"{design.top}.v"])
    widths = {name: int(high or 0) + 1 for _, high, name in ports if name not in _SHARED}
    pins: dict[str, list[str]] = {"input": [], "output": []}
    connections = [f"    .{name}({name})" for _, _, name in ports if name in _SHARED]
    for direction, _, name in ports:
        if name in _SHARED:
            continue
        wire = "driven" if direction == "input" else "seen"
        low = sum(widths[other] for other in pins[direction])
        connections.append(f"    .{name}({wire}[{low + widths[name] - 1}:{low}])")
        pins[direction].append(name)
    inputs, outputs = (
        max(1, sum(widths[name] for name in pins[direction])) for direction in ("input", "output")
    )
    joined = ",\n".join(connections)
    return f"""\
module {HARNESS} (clk, rst, shift_in, shift_out);
  input clk, rst, shift_in;
  output shift_out;
  reg [{inputs}:0] driven;
  wire [{outputs - 1}:0] seen;
  reg [{outputs - 1}:0] kept;
  reg [{outputs}:0] chain;
  always @(posedge clk) begin
    driven <= {{driven[{inputs - 1}:0], shift_in}};
    kept <= seen;
    chain <= {{chain[{outputs - 1}:0], 1'b0}} ^ {{kept, 1'b0}};
  end
  assign shift_out = chain[{outputs}];
  {design.top} block (
{joined}
  );
endmodule
"""
