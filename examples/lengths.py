"""Attention over sequences of several lengths by one program, on the model and on the RTL.

The length is an input. Loops over blocks of the sequence run on the core, so a short sequence takes
few cycles, however long the longest one is that the program takes.
"""

from __future__ import annotations

import argparse

import numpy as np

import tinyneuron as tn
from tinyneuron.kernels import dynamic_attention

SEED = 9


def attention(q: np.ndarray, k: np.ndarray, v: np.ndarray) -> np.ndarray:
    """``softmax(q.T @ k / sqrt(D)) @ v`` of ``q[D, L]``, ``k[D, L]`` and ``v[L, D]``."""
    scores = q.T.astype(np.float64) @ k / np.sqrt(len(q))
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True) @ v


def main() -> None:
    """Compile once, run every length, compare, and say how long each took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", default="tiny")
    parser.add_argument("--targets", nargs="+", default=["golden", "verilator"])
    parser.add_argument("--longest", type=int, default=64)
    parser.add_argument("--width", type=int, default=8)
    parser.add_argument("--lengths", type=int, nargs="+", default=[1, 5, 16, 33])
    options = parser.parse_args()

    rng = np.random.default_rng(SEED)
    shape = (options.width, options.longest)
    q, k, v = (rng.standard_normal(s).astype(np.float16) for s in (shape, shape, shape[::-1]))
    program = dynamic_attention.build(options.config, options.longest, options.width, "fp16",
                                      out_dtype="fp32")  # fmt: skip
    for target in options.targets:
        with tn.open_device(target, options.config) as device:
            model = device.load(program)
            for length in options.lengths:
                inputs = {"qT": q, "kT": k, "v": v, "length": np.array([length], np.int32)}
                result = model.run(inputs)
                expected = attention(q[:, :length], k[:, :length], v[:length])
                error = np.abs(result.outputs["out"][:length] - expected).max()
                if error > 1e-3:
                    raise SystemExit(f"{target}: length {length} is off by {error:.1e}")
                time = "" if result.cycles is None else f", {result.cycles:,} cycles"
                print(f"{target}: length {length} is within {error:.0e} of NumPy{time}")


if __name__ == "__main__":
    main()
