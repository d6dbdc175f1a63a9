"""The configuration of all benches here; each of its own would cost a compilation of minutes."""

from tinyneuron_hw.config import get_config

__all__ = ["CONFIG"]

CONFIG = get_config("tiny,has_gpsimd=false,device_memory_bytes=1048576")
"""All of the ports, and little behind them."""
