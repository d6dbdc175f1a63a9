"""SBUF and PSUM become block RAM on an FPGA, in the form that is emitted for one."""

from __future__ import annotations

import json

import pytest

from tinyneuron_hw.blocks import FORMS
from tinyneuron_hw.config import get_config
from tinyneuron_hw.memory.psum_bank import PsumMemory
from tinyneuron_hw.memory.sbuf_bank import SbufMemory
from tinyneuron_hw.verilog import emit
from tinyneuron_sim.synth.yosys import Step, run_yosys


def map_to_ecp5(memory, form, folder):
    folder.mkdir()
    design = emit(memory(get_config("tiny")), "memory", form=FORMS[form])
    (folder / "memory.v").write_text(design.files["memory.v"])
    steps = [
        Step("", "read_verilog memory.v"),
        # As far as memories: what they become is decided by then.
        Step("", "synth_ecp5 -top memory -run begin:map_gates"),
        Step("", "tee -q -o stat.json stat -json -top memory"),
    ]
    run_yosys(steps, folder, lambda _: None)
    cells = json.loads((folder / "stat.json").read_text())["design"]["num_cells_by_type"]
    block_rams = sum(cells.get(kind, 0) for kind in ("DP16KD", "PDPW16KD"))
    return block_rams, cells.get("TRELLIS_DPR16X4", 0)


@pytest.mark.parametrize(
    ("memory", "block_rams"),
    [(SbufMemory, 4), (PsumMemory, 1)],  # 128 and 32 bits, 36 a block RAM
)
def test_a_bank_of_a_partition_is_block_ram(memory, block_rams, tmp_path):
    assert map_to_ecp5(memory, "fpga", tmp_path / "fpga") == (block_rams, 0)
    # Why the form exists: reading the old row without a clock forbids block RAM.
    used, distributed = map_to_ecp5(memory, "simulation", tmp_path / "simulation")
    assert used == 0
    assert distributed > 0
