"""The page of configurations, from ``CoreConfig`` and its presets."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import itertools
import textwrap

from page_markdown import GENERATED, code, prose, table
from tinyneuron_hw import config as module
from tinyneuron_hw.config import PRESETS, CoreConfig

__all__ = ["render"]

_INTRODUCTION = f"""\
# Configurations

{GENERATED}

A configuration is one frozen object, `tinyneuron_hw.config.CoreConfig`, that the hardware, the
golden model, the compiler and these pages read. A preset is chosen by name (`--config tiny`); any
other is a preset with changes:

```python
from tinyneuron_hw.config import get_config

wide = get_config("tiny").with_changes(name="wide", columns=16, dma_engines=4)
assert wide.macs_per_cycle == 4 * 16
```

Where a function takes a configuration it takes a name or such an object. A size that breaks a rule
raises `ConfigError` with the field, the rule and the value. A program runs on a device whose
configuration is the one it was compiled for, but for timing (`pe_latency`, `memory`,
`memory_latency`, `fetch_buffer`, `queue_depth`, `dma_buffer_beats`)."""


def _parameters() -> dict[str, str]:
    """Field -> its text in the docstring."""
    section = inspect.getdoc(CoreConfig) or ""
    lines = section.split("----------\n", 1)[1].splitlines()
    found: dict[str, list[str]] = {}
    name = ""
    for line in lines:
        if line and not line.startswith(" "):
            name = line.rstrip(":")
            found[name] = []
        elif name:
            found[name].append(line.strip())
    return {name: prose("\n".join(text)) for name, text in found.items()}


def _fields() -> str:
    texts = _parameters()
    rows = []
    for field in dataclasses.fields(CoreConfig):
        default = field.default
        if default is dataclasses.MISSING:
            shown = ""
        else:
            shown = _number(default) if field.name.endswith("_bytes") else code(default)
        rows.append((code(field.name), texts[field.name], shown))
    return table(("field", "meaning and bounds", "default"), rows)


def _number(value: int) -> str:
    """Bytes as people say them: in binary units where that is exact."""
    for unit, name in ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")):
        if value % unit == 0:
            return f"{value // unit} {name}"
    return f"{value:,} B"


def _presets() -> str:
    presets = list(PRESETS.values())
    rows = []
    for field in dataclasses.fields(CoreConfig):
        if field.name == "name":
            continue
        values = (getattr(preset, field.name) for preset in presets)
        shown = ["yes" if v is True else "no" if v is False else v for v in values]
        if field.name.endswith("_bytes"):
            shown = [_number(getattr(preset, field.name)) for preset in presets]
        rows.append((code(field.name), *shown))
    return table(("field", *(code(preset.name) for preset in presets)), rows)


def _derived() -> str:
    rows = []
    for name, member in vars(CoreConfig).items():
        if isinstance(member, property):
            values = [getattr(preset, name) for preset in PRESETS.values()]
            if not isinstance(values[0], int):
                continue
            rows.append((code(name), prose(member.__doc__), *(f"{value:,}" for value in values)))
    return table(("property", "meaning", *(code(name) for name in PRESETS)), rows)


def _constants() -> str:
    """What is the same in every configuration: the module's documented capitals."""
    rows = []
    body = ast.parse(textwrap.dedent(inspect.getsource(module))).body
    for before, after in itertools.pairwise(body):
        if not isinstance(before, ast.Assign) or not isinstance(before.targets[0], ast.Name):
            continue
        name = before.targets[0].id
        value = getattr(module, name)
        if not name.isupper() or name.startswith("_"):
            continue
        text = ""
        if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            text = prose(str(after.value.value))
        shown = ", ".join(map(str, value)) if isinstance(value, tuple) else value
        rows.append((code(name), shown, text))
    return table(("constant", "value", "meaning"), rows)


def render() -> str:
    """The page."""
    return "\n\n".join([
        _INTRODUCTION,
        "## Presets", _presets(),
        "## Fields", _fields(),
        "## Derived sizes", _derived(),
        "## The same in every configuration", _constants(),
    ]) + "\n"  # fmt: skip
