"""Public kernels, their files unmodified, give what they document."""

import pytest

from . import public_kernels as public

SLOW = {"verilator"}
RUNS = [
    pytest.param(case, config, target, marks=[pytest.mark.slow] if target in SLOW else [],
                 id=f"{case.name}-{config}-{target}")
    for case in public.CASES for config, target in case.targets
]  # fmt: skip


@pytest.mark.parametrize(("case", "config", "target"), RUNS)
def test_a_public_kernel_runs_unmodified(case, config, target):
    root = public.folder()
    if root is None:
        pytest.skip(f"{public.VARIABLE} names no folder with the public repositories")
    assert public.error_of(case, root, target, config) <= case.bound
