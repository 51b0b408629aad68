"""docs/architecture.md is a map: every name on it must exist."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
NAMES = sorted(set(re.findall(r"`((?:worker|pipelines|config|seeds)(?:\.\w+)+)`", PAGE)))
FOLDERS = sorted(set(re.findall(r"`((?:worker|pipelines|config|seeds|tests|benchmarks)(?:/\w+)*)/?`", PAGE)))


def find(name: str) -> Any:
    """Import as much of a dotted name as is a module, and look the rest up in it. Raises AttributeError."""
    found, *rest = name.split(".")
    module: Any = import_module(found)
    for part in rest:
        if not hasattr(module, part) and hasattr(module, "__path__"):
            import_module(f"{module.__name__}.{part}")
        module = getattr(module, part)
    return module


@pytest.mark.parametrize("name", NAMES)
def test_a_function_of_the_map_exists(name: str) -> None:
    """Rename it on the page too: a newcomer looks for it by this name."""
    assert find(name) is not None


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_of_the_map_exists(folder: str) -> None:
    """The table is the first thing a newcomer compares with what is there."""
    assert (ROOT / folder).is_dir()


def test_the_map_names_every_room() -> None:
    """A new folder belongs on the map, with a sentence about what it is."""
    rooms = {each.parent.name for top in ("worker", "pipelines") for each in (ROOT / top).glob("*/__init__.py")}
    assert not {room for room in rooms if not re.search(rf"\b{room}\b", PAGE)}


def test_the_five_walks_are_there() -> None:
    """They are how the parts are learnt together."""
    assert len(re.findall(r"^## Walk \d: ", PAGE, re.MULTILINE)) == 5
    assert len(NAMES) > 25
