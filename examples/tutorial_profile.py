"""From a NumPy array to a profiled kernel on the RTL, in five steps.

The first run compiles the simulator, which takes a minute or two; everything else takes seconds.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

import tinyneuron as tn
from tinyneuron import nki
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl

SEED = 21


# Step 1. What we want, in NumPy: weights of attention, each row of scores on its own.
def softmax(x: np.ndarray) -> np.ndarray:
    """Rows of ``x`` as weights that sum to 1."""
    powers = np.exp(x - x.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


# Step 2. The same as a kernel. A tile has a row in each partition of SBUF: the Vector engine finds
# each row's largest number, the Scalar engine takes exponentials and adds them up on the way.
@nki.jit
def softmax_rows(x: nl.Tensor) -> nl.Tensor:
    """``x[R, C]``, FP32 -> softmax of each row."""
    rows, columns = x.shape
    out = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm)
    for first in nl.affine_range(0, rows, nl.tile_size.pmax):
        height = min(nl.tile_size.pmax, rows - first)
        here = nl.ds(first, height)
        tile = nl.load(x[here])
        least = nl.ndarray((height, 1), nl.float32)
        total = nl.ndarray((height, 1), nl.float32)
        nisa.tensor_reduce(least, nl.maximum, tile, axis=1, negate=True)
        powers = nl.ndarray((height, columns), nl.float32)
        nisa.activation_reduce(powers, nl.exp, tile, nl.add, total, bias=least)
        nisa.tensor_scalar(powers, powers, nl.divide, total)
        nl.store(out[here], powers)
    return out


def main() -> None:
    """Take the steps, and say what each of them shows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", default="tiny")
    parser.add_argument("--rows", type=int, default=12)
    parser.add_argument("--columns", type=int, default=96)
    parser.add_argument("--out", type=Path, default=Path("profile"), help="folder")
    options = parser.parse_args()

    x = np.random.default_rng(SEED).standard_normal((options.rows, options.columns))
    x = 3 * x.astype(np.float32)
    exact = softmax(x.astype(np.float64))

    # Step 3. Called with arrays it runs on the golden model: bit-exact, in a moment, with checks
    # for races and for bytes that are read before they are written.
    with nki.use(target="golden", config=options.config):
        golden = softmax_rows(x)
    print(f"golden: at most {np.abs(golden - exact).max():.1e} from NumPy in double precision")

    # Step 4. The same program on the RTL. A program can also be saved, and run again and again.
    program = nki.compile(softmax_rows, options.config, {"x": nki.TensorArg(x.shape, x.dtype)})
    with tn.open_device("verilator", options.config) as device:
        result = device.load(program).run({"x": x})
    same = result.outputs["out"].tobytes() == golden.tobytes()
    if not same:
        raise SystemExit("verilator: the result differs from golden's")
    print(f"verilator: the same bytes, in {result.cycles:,} cycles")

    # Step 5. Where the cycles went.
    profile = tn.profile(program, {"x": x})
    print(f"no faster than {profile.floor:,} cycles, which is what {profile.bound_by} takes; busy:")
    for name, engine in profile.engines.items():
        print(f"  {name:<7}{engine.share:6.1%}  {'#' * round(50 * engine.share)}")
    trace, report = profile.save(options.out, "softmax")
    print(f"open {report} in a browser, or {trace} at https://ui.perfetto.dev")
    print("next: tutorial_slow.py, how to find why a kernel is slow")


if __name__ == "__main__":
    main()
