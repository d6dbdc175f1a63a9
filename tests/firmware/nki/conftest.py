"""Runs a kernel on golden: what the tests of the language share."""

import pytest

from tinyneuron import nki


@pytest.fixture
def run(run_golden):
    """``run(kernel, config="tiny", options={}, **arrays)``: the output, a list if there are
    several. ``options`` are the compiler's."""

    def execute(kernel, config="tiny", options=None, **arrays):
        specs = {name: nki.TensorArg(a.shape, a.dtype) for name, a in arrays.items()}
        found = run_golden(nki.compile(kernel, config, specs, **(options or {})), arrays)
        return list(found.values()) if len(found) > 1 else found["out"]

    return execute


@pytest.fixture
def require_error():
    """``require_error(act, message, config="tiny")``: a kernel that calls ``act`` breaks the rule
    with these words; the whole message."""

    def check(act, message, config="tiny"):
        def kernel():
            act()

        with pytest.raises(nki.KernelError, match=message) as caught:
            nki.compile(kernel, config, {})
        return str(caught.value)

    return check
