"""Figures of other simulators and accelerators that a benchmark can be read beside."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["PEERS", "Peer"]


@dataclass(frozen=True)
class Peer:
    """One figure. ``utilization`` is useful MACs / (MAC units x cycles), as in our results."""

    benchmark: str
    """``name/config`` of the benchmark it stands beside."""
    name: str
    what: str
    cycles: int | None
    utilization: float
    source: str


_MEASURED = "measured with scalesim 3.0.0"
_FORMULA = "by the formula that matched every measured run of scalesim 3.0.0"

PEERS: tuple[Peer, ...] = (
    Peer(
        "matmul_512/default", "SCALE-Sim 3", "16 x 16, weight stationary", 571_391, 0.918,
        "measured with scalesim 3.0.0",
    ),
    Peer(
        "matmul_512/default", "SCALE-Sim 3", "16 x 16, weight stationary, with prefetch", 613_985,
        512**3 / (256 * 613_985), "measured with scalesim 3.0.0",
    ),
    Peer(
        "matmul_512/default", "tt-metal on N150", "BF16", None, 0.19,
        "published: tt-metal, tech report GEMM_FLOPS (17.8 to 19.0 %)",
    ),
    *(
        Peer(f"conv2d_resnet50_{layer}/default", "SCALE-Sim 3", f"16 x 16, {how}", cycles,
             macs / (256 * cycles), source)
        for layer, how, cycles, macs, source in (
            ("conv1_7x7s2_224_3to64", "patches given", 503_599, 112 * 112 * 64 * 147, _MEASURED),
            ("conv2_1x1_56_64to64", "weight stationary", 50_911, 56 * 56 * 64 * 64, _MEASURED),
            ("conv3_3x3_28_128to128", "weight stationary", 478_079, 28 * 28 * 128 * 1152, _FORMULA),
            ("conv4_1x1_14_1024to256", "weight stationary", 247_807, 196 * 256 * 1024, _FORMULA),
            ("conv5_1x1_7_2048to512", "weight stationary", 389_119, 49 * 512 * 2048, _MEASURED),
        )
    ),
)  # fmt: skip
