"""Programs in which nothing moves any more, and programs that move for ever."""

from __future__ import annotations

from tinyneuron_hw.isa.csr import Trap

from .operands import BASES
from .specimen import Bad, Endless

__all__ = ["DEADLOCKS", "ENDLESS"]

_LOOP = "loop counter=0 counter_enable=0 count={} start=0 step=0 body={}"
_BRANCH = "branch condition=always a=0 b=0 target={}"
_MEMSET = BASES["memset"][1]
_LOAD = BASES["dma_load"][1]


def _dead(name: str, streams: dict[str, list[str]], stream: str, pc: int, *says: str) -> Bad:
    return Bad(name, streams, Trap.WATCHDOG, stream, pc, 0, says)


DEADLOCKS: list[Bad] = [
    _dead("nobody signals", {"tensor": ["nop", "nop wait(s5 >= 1)"]}, "tensor", 1,
          "tensor at 1 (nop, line 101) waits for s5 >= 1 (it is 0), which nobody signals"),
    _dead("waits for itself", {"sync": ["nop wait(s7 >= 1) update(s7 += 1)"]}, "sync", 0,
          "each waits for the next: sync -> sync", "which sync at 0 would signal"),
    _dead("two wait for each other",
          {"vector": ["nop wait(s1 >= 1)", "nop update(s2 += 1)"],
           "scalar": ["nop", "nop wait(s2 >= 1)", "nop update(s1 += 1)"]}, "vector", 0,
          "each waits for the next: vector -> scalar -> vector",
          "scalar at 1 (nop, line 101) waits for s2 >= 1 (it is 0), which vector at 1"),
    _dead("three in a circle",
          {"tensor": ["nop wait(s1 >= 1)", "nop update(s2 += 1)"],
           "gpsimd": ["nop wait(s2 >= 1)", "nop update(s3 += 1)"],
           "sync": ["nop wait(s3 >= 1)", "nop update(s1 += 1)"]}, "tensor", 0,
          "each waits for the next: tensor -> sync -> gpsimd -> tensor"),
    _dead("all five in a circle",
          {name: [f"nop wait(s{at} >= 1)", f"nop update(s{(at + 1) % 5} += 1)"]
           for at, name in enumerate(("tensor", "vector", "scalar", "gpsimd", "sync"))},
          "tensor", 0, "tensor -> sync -> gpsimd -> scalar -> vector -> tensor"),
    _dead("a signal too few", {"vector": [_MEMSET + " update(s3 += 1)"] * 3 + ["halt"],
                               "sync": ["nop wait(s3 >= 4)"]}, "sync", 0,
          "waits for s3 >= 4 (it is 3), which nobody signals"),
    _dead("a step past the value", {"gpsimd": ["nop update(s4 += 3)", "nop wait(s4 == 2)"]},
          "gpsimd", 1, "waits for s4 == 2 (it is 3), which nobody signals"),
    _dead("taken by another",
          {"tensor": ["nop update(s6 += 1)"], "vector": ["nop wait(s6 >= 1, subtract)",
                                                         "nop wait(s6 >= 1, subtract)"]},
          "vector", 1, "waits for s6 >= 1 (it is 0)"),
    _dead("the second pass of a loop",
          {"sync": [_LOOP.format(3, 2), "nop wait(s8 >= 1, subtract)", "nop"],
           "scalar": ["nop update(s8 += 1)"]}, "sync", 1, "waits for s8 >= 1 (it is 0)"),
    _dead("the signal comes after the wait", {"vector": ["nop wait(s9 >= 1)",
                                                         _MEMSET + " update(s9 += 1)"]},
          "vector", 0, "each waits for the next: vector -> vector", "which vector at 1"),
    _dead("a load that nobody started",
          {"sync": ["nop wait(s10 >= 1)", _LOAD + " update(s11 += 1)"],
           "tensor": ["nop wait(s11 >= 1)"]}, "tensor", 0,
          "tensor at 0 (nop, line 100) waits for s11 >= 1 (it is 0), which sync at 1"),
    _dead("behind a transfer that is done",
          {"sync": [_LOAD + " update(s12 += 1)", "nop wait(s12 >= 2)"]}, "sync", 1,
          "waits for s12 >= 2 (it is 1), which nobody signals"),
    _dead("by a register",
          {"sync": ["register op=add dst=6 a=40 b=2", "nop wait(s13 >= r6)"]}, "sync", 1,
          "waits for s13 >= r6 (it is 0)"),
    _dead("an engine's instruction waits", {"scalar": [BASES["activate"][1] + " wait(s14 >= 1)"]},
          "scalar", 0, "scalar at 0 (activate, line 100) waits for s14 >= 1"),
    _dead("signalled in a branch not taken",
          {"vector": [_BRANCH.format(2), "nop update(s15 += 1)", "nop wait(s15 >= 1)"]},
          "vector", 2, "which nobody signals"),
    _dead("the last semaphore", {"gpsimd": ["nop wait(s63 == 4294967295)"]}, "gpsimd", 0,
          "waits for s63 == 4294967295 (it is 0)"),
]  # fmt: skip

ENDLESS: list[Endless] = [
    Endless("a branch to itself", {"sync": [_BRANCH.format(0)]}, {"sync": {0}},
            ("sync at 0 (branch, line 100)",)),
    Endless("two branches", {"tensor": ["nop", _BRANCH.format(2), _BRANCH.format(1)]},
            {"tensor": {1, 2}}),
    Endless("four thousand million passes", {"vector": [_LOOP.format(0xFFFF_FFFF, 1), _MEMSET]},
            {"vector": {1}}, ("vector at 1 (memset, line 101)",)),
    Endless("loops in loops", {"gpsimd": [_LOOP.format(1 << 31, 3), _LOOP.format(1 << 31, 2),
                                          "nop", "register op=add dst=1 a=r1 b=1"]},
            {"gpsimd": {2, 3}}),
    Endless("signals back and forth",
            {"vector": ["nop wait(s1 >= 1, subtract)", "nop update(s2 += 1)", _BRANCH.format(0)],
             "scalar": ["nop update(s1 += 1)", "nop wait(s2 >= 1, subtract)",
                        _BRANCH.format(0)]},
            {"vector": {0, 1, 2}, "scalar": {0, 1, 2}}),
    Endless("one goes on, one waits",
            {"sync": ["nop", _BRANCH.format(0)], "tensor": ["nop wait(s20 >= 1)"]},
            {"sync": {0, 1}, "tensor": {0}},
            ("tensor at 0 (nop, line 100) with wait for s20 >= 1 (it is 0)",)),
    Endless("transfers without an end",
            {"sync": [_LOAD + " update(s1 += 1)", "nop wait(s1 >= 1, subtract)",
                      _BRANCH.format(0)]}, {"sync": {0, 1, 2}}),
    Endless("a counter that steps over its end",
            {"scalar": ["register op=add dst=3 a=1 b=0", "register op=add dst=3 a=r3 b=2",
                        "branch condition=not_equal a=r3 b=100000 target=1"]},
            {"scalar": {1, 2}}),
    Endless("one ends, one does not", {"vector": ["nop"], "gpsimd": [_BRANCH.format(0)]},
            {"gpsimd": {0}}, ("gpsimd at 0 (branch, line 100)",)),
]  # fmt: skip
