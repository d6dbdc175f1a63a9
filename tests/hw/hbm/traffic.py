"""AXI4 managers for the memory controllers' tests."""

from tinyneuron_hw.host.axi import Resp
from tinyneuron_sim.rtl.levelized import simulator


class Manager:
    """One AXI4 port: issues bursts and checks what comes back."""

    def __init__(self, port, width, rng, stall):
        self.port, self.width, self.rng, self.stall = port, width, rng, stall
        self.read_results: list = []
        self.write_results: list = []
        self.flaws: list = []
        """Of the reads: RUSER of each beat."""

    def _gap(self):
        return self.rng.random() < self.stall

    async def _send(self, ctx, channel, burst_id, address, beats):
        port = self.port
        for name, value in (("id", burst_id), ("addr", address), ("len", beats - 1),
                            ("size", self.width.bit_length() - 1), ("burst", 1)):  # fmt: skip
            ctx.set(getattr(port, channel + name), value)
        ctx.set(getattr(port, f"{channel}valid"), 1)
        await ctx.tick().until(getattr(port, f"{channel}ready"))
        ctx.set(getattr(port, f"{channel}valid"), 0)
        while self._gap():
            await ctx.tick()

    async def reads(self, ctx, bursts):
        for burst in bursts:
            await self._send(ctx, "ar", *burst)

    async def collect(self, ctx, bursts, beats_seen=None):
        port = self.port
        for burst_id, _, beats in bursts:
            data, responses, flaws = bytearray(), [], []
            for i in range(beats):
                while self._gap():
                    await ctx.tick()
                ctx.set(port.rready, 1)
                signals = port.rid, port.rdata, port.rlast, port.rresp, port.ruser
                rid, word, last, resp, user = await ctx.tick().sample(*signals).until(port.rvalid)
                ctx.set(port.rready, 0)
                assert (rid, last) == (burst_id, i == beats - 1)
                data += word.to_bytes(self.width, "little")
                responses.append(resp)
                flaws.append(user)
            self.read_results.append((bytes(data), responses))
            self.flaws.append(flaws)

    async def writes(self, ctx, bursts):
        for burst in bursts:
            await self._send(ctx, "aw", *burst)

    async def data(self, ctx, beats):
        port = self.port
        for word, strobe, last in beats:
            ctx.set(port.wdata, word)
            ctx.set(port.wstrb, strobe)
            ctx.set(port.wlast, last)
            ctx.set(port.wvalid, 1)
            await ctx.tick().until(port.wready)
            ctx.set(port.wvalid, 0)
            while self._gap():
                await ctx.tick()

    async def responses(self, ctx, count):
        port = self.port
        for _ in range(count):
            while self._gap():
                await ctx.tick()
            ctx.set(port.bready, 1)
            bid, resp = await ctx.tick().sample(port.bid, port.bresp).until(port.bvalid)
            ctx.set(port.bready, 0)
            self.write_results.append((bid, resp))


def bind(method, *args):
    """A testbench that runs ``method(ctx, *args)``."""

    async def process(ctx):
        await method(ctx, *args)

    return process


def simulate(dut, processes, device, limit=20000):
    """Run every process to its end; returns the cycles taken."""
    sim = simulator(dut)
    sim.add_clock(1e-6)
    cycles = [0]

    async def watchdog(ctx):
        while True:
            await ctx.tick()
            cycles[0] += 1
            assert cycles[0] < limit, "no end"

    for process in (device.run, *getattr(device, "background", ())):
        sim.add_testbench(process, background=True)
    sim.add_testbench(watchdog, background=True)
    for process in processes:
        sim.add_testbench(process)
    sim.run()
    return cycles[0]


def random_burst(rng, low, high, width):
    beats = rng.randint(1, min(16, (high - low) // width))
    return rng.randrange(16), rng.randrange(low, high - beats * width + 1, width), beats


class RandomTraffic:
    """Random bursts at every port of a controller: reads of the lower half of ``before``, writes
    of the upper half, where each port has its own part.

    Attributes
    ----------
    processes: testbenches that issue them.
    expected: the bytes when all is written.
    """

    def __init__(self, dut, width, rng, stall, before, *, reads, writes):
        self.width, self.rng, self.before = width, rng, before
        self.expected = bytearray(before)
        self.processes, self._issued = [], []
        half = len(before) // 2
        for port in (*dut.dma, dut.fetch):
            manager = Manager(port, width, rng, stall)
            bursts = [random_burst(rng, 0, half, width) for _ in range(reads)]
            self.processes += [bind(manager.reads, bursts), bind(manager.collect, bursts)]
            self._issued.append((manager, bursts))
        part = half // len(dut.dma)
        for i, port in enumerate(dut.dma):
            manager, low = Manager(port, width, rng, stall), half + i * part
            bursts = [random_burst(rng, low, low + part, width) for _ in range(writes)]
            beats = [beat for burst in bursts for beat in random_beats(rng, burst, width,
                                                                       self.expected)]  # fmt: skip
            self.processes += [
                bind(manager.writes, bursts),
                bind(manager.data, beats),
                bind(manager.responses, len(bursts)),
            ]
            self._issued.append((manager, bursts))

    @property
    def done(self):
        """Whether every burst has been answered."""
        return all(len(manager.write_results) + len(manager.read_results) == len(bursts)
                   for manager, bursts in self._issued)  # fmt: skip

    def check(self):
        """Every response, and all that was read."""
        for manager, bursts in self._issued:
            if manager.write_results:
                assert manager.write_results == [(burst[0], Resp.OKAY) for burst in bursts]
                continue
            for (data, responses), (_, address, count) in zip(manager.read_results, bursts,
                                                              strict=True):  # fmt: skip
                assert data == self.before[address : address + count * self.width]
                assert responses == [Resp.OKAY] * count


def random_beats(rng, burst, width, memory):
    """Data, strobes and ``last`` of a burst's beats, which ``memory`` takes."""
    _, address, count = burst
    beats = []
    for n in range(count):
        word = rng.getrandbits(8 * width)
        strobe = rng.choice([(1 << width) - 1, rng.getrandbits(width), 0])
        beats.append((word, strobe, n == count - 1))
        for b in range(width):
            if strobe >> b & 1:
                memory[address + n * width + b] = word >> 8 * b & 0xFF
    return beats
