"""The tree of blocks from Yosys' statistics."""

from __future__ import annotations

from tinyneuron_sim.synth.blocks import MEMORY_BITS, read_blocks


def module(bits=0, **cells):
    return {"num_memory_bits": bits, "num_cells_by_type": cells}


def test_cells_are_counted_through_the_hierarchy():
    modules = {
        "\\top": module(LUT4=1, top_a=2, shared=1),
        "\\top_a": module(LUT4=10, FF=1, shared=3),
        "\\shared": module(bits=64, FF=100),
    }
    top = read_blocks({"modules": modules}, "top")
    assert top.cells == {"LUT4": 21, "FF": 702, MEMORY_BITS: 448}
    assert top.own == {"LUT4": 1}
    shared, a = sorted(top.children, key=lambda block: block.cells["LUT4"])
    assert (shared.name, shared.count, shared.cells["FF"]) == ("shared", 1, 100)
    assert (a.name, a.count) == ("a", 2)
    assert a.cells == {"LUT4": 20, "FF": 602, MEMORY_BITS: 384}


def test_a_wrapper_gives_way_to_what_it_wraps():
    modules = {
        "\\top": module(top_gated=1, other=1),
        "\\top_gated": module(LUT4=1, top_gated_block=1),
        "\\top_gated_block": module(x=2, y=1),
        "\\x": module(LUT4=1),
        "\\y": module(LUT4=5),
        "\\other": module(LUT4=1),
    }
    gated = read_blocks({"modules": modules}, "top").children[0]
    assert (gated.name, gated.cells["LUT4"]) == ("gated", 8)
    assert [(child.name, child.count) for child in gated.children] == [("x", 2), ("y", 1)]
    assert gated.own == {"LUT4": 1}


def test_numbered_blocks_are_put_together_when_equal():
    modules = {
        "\\top": module(top_bank0=1, top_bank1=1, top_bank2=1, top_odd=1),
        **{f"\\top_bank{n}": module(cell=3, LUT4=2) for n in (0, 1)},
        "\\top_bank2": module(cell=3, LUT4=3),
        "\\top_odd": module(LUT4=3),
        "\\cell": module(FF=1),
    }
    blocks = read_blocks({"modules": modules}, "top").children
    assert [(block.name, block.count) for block in blocks] == [
        ("bank0..1", 2), ("bank2", 1), ("odd", 1),
    ]  # fmt: skip
    assert blocks[0].cells == {"LUT4": 4, "FF": 6}
    assert (blocks[0].children[0].name, blocks[0].children[0].count) == ("cell", 6)
