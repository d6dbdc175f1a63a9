"""The core: engines, memories, sequencers, DMA and host port wired together.

Nothing is decided here: every choice stands in the block it belongs to.
"""

from __future__ import annotations

from typing import Any

from amaranth.hdl import Module
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out, connect, flipped

from .blocks import SoftReset
from .config import CoreConfig
from .dma.dma import Dma
from .host.axi import Axi4, Axi4Lite, Axi4Read
from .host.host import Host
from .isa.csr import CSR_ADDRESS_BITS
from .memory.psum import Psum
from .memory.sbuf import Sbuf
from .scalar.engine import ScalarEngine
from .sequencer.ports import TraceEvent
from .sequencer.sequencers import Sequencers
from .tensor.engine import TensorEngine
from .vector.engine import VectorEngine

__all__ = ["AXI_ID_BITS", "Core"]

AXI_ID_BITS = 4


class Core(wiring.Component):
    """One NeuronCore-v2-like core.

    Parameters
    ----------
    config:
        Sizes.

    Members
    -------
    s_axil: control registers (``isa/csr.py``).
    m_axi_fetch: instruction fetch.
    m_axi_dma0 ...: one AXI4 manager for each of ``config.dma_ports``.
    interrupt: level, see INTERRUPT_ENABLE.
    trace: start and end of every instruction and transfer.
    """

    def __init__(self, config: CoreConfig):
        self.config = config
        axi = Axi4(data_bytes=config.axi_bytes, id_bits=AXI_ID_BITS)
        super().__init__(
            {
                "s_axil": In(Axi4Lite(address_bits=CSR_ADDRESS_BITS)),
                "m_axi_fetch": Out(Axi4Read(data_bytes=config.axi_bytes, id_bits=AXI_ID_BITS)),
                **{f"m_axi_dma{port}": Out(axi) for port in range(config.dma_ports)},
                "interrupt": Out(1),
                "trace": Out(stream.Signature(TraceEvent)),
            }
        )
