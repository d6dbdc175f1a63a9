"""The host's side: AXI4-Lite control registers and counters. Read `host.py`."""
