"""Instructions that move scalar registers from and to memory."""

from amaranth.hdl import unsigned
from amaranth.lib import data

from .operands import AccessPattern, DevicePattern, Header

__all__ = ["RegisterLoad", "RegisterLoadSbuf", "RegisterStore", "RegisterStoreSbuf"]


class RegisterLoad(data.Struct):
    """Device memory to scalar registers: word n of ``src`` goes to register ``first + n`` of the
    stream. See Register moves."""

    header: Header
    reserved0: unsigned(192)
    src: DevicePattern
    reserved1: unsigned(176)
    first: unsigned(5)
    reserved: unsigned(187)


class RegisterStore(data.Struct):
    """Scalar registers to device memory: register ``first + n`` goes to word n of ``dst``."""

    header: Header
    reserved0: unsigned(192)
    dst: DevicePattern
    reserved1: unsigned(176)
    first: unsigned(5)
    reserved: unsigned(187)


class RegisterLoadSbuf(data.Struct):
    """A partition of SBUF to scalar registers: word n of ``src`` goes to register ``first + n``."""

    header: Header
    src: AccessPattern
    reserved0: unsigned(512)
    first: unsigned(5)
    reserved: unsigned(187)


class RegisterStoreSbuf(data.Struct):
    """Scalar registers to a partition of SBUF: register ``first + n`` goes to word n of ``dst``."""

    header: Header
    dst: AccessPattern
    reserved0: unsigned(512)
    first: unsigned(5)
    reserved: unsigned(187)
