"""Writes the Verilog of a core of your own size, and shows the ports of its top module."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from tinyneuron_hw.config import get_config
from tinyneuron_hw.verilog import emit_top


def main() -> None:
    """Emit, and say what there is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", default="tiny", help="preset to start from")
    parser.add_argument("--columns", type=int, default=8, help="columns of PEs")
    parser.add_argument("--top", default="core", choices=("core", "chip"))
    parser.add_argument("--out", type=Path, default=Path("verilog"))
    options = parser.parse_args()

    base = get_config(options.base)
    config = base.with_changes(name=f"{base.name}_{options.columns}", columns=options.columns)
    design = emit_top(config, options.top)
    paths = design.write(options.out)
    lines = sum(text.count("\n") for text in design.files.values())
    print(f"{config.partitions} x {config.columns} PEs: {len(paths)} modules, {lines:,} lines")

    ports = re.findall(r"^  (input|output)\s+(?:\[(\d+):0\] )?(\w+);",
                       design.files[f"{design.top}.v"], re.MULTILINE)  # fmt: skip
    for direction, high, name in ports:
        print(f"  {direction:<7}{int(high or 0) + 1:>5}  {name}")
    print(f"wrote {options.out}/{design.top}.f, a list of the files")


if __name__ == "__main__":
    main()
