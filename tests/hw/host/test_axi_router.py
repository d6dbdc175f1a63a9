"""The router: every beat to and from the right side, in order, under random waits."""

from __future__ import annotations

import random
from collections import deque

import pytest

from tinyneuron_hw.host.axi import Axi4, Axi4Read
from tinyneuron_hw.host.axi_router import AxiRouter
from tinyneuron_sim.rtl.levelized import simulator

SEED = 12
TOP = 1 << 47
CYCLES = 1500


class Side:
    """A subordinate. It answers a read of ``n`` beats with its address and their numbers, and keeps
    the data of writes; it waits at random."""

    def __init__(self, axi, rng: random.Random, eager: float):
        self.axi, self.rng, self.eager = axi, rng, eager
        self.reads: deque = deque()
        self.addresses: deque = deque()
        self.responses: deque = deque()
        self.written: dict[int, list[int]] = {}
        self.data: list[int] = []

    def before(self, ctx) -> None:
        """Sets the outputs of a cycle; what is offered stays until it is taken."""
        axi, rng = self.axi, self.rng
        ctx.set(axi.arready, rng.random() < self.eager)
        ctx.set(axi.awready, rng.random() < self.eager)
        # Data is taken for an address that is there.
        ctx.set(axi.wready, bool(self.addresses) and rng.random() < self.eager)
        if not ctx.get(axi.rvalid) and self.reads and rng.random() < self.eager:
            identity, address, left = self.reads[0]
            ctx.set(axi.rvalid, 1)
            ctx.set(axi.rid, identity)
            ctx.set(axi.rdata, address << 8 | left)
            ctx.set(axi.rlast, left == 0)
        if not ctx.get(axi.bvalid) and self.responses and rng.random() < self.eager:
            ctx.set(axi.bvalid, 1)
            ctx.set(axi.bid, self.responses[0])

    def after(self, seen: dict[str, int]) -> dict[str, int]:
        """Takes what happened in the cycle; the signals to clear."""
        clear = {}
        if seen["arvalid"] and seen["arready"]:
            assert seen["araddr"] < TOP
            self.reads.append([seen["arid"], seen["araddr"], seen["arlen"]])
        if seen["rvalid"] and seen["rready"]:
            clear["rvalid"] = 0
            if self.reads[0][2] == 0:
                self.reads.popleft()
            else:
                self.reads[0][2] -= 1
        if seen["wvalid"] and seen["wready"]:
            self.data.append(seen["wdata"])
            if seen["wlast"]:
                identity, address = self.addresses.popleft()
                self.written[address] = self.data
                self.data = []
                self.responses.append(identity)
        if seen["awvalid"] and seen["awready"]:
            self.addresses.append((seen["awid"], seen["awaddr"]))
        if seen["bvalid"] and seen["bready"]:
            clear["bvalid"] = 0
            self.responses.popleft()
        return clear


NAMES = ("arvalid", "arready", "araddr", "arlen", "arid", "rvalid", "rready", "rlast", "rid",
         "rdata", "awvalid", "awready", "awaddr", "awid", "wvalid", "wready", "wlast", "wdata",
         "bvalid", "bready", "bid")  # fmt: skip


