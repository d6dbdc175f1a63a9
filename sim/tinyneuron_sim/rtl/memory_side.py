"""Between a chip's memory port and the Python model of the device behind it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Protocol

from amaranth.hdl import Shape

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.hbm.ports import memory_port

from ..backend import BackendError
from .memory_channels import ChannelsDevice
from .memory_device import FixedDevice

__all__ = ["ChannelsSide", "FixedSide", "host_side", "memory_inputs", "memory_side", "wakes"]


class _Ports(Protocol):
    """What is used of the chip's ports; see ``host.Ports``."""

    def get(self, name: str) -> int: ...

    def set(self, name: str, value: int) -> None: ...


def memory_inputs(config: CoreConfig) -> tuple[str, ...]:
    """The memory ports' inputs of a chip that change."""
    both = ("phy__read_valid", "phy__read_data")
    own = both if config.memory == "fixed" else (*both, "phy__read_check")
    host = ("host__read_valid", "host__read_data") if config.host_memory_bytes else ()
    return own + host


def wakes(config: CoreConfig) -> tuple[str, ...]:
    """Outputs that are 0 while no command comes."""
    host = ("host__valid",) if config.host_memory_bytes else ()
    return _device_wakes(config) + host


def _device_wakes(config: CoreConfig) -> tuple[str, ...]:
    return ("phy__valid",) if config.memory == "fixed" else ("phy__row_valid", "phy__column_valid")


class _Side(ABC):
    """What both kinds share: the device's side of a cycle is :meth:`take_outputs`, with the outputs
    of the cycle, and :meth:`give_inputs`, for the next one."""

    _wakes: tuple[str, ...]
    _prefix = "phy"
    """Of the port's names."""

    def __init__(self, device: Any, ports: _Ports):
        self._device = device
        self._ports = ports
        self._returning = False
        """Whether read data stands on the memory port's inputs."""

    @property
    def memory(self) -> Any:
        """The back door."""
        return self._device.memory

    @property
    def idle_cycles(self) -> int:
        """Cycles, from this one on, with nothing to do here unless a command comes."""
        if self._returning or any(map(self._ports.get, self._wakes)):
            return 0
        return self._until_event()

    def skip(self, cycles: int) -> None:
        """So many idle cycles have passed."""
        self._device.next_cycle(cycles)

    def start_log(self) -> None:
        self._device.log = []

    def log(self) -> list[str]:
        return self._device.log or []

    @abstractmethod
    def _until_event(self) -> int:
        """Cycles until the device does something by itself."""

    def _set_valid(self, valid: int) -> None:
        if valid or self._returning:
            self._returning = bool(valid)
            self._ports.set(f"{self._prefix}__read_valid", valid)


class FixedSide(_Side):
    """A device with a fixed latency, on the memory port or another one of its kind."""

    def __init__(self, config: CoreConfig, ports: _Ports, prefix: str = "phy"):
        super().__init__(FixedDevice(config), ports)
        self._bytes = config.memory_bytes
        self._prefix = prefix
        self._wakes = (f"{prefix}__valid",)

    def take_outputs(self) -> None:
        get, prefix, device = self._ports.get, self._prefix, self._device
        if not get(f"{prefix}__valid"):
            return
        unit = get(f"{prefix}__address")
        if get(f"{prefix}__write"):
            data = get(f"{prefix}__write_data").to_bytes(self._bytes, "little")
            device.write(unit, data, get(f"{prefix}__write_mask"))
        else:
            device.read(unit)

    def give_inputs(self) -> None:
        self._device.next_cycle()
        data = self._device.due()
        if data is not None:
            self._ports.set(f"{self._prefix}__read_data", int.from_bytes(data, "little"))
        self._set_valid(int(data is not None))

    def flip(self, address: int, mask: int) -> None:
        raise BackendError("memory with a fixed latency has no check bits")

    @property
    def is_clean(self) -> bool:
        """Whether the device has all that the chip has written."""
        return True

    def _until_event(self) -> int:
        until_data = self._device.cycles_to_data()
        return 1 << 62 if until_data is None else until_data  # it is set in the cycle before


class ChannelsSide(_Side):
    """A device with channels and timing rules."""

    def __init__(self, config: CoreConfig, ports: _Ports):
        self._model = ChannelsDevice(config)
        super().__init__(self._model, ports)
        self._channels = config.memory_channels
        self._word = config.access_bytes // 4
        self._wakes = _device_wakes(config)
        signature: Any = memory_port(config)
        self._widths = {
            name: Shape.cast(member.shape).width // self._channels
            for name, member in signature.members.items()
        }

    def take_outputs(self) -> None:
        device, get = self._model, self._ports.get
        if rows := get("phy__row_valid"):
            for c in self._set_bits(rows):
                device.row_command(c, *self._parts(c, "row_command", "row_bank", "row_row"))
        if columns := get("phy__column_valid"):
            for c in self._set_bits(columns):
                write, *place = self._parts(c, "column_write", "column_bank", "column_column")
                device.column_command(c, bool(write), *place)
        for c in device.writing():
            data, check, enable = self._parts(c, "write_data", "write_check", "write_enable")
            check_bytes = check.to_bytes(self._word // 8, "little")
            device.write_word(c, data.to_bytes(self._word, "little"), check_bytes, enable)

    def give_inputs(self) -> None:
        self._model.next_cycle()
        valid = data = check = 0
        for item in self._model.due():
            valid |= 1 << item.channel
            data |= int.from_bytes(item.data, "little") << 8 * self._word * item.channel
            check |= int.from_bytes(item.check, "little") << self._word * item.channel
        if valid:
            self._ports.set("phy__read_data", data)
            self._ports.set("phy__read_check", check)
        self._set_valid(valid)

    def flip(self, address: int, mask: int) -> None:
        """See ``ChannelDriver.memory_flip``."""
        self._model.memory.flip(address, mask)

    @property
    def is_clean(self) -> bool:
        """Whether the device has all that the chip has written."""
        return bool(self._ports.get("phy__clean"))

    def _until_event(self) -> int:
        return self._model.cycles_to_event()

    def _parts(self, channel: int, *names: str) -> list[int]:
        """A channel's part of outputs."""
        parts = []
        for name in names:
            width = self._widths[name]
            parts.append(self._ports.get(f"phy__{name}") >> width * channel & ((1 << width) - 1))
        return parts

    def _set_bits(self, value: int) -> list[int]:
        return [c for c in range(self._channels) if value >> c & 1]


def memory_side(config: CoreConfig, ports: _Ports) -> FixedSide | ChannelsSide:
    """The side of ``config.memory``, with a new device."""
    return (FixedSide if config.memory == "fixed" else ChannelsSide)(config, ports)


def host_side(config: CoreConfig, ports: _Ports) -> FixedSide | None:
    """The side of the host's memory, if the chip reaches it."""
    return FixedSide(config, ports, "host") if config.host_memory_bytes else None
