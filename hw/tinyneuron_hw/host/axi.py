"""AXI4 and AXI4-Lite signatures, from the manager's side; member names as in the standard, so a
flattened port is ``<prefix>__awaddr``."""

from amaranth.lib.wiring import In, Out, Signature

__all__ = ["ADDRESS_BITS", "ID_BITS", "Axi4", "Axi4Lite", "Axi4Read", "Resp"]

ADDRESS_BITS = 48
ID_BITS = 5
"""Of the core's masters: up to 16 DMA engines, and register moves."""


class Resp:
    """Values of BRESP and RRESP."""

    OKAY = 0
    EXOKAY = 1
    SLVERR = 2
    DECERR = 3


def _address(channel: str, id_bits: int) -> dict:
    return {
        f"{channel}id": Out(id_bits),
        f"{channel}addr": Out(ADDRESS_BITS),
        f"{channel}len": Out(8),
        f"{channel}size": Out(3),
        f"{channel}burst": Out(2),
        f"{channel}valid": Out(1),
        f"{channel}ready": In(1),
    }


def _read(data_bytes: int, id_bits: int) -> dict:
    return _address("ar", id_bits) | {
        "rid": In(id_bits),
        "rdata": In(8 * data_bytes),
        "rresp": In(2),
        "ruser": In(data_bytes // 8),
        "rlast": In(1),
        "rvalid": In(1),
        "rready": Out(1),
    }


class Axi4Read(Signature):
    """AXI4 with read channels only (instruction fetch)."""

    def __init__(self, *, data_bytes: int, id_bits: int):
        super().__init__(_read(data_bytes, id_bits))


class Axi4(Signature):
    """AXI4, INCR bursts. With SLVERR, RUSER has a bit for each 64-bit word of the beat that has an
    error; without one set, the whole beat failed."""

    def __init__(self, *, data_bytes: int, id_bits: int):
        super().__init__(
            _address("aw", id_bits)
            | {
                "wdata": Out(8 * data_bytes),
                "wstrb": Out(data_bytes),
                "wlast": Out(1),
                "wvalid": Out(1),
                "wready": In(1),
                "bid": In(id_bits),
                "bresp": In(2),
                "bvalid": In(1),
                "bready": Out(1),
            }
            | _read(data_bytes, id_bits)
        )


class Axi4Lite(Signature):
    """AXI4-Lite, 32-bit data."""

    def __init__(self, *, address_bits: int):
        super().__init__(
            {
                "awaddr": Out(address_bits),
                "awprot": Out(3),
                "awvalid": Out(1),
                "awready": In(1),
                "wdata": Out(32),
                "wstrb": Out(4),
                "wvalid": Out(1),
                "wready": In(1),
                "bresp": In(2),
                "bvalid": In(1),
                "bready": Out(1),
                "araddr": Out(address_bits),
                "arprot": Out(3),
                "arvalid": Out(1),
                "arready": In(1),
                "rdata": In(32),
                "rresp": In(2),
                "rvalid": In(1),
                "rready": Out(1),
            }
        )
