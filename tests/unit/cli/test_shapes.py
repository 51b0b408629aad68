"""docs/guide/json.md and the types it is made from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from tests.support.shapes import misfits
from worker.answers.shapes import ANSWERS, LINES, FeedsAnswer, SearchAnswer, TagAnswer
from worker.cli import app
from worker.cli.loading import commands_below
from worker.cli.shapes_page import page

GUIDE = Path(__file__).parents[3] / "docs/guide/json.md"


def test_the_guide_is_what_the_types_say():
    """A page written by hand drifts; run `python -m worker.cli.shapes_page > docs/guide/json.md`."""
    assert GUIDE.read_text(encoding="utf-8") == page()


def test_every_command_that_answers_json_has_a_shape():
    """A script needs the shape of a new command too."""
    typed = {name.split(" --")[0] for key in (*ANSWERS, *LINES) for name in key.split(", ")}
    answering = set(commands_with_json(typer.main.get_command(app), "kuzet"))
    assert answering, "the walk found no command"
    assert answering - typed == set(), "add a shape in worker/cli/shapes.py"
    assert typed - answering == set(), "shapes of commands that are gone, or have no --json"


def commands_with_json(command: Any, name: str) -> Iterator[str]:
    """Yield the names of the commands that have the option, with those of their groups."""
    if any("--json" in option.opts for option in command.params):
        yield name
    for sub, each in commands_below(command):
        yield from commands_with_json(each, f"{name} {sub}")


EMPTY = {"total": 0, "texts": 0, "took_ms": 1, "hits": [], "facets": {}, "histogram": [], "next": ""}
EMPTY |= {"relaxed": False, "did_you_mean": ""}


@pytest.mark.parametrize(
    ("value", "shape", "faults"),
    [
        (EMPTY, SearchAnswer, 0),
        (EMPTY | {"total": "0"}, SearchAnswer, 1),
        (EMPTY | {"more": 1}, SearchAnswer, 1),
        (EMPTY | {"facets": {"topic": [{"value": "drugs"}]}}, SearchAnswer, 1),
        (EMPTY | {"total": True}, SearchAnswer, 1),
        ({}, FeedsAnswer, 1),
        ({"feeds": None}, FeedsAnswer, 1),
        ([], TagAnswer, 1),
    ],
)
def test_the_check_of_answers_finds_faults(value: Any, shape: type, faults: int):
    """A check that finds nothing wrong with anything would hold no answer."""
    assert len(misfits(value, shape)) == faults
