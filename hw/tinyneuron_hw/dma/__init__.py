"""DMA between device memory and SBUF.

Read `dma.py`, then follow a transfer: `front.py` checks and normalises an instruction
(`transfer.py`), `engine.py` runs it, `datapath.py` is its pipe: walker, splitter, reader, packer,
cast, unpacker, sink. A transfer that accumulates also reads its destination (`accumulator.py`,
`ledger.py`, `combine.py`); one that transposes walks tiles (`transposer.py`).
"""
