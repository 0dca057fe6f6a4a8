"""The layouts: each module here has one."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from skillmeat_cli.layouts.base import LAYOUTS, Layout

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")


def layouts() -> list[Layout]:
    """One of each, in the order in which they read."""
    return [layout() for layout in sorted(LAYOUTS, key=lambda layout: (layout.order, layout.__name__))]
