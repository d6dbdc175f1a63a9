"""Opening targets."""

from __future__ import annotations

import pytest

from tinyneuron_hw.config import ConfigError, get_config
from tinyneuron_sim.backend import KNOWN_TARGETS, TARGETS, Backend, TargetError, open_backend


def test_golden_opens_by_name_and_is_a_backend():
    with open_backend("golden", "tiny", schedule_seed=3, check_races=False) as backend:
        assert isinstance(backend, Backend)
        assert backend.target == "golden"
        assert backend.config is get_config("tiny")


@pytest.mark.parametrize("target", sorted(set(KNOWN_TARGETS) - set(TARGETS)))
def test_targets_to_come_say_so(target):
    with pytest.raises(TargetError, match=f"target '{target}' is not available yet; available: g"):
        open_backend(target, "tiny")


def test_unknown_targets_are_named_with_those_there_are():
    message = "target 'fpga' is unknown; available: golden, icarus, pysim, verilator"
    with pytest.raises(TargetError, match=message):
        open_backend("fpga", "tiny")


def test_a_target_whose_module_is_missing_is_named(monkeypatch):
    monkeypatch.setitem(TARGETS, "golden", "tinyneuron_sim.no_such_module:Nothing")
    with pytest.raises(TargetError, match=r"'golden' is not available: no module 'tinyneuron_sim"):
        open_backend("golden", "tiny")


@pytest.mark.parametrize("target", sorted(TARGETS))
def test_unknown_options_are_named_with_those_there_are(target):
    message = rf"^target '{target}' has no option 'colour'; it has: "
    message += "schedule_seed, check_races" if target == "golden" else "waveform"
    with pytest.raises(TargetError, match=message):
        open_backend(target, "tiny", colour="red")


def test_unknown_configurations_are_named():
    with pytest.raises(ConfigError, match="unknown config 'giant'"):
        open_backend("golden", "giant")
