"""Moves between registers and single elements of tensors."""

from __future__ import annotations

from typing import Any

from tinyneuron_hw.isa.opcodes import Opcode, Stream
from tinyneuron_hw.isa.rules_registers import WORD_DTYPES

from ..lower.ir import DeviceRef, Instr, Operand
from .registers import VirtualRegister, as_operand, must_be_settable
from .tensor import Tensor
from .trace import KernelError, current, source_line
from .transfer import make_writable

__all__ = ["register_load", "register_store"]


def register_load(dst: VirtualRegister, src: Tensor) -> None:
    """``dst`` becomes the one element of ``src``, of 4 bytes, in SBUF or device memory."""
    must_be_settable("register_load", dst)
    ref = _word("register_load", "src", src)
    opcode = Opcode.REGISTER_LOAD if isinstance(ref, DeviceRef) else Opcode.REGISTER_LOAD_SBUF
    file, line = source_line()
    current().emit(Instr(opcode, {"src": ref}, {}, line, {"first": dst}, file=file))
    dst.is_set, dst.origin = True, ref


def register_store(dst: Tensor, src: VirtualRegister) -> None:
    """The one element of ``dst``, of 4 bytes, in SBUF or device memory, becomes ``src``."""
    make_writable("register_store", dst)
    ref = _word("register_store", "dst", dst)
    opcode = Opcode.REGISTER_STORE if isinstance(ref, DeviceRef) else Opcode.REGISTER_STORE_SBUF
    file, line = source_line()
    current().emit(Instr(opcode, {}, {"dst": ref}, line, {"first": as_operand(src)},
                         Stream.SYNC, file=file))  # fmt: skip


def _word(call: str, role: str, tensor: Any) -> Operand:
    if not isinstance(tensor, Tensor) or tensor.where == "nl.psum":
        raise KernelError(f"{call}: {role} must be a tensor in nl.sbuf or device memory, not "
                          f"{tensor!r}")  # fmt: skip
    ref = tensor.ref()
    if ref.elements != 1 or tensor.dtype not in WORD_DTYPES:
        raise KernelError(f"{call}: {role} must be one element of 4 bytes, not {tensor!r}")
    return ref
