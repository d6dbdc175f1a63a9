"""One small configuration with everything that is off or simple in ``tiny``.

Tests of those parts share it: each configuration of its own costs a compilation of minutes."""

__all__ = ["EVERY_OPTION"]

EVERY_OPTION = "tiny,memory=hbm,ecc=true,host_memory_bytes=65536"
