"""A cache of its own, so that nothing is found that an earlier run made."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TINYNEURON_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"
