"""The models of device memory in C++ and in Python: one transaction log."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable

import pytest

from tinyneuron.program.assembler import assemble
from tinyneuron.runtime.device import Device
from tinyneuron_hw.config import CoreConfig, get_config
from tinyneuron_hw.hbm.ports import RowCommand
from tinyneuron_hw.hbm.timing import timing_of
from tinyneuron_sim.rtl.memory_channels import ChannelsDevice, EccMemory
from tinyneuron_sim.rtl.verilator import VerilatorBackend

from ..every_option import EVERY_OPTION
from .small_programs import SMALL

SEED = 5
ROW = {"ACT": RowCommand.ACTIVATE, "PRE": RowCommand.PRECHARGE, "PREA": RowCommand.PRECHARGE_ALL,
       "REF": RowCommand.REFRESH}  # fmt: skip
SIZE = 1024
COPY = f"""
.config {{config}}
.tensor x output uint8 {SIZE}
.tensor y output uint8 {SIZE}
.stream sync
dma_copy src=dev.uint8[x+0x0, 1x{SIZE}] dst=dev.uint8[y+0x0, 1x{SIZE}] queue=0 \
round_mode=nearest_even
halt
"""


class Recorded(VerilatorBackend):
    """Keeps what comes through the back door, by the length of the log at that time."""

    def __init__(self, config: CoreConfig):
        super().__init__(config)
        self.start_log()
        self.changes: dict[int, list[Callable[[EccMemory], None]]] = defaultdict(list)

    def memory_write(self, address: int, data: bytes) -> None:
        super().memory_write(address, data)
        self._keep(lambda memory: memory.write(address, bytes(data)))

    def memory_flip(self, address: int, mask: int) -> None:
        super().memory_flip(address, mask)
        self._keep(lambda memory: memory.flip(address, mask))

    def _keep(self, change: Callable[[EccMemory], None]) -> None:
        self.changes[len(self.log())].append(change)


def replayed(config: CoreConfig, recorded: Recorded) -> list[str]:
    """The log of the Python model when it gets the commands and the written words of the other,
    each in its cycle."""
    device = ChannelsDevice(config)
    log = device.log = []
    given: dict[int, list[list[str]]] = defaultdict(list)
    for line in recorded.log():
        cycle, channel, kind, *rest = line.split()
        if kind != "R":
            given[int(cycle)].append([channel, kind, *rest])
    for cycle in range(max(given) + 100):
        for change in recorded.changes.get(len(log), ()):
            change(device.memory)
        recorded.changes.pop(len(log), None)
        for channel, kind, *rest in given[cycle]:
            if kind in ROW:
                bank, row = [*map(int, rest), 0, 0][:2]
                device.row_command(int(channel), ROW[kind].value, bank, row)
            elif kind != "W":
                device.column_command(int(channel), kind == "WR", int(rest[0]), int(rest[1]))
        words = {int(channel): rest for channel, kind, *rest in given[cycle] if kind == "W"}
        assert list(words) == device.writing()
        for channel, (data, check, enable) in words.items():
            device.write_word(channel, bytes.fromhex(data), bytes.fromhex(check), int(enable))
        device.next_cycle()
        device.due()
    return log


@pytest.mark.parametrize(
    "name", [EVERY_OPTION, pytest.param("tiny,memory=ddr4", marks=pytest.mark.slow)]
)
def test_the_python_model_replays_the_log_of_the_other(name: str) -> None:
    """With refreshes, single errors, and words that are written in part."""
    print(f"seed {SEED}")
    config, rng = get_config(name), random.Random(SEED)
    backend = Recorded(config)
    with backend:
        device = Device(backend)
        for case in SMALL.values():
            drawn = case(config)
            model = device.load(drawn.program)
            for _ in range(2):
                outputs = model.run(drawn.inputs).outputs
                for output, expected in drawn.expected.items():
                    assert outputs[output].tobytes() == expected.tobytes()
            model.unload()
        model = device.load(assemble(COPY.format(config=name)))
        words = rng.sample(range(SIZE // 8), 20)
        for word in words:
            backend.memory_flip(model.address("x") + 8 * word, 1 << rng.randrange(72))
        assert model.run().counters["memory_corrected"] == len(words)
        backend.run(3 * timing_of(config).refi)
        log = backend.log()
        assert {line.split()[2] for line in log} >= {"ACT", "REF", "RD", "WR", "R", "W"}
        assert replayed(config, backend) == log
