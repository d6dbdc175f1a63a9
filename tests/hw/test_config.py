"""Configurations."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tinyneuron_hw.config import ALLOWED_ROWS, PRESETS, ConfigError, CoreConfig, get_config

BASE = get_config("tiny")


def test_presets_have_the_published_sizes():
    tiny, default, small = (PRESETS[name] for name in ("tiny", "default", "small"))
    assert (tiny.partitions, tiny.columns, tiny.sbuf_partition_bytes) == (4, 4, 8192)
    assert tiny.psum_partition_bytes == 8 * 256
    assert (default.partitions, default.columns, default.sbuf_partition_bytes) == (16, 16, 32768)
    assert default.psum_partition_bytes == 8 * 2048
    assert (small.sbuf_partition_bytes, small.psum_bank_bytes) == (16384, 512)
    big = PRESETS["inferentia2"]
    assert big.partitions * big.sbuf_partition_bytes == 24 << 20
    assert big.columns * big.psum_partition_bytes == 2 << 20
    assert not PRESETS["inferentia1"].has_gpsimd


def test_presets_are_found_by_name_and_configs_pass_through():
    assert get_config("default") is PRESETS["default"]
    assert get_config(BASE) is BASE
    with pytest.raises(ConfigError, match="unknown config 'huge'; known: default, inferentia1"):
        get_config("huge")


def test_a_name_can_change_fields_of_a_preset():
    config = get_config("default,partitions=8,columns=0x20,has_gpsimd=false")
    assert config == PRESETS["default"].with_changes(
        name="default,partitions=8,columns=0x20,has_gpsimd=false",
        partitions=8, columns=32, has_gpsimd=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("huge,columns=8", "unknown config 'huge'; known: default"),
        ("tiny,lanes=8", "config 'tiny,lanes=8': no field named 'lanes'"),
        ("tiny,columns=12", "config 'tiny,columns=12': columns must be one of 4, 8, .* not 12"),
        ("tiny,columns=wide", "columns must be an integer, not 'wide'"),
        ("tiny,columns=true", "columns must be an integer, not True"),
        ("tiny,columns", "'columns' must be FIELD=VALUE, each field once"),
        ("tiny,", "'' must be FIELD=VALUE"),
        ("tiny,columns=8,columns=4", "'columns=4' must be FIELD=VALUE, each field once"),
        ("tiny,name=mine", "'name=mine' must be FIELD=VALUE"),
    ],
)
def test_a_name_with_bad_changes_says_what_is_wrong(name, message):
    with pytest.raises(ConfigError, match=message):
        get_config(name)


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("partitions", 12, "one of 4, 8, 16, 32, 64, 128"),
        ("partitions", 16.0, "an integer"),
        ("columns", 256, "one of 4, 8, 16, 32, 64, 128"),
        ("sbuf_partition_bytes", 0, "a multiple of 128 from 128 to 196608"),
        ("sbuf_partition_bytes", 1000, "a multiple of 128 from 128 to 196608"),
        ("sbuf_partition_bytes", 196736, "a multiple of 128 from 128 to 196608"),
        ("psum_bank_bytes", 32, "a power of two from 64 to 2048"),
        ("psum_bank_bytes", 96, "a power of two from 64 to 2048"),
        ("pe_latency", 0, "from 1 to 3"),
        ("pe_latency", True, "an integer"),
        ("has_gpsimd", 1, "a boolean"),
        ("dma_engines", 17, "from 1 to 16"),
        ("device_memory_bytes", 4097, r"a multiple of 4096 from 4096 to 2\*\*48"),
        ("device_memory_bytes", 1 << 49, r"a multiple of 4096 from 4096 to 2\*\*48"),
        ("memory_latency", 1024, "from 1 to 1023"),
        ("memory", "dram", "hbm, ddr4 or fixed"),
        ("fetch_buffer", 2, "4, 8, 16, 32 or 64"),
        ("queue_depth", 0, "from 1 to 16"),
        ("dma_buffer_beats", 100, "a power of two from 16 to 1024"),
    ],
)
def test_errors_name_config_field_rule_and_value(field, value, rule):
    with pytest.raises(ConfigError, match=f"config 'tiny': {field} must be {rule}, not {value!r}"):
        BASE.with_changes(**{field: value})


@pytest.mark.parametrize(("name", "rule"), [("", "a word"), (5, "a string"), (["x"], "a string")])
def test_a_name_is_a_string(name, rule):
    with pytest.raises(ConfigError, match=f"name must be {rule}, not"):
        BASE.with_changes(name=name)


def test_unknown_fields_are_named():
    with pytest.raises(ConfigError, match="config 'tiny': no field named 'lanes'"):
        BASE.with_changes(lanes=3)


def test_configs_are_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        BASE.columns = 8  # type: ignore[misc]


def test_changes_make_a_copy():
    changed = BASE.with_changes(columns=8)
    assert (changed.columns, BASE.columns, changed.partitions) == (8, 4, 4)


@settings(derandomize=True, deadline=None, max_examples=100)
@given(
    st.sampled_from(ALLOWED_ROWS), st.sampled_from(ALLOWED_ROWS), st.integers(1, 1536),
    st.integers(6, 11), st.integers(1, 16),
)  # fmt: skip
def test_derived_sizes_fit_together(partitions, columns, lines, bank_bits, engines):
    config = CoreConfig(name="drawn", partitions=partitions, columns=columns,
                        sbuf_partition_bytes=128 * lines, psum_bank_bytes=1 << bank_bits,
                        dma_engines=engines)  # fmt: skip
    assert config.quadrant * 4 == partitions
    assert config.sbuf_lines * 16 == config.sbuf_partition_bytes
    assert config.psum_partition_bytes == 8 * config.psum_bank_bytes
    assert config.psum_bank_words * 4 == config.psum_bank_bytes
    assert config.macs_per_cycle == partitions * columns
    assert config.axi_bytes & (config.axi_bytes - 1) == 0
    assert config.memory_bytes % config.axi_bytes == 0
    assert 1 <= config.dma_ports <= config.dma_engines
    assert config.dma_ports * config.axi_bytes <= config.memory_bytes
    assert config.sbuf_partition_bytes % config.axi_bytes == 0
