"""Plays the unit that moves registers: memory of words, one move at a time."""


class MoveUnit:
    """``memory`` maps (is on chip, address) to a word; ``moves`` is what was asked for, as (cycle,
    stream, pc, is a store, words)."""

    def __init__(self, bench, delay=(1, 12)):
        self.bench, self.delay = bench, delay
        self.memory = {}
        self.moves = []

    async def run(self, ctx):
        port, put = self.bench.dut.moves, ctx.set
        put(port.issue.ready, 1)
        sample = (port.issue.valid, port.issue.ready, port.issue.payload)
        while True:
            _, _, valid, ready, move = await ctx.tick().sample(*sample)
            if not (valid and ready):
                continue
            put(port.issue.ready, 0)
            await ctx.tick().repeat(self.bench.rng.randint(*self.delay))
            words = []
            for n in range(move.count):
                place = bool(move.on_chip), move.address + move.register * move.scale
                key = place[0], place[1] + n * move.stride
                put(port.index, n)
                if not move.stores:
                    words.append(self.memory.get(key, 0))
                    put(port.write_value, words[-1])
                    put(port.write, 1)
                    await ctx.tick()
                    put(port.write, 0)
                else:
                    _, _, value = await ctx.tick().sample(port.value)
                    self.memory[key] = value
                    words.append(value)
            started = (self.bench.cycle, move.stream, move.pc, bool(move.stores), words)
            self.moves.append(started)
            put(port.done, 1)
            await ctx.tick()
            put(port.done, 0)
            put(port.issue.ready, 1)
