"""The checking memory model behind a controller's port, in Amaranth's simulator."""

from tinyneuron_sim.rtl.memory_channels import ChannelsDevice


class Device:
    """Plays the memory; every timing rule is checked."""

    def __init__(self, config, port):
        self.config, self.port = config, port
        self.model = ChannelsDevice(config)
        self.cycle = 0
        self.accesses = []
        """Cycle of every access."""

    def _part(self, value, name, channel):
        count = self.config.memory_channels
        width = len(getattr(self.port, name)) // count
        return value >> width * channel & ((1 << width) - 1)

    async def run(self, ctx):
        port, model = self.port, self.model
        word = self.config.access_bytes // 4
        while True:
            rows, columns = ctx.get(port.row_valid), ctx.get(port.column_valid)
            for c in range(self.config.memory_channels):
                if rows >> c & 1:
                    names = "row_command", "row_bank", "row_row"
                    model.row_command(c, *(self._part(ctx.get(getattr(port, name)), name, c)
                                           for name in names))  # fmt: skip
                if columns >> c & 1:
                    self.accesses.append(self.cycle)
                    names = "column_write", "column_bank", "column_column"
                    model.column_command(c, *(self._part(ctx.get(getattr(port, name)), name, c)
                                              for name in names))  # fmt: skip
            for c in model.writing():
                names = "write_data", "write_check", "write_enable"
                values = [self._part(ctx.get(getattr(port, name)), name, c) for name in names]
                data = values[0].to_bytes(word, "little")
                model.write_word(c, data, values[1].to_bytes(word // 8, "little"), values[2])
            model.next_cycle()
            valid = data = check = 0
            for item in model.due():
                valid |= 1 << item.channel
                data |= int.from_bytes(item.data, "little") << 8 * word * item.channel
                check |= int.from_bytes(item.check, "little") << word * item.channel
            await ctx.tick()
            ctx.set(port.read_valid, valid)
            ctx.set(port.read_data, data)
            ctx.set(port.read_check, check)
            self.cycle += 1
