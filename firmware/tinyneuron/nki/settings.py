"""Where kernels run that are called with arrays."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import Any

from tinyneuron_hw.config import CoreConfig, get_config
from tinyneuron_sim.backend import KNOWN_TARGETS

from .later import needs
from .trace import KernelError

__all__ = ["Settings", "settings", "use"]

_PLATFORMS = {"trn1": 2, "inf2": 2, "gen2": 2, "trn2": 3, "gen3": 3, "trn3": 4, "gen4": 4}


@dataclass(frozen=True)
class Settings:
    """An execution target (``golden``, ``verilator`` ...) and a configuration."""

    target: str
    config: CoreConfig


_chosen: dict[str, Any] = {}


def settings(target: str | None = None, config: str | CoreConfig | None = None) -> Settings:
    """What holds: the arguments, else what :func:`use` said, else ``TINYNEURON_TARGET`` and
    ``TINYNEURON_CONFIG`` of the environment, else ``golden`` and ``default``. With
    ``NKI_SIMULATOR=1`` the target is ``golden`` whatever they say.

    Raises
    ------
    KernelError
        There is no such target, or ``NEURON_PLATFORM_TARGET_OVERRIDE`` asks for a later core.
    ConfigError
        There is no such configuration.
    """
    environment = os.environ
    platform_is_met(environment.get("NEURON_PLATFORM_TARGET_OVERRIDE"))
    if environment.get("NKI_SIMULATOR") == "1":
        target = "golden"
    target = target or _chosen.get("target") or environment.get("TINYNEURON_TARGET") or "golden"
    found: str | CoreConfig = (
        config or _chosen.get("config") or environment.get("TINYNEURON_CONFIG") or "default"
    )
    if target not in KNOWN_TARGETS:
        raise KernelError(f"target must be one of {', '.join(KNOWN_TARGETS)}, not {target!r}")
    return Settings(target, get_config(found))


def platform_is_met(platform: str | None) -> None:
    """Raises :class:`KernelError` for a platform with a later core than this one."""
    if not platform:
        return
    if platform not in _PLATFORMS:
        raise KernelError(f"platform must be one of {', '.join(_PLATFORMS)}, not {platform!r}")
    if _PLATFORMS[platform] > 2:
        raise needs(_PLATFORMS[platform], f"platform {platform}")


class use:  # noqa: N801 - called like a function
    """From now on kernels that are called with arrays run on this ``target`` and ``config``
    (None: as before); in a ``with`` statement, until its end."""

    def __init__(self, target: str | None = None, config: str | CoreConfig | None = None):
        self._before = dict(_chosen)
        found = settings(target, config)
        if target is not None:
            _chosen["target"] = found.target
        if config is not None:
            _chosen["config"] = found.config

    def __enter__(self) -> Settings:
        return settings()

    def __exit__(self, *_: object) -> None:
        _chosen.clear()
        _chosen.update(self._before)


def simulated(given: Settings) -> Settings:
    """The same on the golden model."""
    return replace(given, target="golden")
