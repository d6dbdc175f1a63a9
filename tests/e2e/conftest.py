"""Devices shared by the end-to-end tests: one a target and configuration and worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tinyneuron.runtime.device import Device, open_device
from tinyneuron_hw.config import CoreConfig

Opener = Callable[..., Device]


@pytest.fixture(scope="session")
def device() -> Iterator[Opener]:
    """``device(target, config)`` opens a device once and keeps it for the session."""
    opened: dict[tuple[str, str | CoreConfig], Device] = {}

    def get(target: str, config: str | CoreConfig) -> Device:
        key = (target, config)
        if key not in opened:
            options = {"check_races": False} if target == "golden" else {}
            opened[key] = open_device(target, config, **options)
        return opened[key]

    yield get
    for item in opened.values():
        item.close()
