"""The base class of what kernels keep their settings in."""

from __future__ import annotations

import inspect
from typing import Any

__all__ = ["NKIObject"]

_PLAIN = (type(None), bool, int, float, str, tuple)


class NKIObject:
    """Base of a kernel's own classes, which are like data classes: attributes of the class, with an
    annotation or a plain value, are fields, and what is not said keeps its value."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        # For @dataclass, which takes attributes with an annotation only.
        own = inspect.get_annotations(cls)
        values = {name: value for name, value in cls.__dict__.items() if not name.startswith("_")}
        added = {n: Any for n, v in values.items() if n not in own and isinstance(v, _PLAIN)}
        if added:
            cls.__annotations__ = {**own, **added}

    def __init__(self, *args: Any, **kwargs: Any):
        names = _fields(type(self))
        if len(args) > len(names):
            raise TypeError(f"{type(self).__name__} takes {len(names)} values, not {len(args)}")
        for name, value in {**dict(zip(names, args, strict=False)), **kwargs}.items():
            setattr(self, name, value)
        after = getattr(self, "__post_init__", None)
        if after is not None:
            after()


def _fields(cls: type) -> list[str]:
    """Names of the fields of a class and those it is made from, in their order."""
    found: dict[str, None] = {}
    for base in reversed(cls.__mro__):
        found |= dict.fromkeys(inspect.get_annotations(base))
    return list(found)