class Manager:
    """Issues bursts to both sides at random and checks what comes back."""

    def __init__(self, axi, rng: random.Random, eager: float):
        self.axi, self.rng, self.eager = axi, rng, eager
        self.reads: deque = deque()
        self.left: deque = deque()
        self.writes: deque = deque()
        self.expected: dict[int, list[int]] = {}
        self.waiting: deque = deque()
        self.done = 0

    def before(self, ctx, *, more: bool) -> None:
        axi, rng = self.axi, self.rng
        ctx.set(axi.rready, rng.random() < self.eager)
        ctx.set(axi.bready, rng.random() < self.eager)
        for channel in ("ar", "aw"):
            valid = getattr(axi, f"{channel}valid")
            if more and not ctx.get(valid) and rng.random() < self.eager:
                ctx.set(valid, 1)
                address = rng.randrange(1 << 36) << 4 | (TOP if rng.random() < 0.3 else 0)
                ctx.set(getattr(axi, f"{channel}addr"), address)
                ctx.set(getattr(axi, f"{channel}len"), rng.randrange(4))
                ctx.set(getattr(axi, f"{channel}id"), rng.randrange(16))
                if channel == "aw":  # its data may be offered before the address is taken
                    beats = [rng.getrandbits(64) for _ in range(ctx.get(axi.awlen) + 1)]
                    self.left.extend((beat, beat is beats[-1]) for beat in beats)
                    self.expected[address] = beats
        if not ctx.get(axi.wvalid) and self.left:
            ctx.set(axi.wvalid, 1)
            ctx.set(axi.wdata, self.left[0][0])
            ctx.set(axi.wlast, self.left[0][1])

    def after(self, seen: dict[str, int]) -> dict[str, int]:
        clear = {}
        if seen["arvalid"] and seen["arready"]:
            clear["arvalid"] = 0
            self.reads.append([seen["arid"], seen["araddr"] % TOP, seen["arlen"]])
        if seen["rvalid"] and seen["rready"]:
            identity, address, left = self.reads[0]
            assert seen["rid"] == identity
            assert seen["rdata"] == (address << 8 | left) & (1 << 64) - 1
            assert seen["rlast"] == (left == 0)
            self.done += 1
            if left == 0:
                self.reads.popleft()
            else:
                self.reads[0][2] -= 1
        if seen["awvalid"] and seen["awready"]:
            clear["awvalid"] = 0
            self.waiting.append(seen["awid"])
        if seen["wvalid"] and seen["wready"]:
            clear["wvalid"] = 0
            self.left.popleft()
        if seen["bvalid"] and seen["bready"]:
            assert seen["bid"] == self.waiting.popleft()
            self.done += 1
        return clear


@pytest.mark.parametrize("eager", [0.3, 0.7, 1.0])
def test_random_bursts_to_both_sides(eager):
    print(f"seed {SEED}")
    rng = random.Random(SEED)
    dut = AxiRouter(Axi4(data_bytes=8, id_bits=4))
    manager = Manager(dut.port, rng, eager)
    sides = [Side(dut.near, rng, eager), Side(dut.far, rng, eager)]

    async def body(ctx):
        for cycle in range(CYCLES + 300):
            manager.before(ctx, more=cycle < CYCLES)
            for side in sides:
                side.before(ctx)
            parties = [manager, *sides]
            seen = [{name: ctx.get(getattr(p.axi, name)) for name in NAMES} for p in parties]
            assert not (seen[1]["rready"] and seen[2]["rready"])
            await ctx.tick()
            for party, values in zip(parties, seen, strict=True):
                for name, value in party.after(values).items():
                    ctx.set(getattr(party.axi, name), value)
        assert not manager.reads
        assert not manager.left
        assert not manager.waiting
        assert manager.done > 200
        both = {TOP * number + address: data for number, side in enumerate(sides)
                for address, data in side.written.items()}  # fmt: skip
        assert both == manager.expected
        assert all(len(side.written) > 20 for side in sides)

    sim = simulator(dut)
    sim.add_clock(1e-6)
    sim.add_testbench(body)
    sim.run()


def test_beats_of_one_side_follow_without_a_gap():
    """Reads of one side: an address a cycle goes through, and a beat a cycle comes back."""
    dut = AxiRouter(Axi4Read(data_bytes=8, id_bits=4))

    async def body(ctx):
        ctx.set(dut.port.arvalid, 1)
        ctx.set(dut.port.araddr, TOP)
        ctx.set(dut.far.arready, 1)
        ctx.set(dut.port.rready, 1)
        for _ in range(10):
            assert ctx.get(dut.port.arready)
            assert ctx.get(dut.far.arvalid)
            assert not ctx.get(dut.near.arvalid)
            await ctx.tick()
        # The other side waits until all ten have come back.
        ctx.set(dut.port.araddr, 64)
        ctx.set(dut.near.arready, 1)
        ctx.set(dut.far.rvalid, 1)
        ctx.set(dut.far.rlast, 1)
        for _ in range(10):
            assert not ctx.get(dut.port.arready)
            assert ctx.get(dut.port.rvalid)
            await ctx.tick()
        assert ctx.get(dut.port.arready)
        assert ctx.get(dut.near.arvalid)

    sim = simulator(dut)
    sim.add_clock(1e-6)
    sim.add_testbench(body)
    sim.run()
