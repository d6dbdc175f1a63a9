"""Configurations drawn at random: five programs on the emitted Verilog give golden's bytes.

A seed gives everything. TINYNEURON_CONFIG_SEED=1234 runs that one and no other.
"""

from __future__ import annotations

import os
import re

import pytest

from tinyneuron.runtime.device import open_device
from tinyneuron_hw.config import get_config

from .random_configs import DOES_NOT_FIT, draw_config, draw_programs
from .small_programs import conv2d_case, lanes_case, matmul_case, transfers_case

TARGET = "icarus"
"""From sources to results it is the quickest target: no C++ is compiled."""
SHORT, LONG = 32, 200
"""Instructions of a program at most: Icarus takes five seconds for the longest of the short."""
CHOSEN = os.environ.get("TINYNEURON_CONFIG_SEED")
SMALL = [
    seed
    for seed in range(60)
    if draw_config(seed).macs_per_cycle <= 32
    and draw_config(seed).partitions == 4
    and draw_config(seed).dma_engines <= 2
]
"""What takes the shortest time to write and to compile; the many are any."""
FEW = [int(CHOSEN)] if CHOSEN else SMALL[:6]
MANY = [] if CHOSEN else range(100, 160)


def check_config(seed: int, most_instructions: int) -> None:
    config = draw_config(seed)
    print(f"seed {seed}: {config}")
    with open_device("golden", config) as golden, open_device(TARGET, config) as device:
        for drawn in draw_programs(config, seed, most_instructions):
            print(drawn.name)
            expected = golden.load(drawn.program).run(drawn.inputs).outputs
            result = device.load(drawn.program).run(drawn.inputs)
            for name, array in expected.items():
                assert result.outputs[name].tobytes() == array.tobytes(), (drawn.name, name)


@pytest.mark.begins_first
@pytest.mark.parametrize("seed", FEW)
def test_a_random_configuration_gives_goldens_bytes(seed):
    check_config(seed, SHORT)


@pytest.mark.slow
@pytest.mark.parametrize("seed", MANY)
def test_many_random_configurations_give_goldens_bytes(seed, tmp_path, monkeypatch):
    # A cache of its own: sixty models would push out everything else.
    monkeypatch.setenv("TINYNEURON_CACHE", str(tmp_path))
    check_config(seed, LONG)


def test_seeds_repeat_and_differ():
    assert draw_config(7) == draw_config(7)
    assert len({draw_config(seed) for seed in range(20)}) == 20
    first, again = (draw_programs(draw_config(7), 7, SHORT) for _ in range(2))
    for one, other in zip(first, again, strict=True):
        assert one.name == other.name
        assert one.program.streams == other.program.streams
        assert all((one.inputs[name] == other.inputs[name]).all() for name in one.inputs)


TOO_SMALL = {
    "matmul": lambda config: matmul_case(config, 9, 17, 40),
    "conv2d": lambda config: conv2d_case(
        config, n=1, h=5, w=6, cin=5, cout=6, kernel=3, stride=1, pad=1, dilation=1, groups=1
    ),
    "lanes": lambda config: lanes_case(config, 3, 12),
    "transfers": lambda config: transfers_case(config, 3, 40, 1),
}


@pytest.mark.parametrize("name", TOO_SMALL)
def test_memories_that_are_too_small_give_an_error_or_the_right_bytes(name):
    """Never wrong results: golden also sees every byte that is read before it is written."""
    fits, errors = 0, []
    for lines in range(1, 13):
        config = get_config("tiny").with_changes(
            name=f"sbuf{lines}", sbuf_partition_bytes=128 * lines, psum_bank_bytes=64
        )
        try:
            case = TOO_SMALL[name](config)
        except DOES_NOT_FIT as error:
            errors.append((128 * lines, str(error)))
            continue
        fits += 1
        with open_device("golden", config) as device:
            outputs = device.load(case.program).run(case.inputs).outputs
        for output, expected in case.expected.items():
            assert outputs[output].tobytes() == expected.tobytes(), (lines, output)
    assert fits
    for size, message in errors:
        assert re.search(rf"bytes per partition.*{size} of SBUF|has {size} bytes per partition",
                         message)  # fmt: skip
