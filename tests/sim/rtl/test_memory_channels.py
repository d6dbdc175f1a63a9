"""Device memory with channels in Python: its rules, its check bits, its address map."""

from __future__ import annotations

import random

import pytest

from tinyneuron_hw.config import get_config
from tinyneuron_hw.ecc import encode_word
from tinyneuron_hw.hbm.address import AddressMap
from tinyneuron_hw.hbm.ports import RowCommand
from tinyneuron_hw.hbm.timing import TIMINGS
from tinyneuron_sim.rtl.memory_channels import ChannelsDevice, EccMemory, check_of
from tinyneuron_sim.rtl.memory_rules import TimingError

ACT, PRE, PREA, REF = (command.value for command in RowCommand)
T = TIMINGS["hbm"]


def drive(commands: list[tuple[int, str, tuple[int, ...]]], memory: str = "hbm") -> None:
    """Gives commands to channel 0 of a fresh device, each in its cycle."""
    device, cycle = ChannelsDevice(get_config(f"tiny,memory={memory}")), 0
    for at, kind, arguments in commands:
        while cycle < at:
            for channel in device.writing():
                device.write_word(channel, bytes(8), bytes(1), 1)
            device.next_cycle()
            device.due()
            cycle += 1
        if kind == "row":
            command, bank, row = arguments
            device.row_command(0, command, bank, row)
        elif kind == "column":
            write, bank, column = arguments
            device.column_command(0, bool(write), bank, column)


def row(at: int, command: int, bank: int = 0, number: int = 0):
    return at, "row", (command, bank, number)


def column(at: int, write: int, bank: int = 0):
    return at, "column", (write, bank, 0)


OPEN = row(0, ACT, 0, 5)
AFTER_WRITE = T.rcd + T.write_to_precharge
FIVE = [row(i, ACT, i) for i in range(4)]
SEQUENCES = {
    "tRCD": ([OPEN], lambda at: column(at, 0), T.rcd),
    "tRAS": ([OPEN], lambda at: row(at, PRE), T.ras),
    "tWR": ([OPEN, column(T.rcd, 1)], lambda at: row(at, PRE), AFTER_WRITE),
    "tRP": ([OPEN, row(T.ras, PRE)], lambda at: row(at, ACT), T.ras + T.rp),
    "tFAW": (FIVE, lambda at: row(at, ACT, 4), T.faw),
    "data bus": ([OPEN, column(T.rcd, 0)], lambda at: column(at, 0), T.rcd + 4),
    "turnaround": ([OPEN, column(T.rcd, 0)], lambda at: column(at, 1), T.rcd + 4 + T.turnaround),
    "tRFC": ([row(0, REF)], lambda at: row(at, ACT), T.rfc),
    "tRREFD before ACTIVATE": ([row(0, REF, 3)], lambda at: row(at, ACT, 4), T.rrefd),
    "tRREFD before REFRESH": ([row(0, REF, 3)], lambda at: row(at, REF, 4), T.rrefd),
    "tRP before REFRESH": ([OPEN, row(T.ras, PREA)], lambda at: row(at, REF), T.ras + T.rp),
}


@pytest.mark.parametrize("name", SEQUENCES)
def test_a_command_one_cycle_early_breaks_its_rule(name):
    before, command, first = SEQUENCES[name]
    drive([*before, command(first)])
    rule = {
        "turnaround": "data bus",
        "data bus": "data bus",
        "tRAS": "tRAS/tWR",
        "tWR": "tRAS/tWR",
    }.get(name, name.split()[0])
    with pytest.raises(TimingError, match=f"channel 0: {rule}.* in cycle {first - 1}: .*{first}"):
        drive([*before, command(first - 1)])


@pytest.mark.parametrize(("commands", "text"), [
    ([OPEN, row(60, ACT)], "ACTIVATE of bank 0 in cycle 60: a row is open"),
    ([column(60, 0)], "READ of bank 0 in cycle 60: no row is open"),
    ([column(60, 1)], "WRITE of bank 0 in cycle 60: no row is open"),
    ([OPEN, row(60, REF)], "REFRESH of bank 0 in cycle 60: a row is open"),
    ([row(60, REF, 3), row(300, REF, 3)],
     "order: REFRESH of bank 3 in cycle 300: others have not had theirs"),
    ([*(row(10 * i, REF, i) for i in range(16) if i != 5), row(9 * T.refi, ACT, 2)],
     "tREFI: REFRESH 1 of bank 5 has not come before cycle 35100"),
])  # fmt: skip
def test_a_command_that_makes_no_sense_is_refused(commands, text):
    with pytest.raises(TimingError, match=text):
        drive(commands)


def test_other_banks_work_while_one_is_refreshed():
    drive([row(0, REF, 3), row(T.rrefd, ACT, 4), column(T.rrefd + T.rcd, 0, 4)])


def test_ddr4_refreshes_all_banks_together():
    timing = TIMINGS["ddr4"]
    drive([row(0, REF), row(timing.rfc, ACT, 4)], "ddr4")
    with pytest.raises(TimingError, match=f"tRFC: ACTIVATE of bank 4 .* before cycle {timing.rfc}"):
        drive([row(0, REF), row(timing.rfc - 1, ACT, 4)], "ddr4")
    with pytest.raises(TimingError, match="REFRESH of bank 0 in cycle 60: a row is open"):
        drive([OPEN, row(60, REF, 7)], "ddr4")


def test_check_bits_are_those_of_the_code():
    rng = random.Random(3)
    for _ in range(50):
        data = rng.randbytes(8)
        assert check_of(data) == bytes([encode_word(int.from_bytes(data, "little"), 64)])


def test_flips_stay_until_the_word_is_written():
    memory = EccMemory()
    memory.write(0, bytes(range(32)))
    memory.flip(8, 1 << 3 | 1 << 66)
    data, check = memory.read_words(8, 8)
    assert data == bytes([8 ^ 8, *range(9, 16)])
    assert check[0] == check_of(bytes(range(8, 16)))[0] ^ 4
    memory.write(9, b"\x55")
    data, check = memory.read_words(8, 8)
    assert check == check_of(data)


@pytest.mark.parametrize("name", ["tiny", "default", "inferentia1", "inferentia2"])
def test_the_address_map_is_one_to_one_and_spreads_strides(name):
    config = get_config(f"{name},memory=hbm")
    places, rng = AddressMap(config), random.Random(name)
    for _ in range(200):
        unit = rng.randrange(1 << places.total_bits)
        assert places.join(places.split(unit)) == unit
    # From banks on, any power of two meets every bank of every channel.
    below = places.channel_bits + places.column_bits
    count = config.memory_channels * 16
    for shift in range(below, places.total_bits - places.channel_bits - 4):
        spots = {(p.channel, p.bank) for p in (places.split(i << shift) for i in range(count))}
        assert len(spots) == count, shift
