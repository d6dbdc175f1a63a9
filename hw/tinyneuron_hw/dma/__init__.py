"""DMA between device memory and SBUF.

Read `dma.py`, then follow a transfer: `front.py` checks and normalises an instruction
(`transfer.py`), `engine.py` runs it, `datapath.py` is its pipe: walker, splitter, reader, packer,
cast, unpacker, sink. A transfer that accumulates also reads its destination (`accumulator.py`,
`ledger.py`, `combine.py`); one that transposes walks tiles (`transposer.py`); a side that is a list
of buffers takes its runs from there (`lister.py`).

A ring goes to its queue as an instruction does. There `ring_run.py` fetches descriptors
(`ring_fetch.py`) and sends them to `descriptors.py`, which does what a sequencer does with an
instruction, and through the front end; they come back as transfers for the engine.
"""
