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
)  # fmt: skip
