"""The module that stands around a chip in Verilator and in Icarus.

Verilator computes all logic that depends on a model's inputs twice a cycle, and nearly all logic
depends on the reset. So every input passes a register here, and what the harness never changes is
tied; the chip then depends on registers only.
"""

from __future__ import annotations

from typing import Any

from amaranth.hdl import Shape
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.hbm.ports import FixedPort, memory_port
from tinyneuron_hw.host.axi import Axi4Lite
from tinyneuron_hw.isa.csr import CSR_ADDRESS_BITS
from tinyneuron_hw.sequencer.ports import TraceEvent

__all__ = ["TIED_INPUTS", "WRAPPER_MODULE", "chip_signature", "wrapper_text"]

WRAPPER_MODULE = "tn_harness"

TIED_INPUTS = {
    "s_axil__awprot": 0, "s_axil__arprot": 0, "s_axil__wstrb": 15, "s_axil__bready": 1,
    "s_axil__rready": 1, "phy__ready": 1, "host__ready": 1, "trace__ready": 1,
}  # fmt: skip
"""Inputs of a chip that no target changes."""


def chip_signature(config: CoreConfig) -> wiring.Signature:
    """Ports of ``Chip``."""
    return wiring.Signature({
        "s_axil": In(Axi4Lite(address_bits=CSR_ADDRESS_BITS)),
        "phy": Out(memory_port(config)),
        **({"host": Out(FixedPort(config))} if config.host_memory_bytes else {}),
        "interrupt": Out(1),
        "trace": Out(stream.Signature(TraceEvent)),
    })  # fmt: skip


def wrapper_text(config: CoreConfig, chip_module: str) -> str:
    """Verilog of the wrapper around ``chip_module``; its ports are the chip's, without those that
    are tied."""
    ports, inner, registers, connections = ["clk", "rst"], [], [], []
    signature: Any = chip_signature(config)  # amaranth-stubs takes its members for mere flows
    for path, member, _ in signature.flatten(signature.create()):
        name = "__".join(map(str, path))
        width = Shape.cast(member.shape).width
        range_ = f"[{width - 1}:0]"
        if name in TIED_INPUTS:
            connections.append(f"    .{name}({width}'d{TIED_INPUTS[name]})")
            continue
        ports.append(name)
        if member.flow is wiring.In:
            inner += [f"  input {range_} {name};", f"  reg {range_} {name}_q = 0;"]
            registers.append(f"    {name}_q <= {name};")
            connections.append(f"    .{name}({name}_q)")
        else:
            inner.append(f"  output {range_} {name};")
            connections.append(f"    .{name}({name})")
    lines = [
        f"module {WRAPPER_MODULE} (", ",\n".join(f"  {port}" for port in ports), ");",
        "  input clk;", "  input rst;", "  reg rst_q = 1;", *inner,
        "  always @(posedge clk) begin", "    rst_q <= rst;", *registers, "  end",
        f"  {chip_module} chip (", "    .clk(clk),", "    .rst(rst_q),", ",\n".join(connections),
        "  );", "endmodule", "",
    ]  # fmt: skip
    return "\n".join(lines)
