"""A profile of a small matmul on the RTL, made once."""

from __future__ import annotations

import pytest

import tinyneuron as tn
from tinyneuron.kernels import matmul
from tinyneuron.program.program import Program


@pytest.fixture(scope="session")
def program() -> Program:
    return matmul.build("tiny", m=12, k=16, n=20, dtype="bf16")


@pytest.fixture(scope="session")
def profile(program: Program) -> tn.Profile:
    return tn.profile(program, target="verilator")
