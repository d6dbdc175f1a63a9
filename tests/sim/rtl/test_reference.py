"""The speed of a frozen design."""

from __future__ import annotations

import pytest

from tinyneuron_sim.rtl.reference import measure_reference
from tinyneuron_sim.rtl.tools import BuildError

COUNTER = """
module counter (input clk, input rst, output reg [31:0] checksum);
  always @(posedge clk) checksum <= rst ? 32'd7 : checksum + 32'd3;
endmodule
"""


def test_runs_the_cycles_it_says(tmp_path):
    folder = tmp_path / "counter"
    folder.mkdir()
    (folder / "counter.v").write_text(COUNTER)
    speed = measure_reference(folder, 1000, repeat=2)
    assert speed.checksum == 7 + 3 * 1000
    assert speed.cycles == 1000
    assert speed.khz > 1


def test_empty_folder(tmp_path):
    with pytest.raises(BuildError, match="no Verilog of a reference design"):
        measure_reference(tmp_path)
