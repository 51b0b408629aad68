"""Tasks are called by the names of their functions, so that a log line leads to the code."""

from __future__ import annotations

import importlib

from worker.tasks.app import TASK_MODULES, app

OLD_NAMES = {"kuzet.upkeep"}


def own_tasks() -> dict[str, str]:
    for module in TASK_MODULES:
        importlib.import_module(module)
    return {name: task.run.__name__ for name, task in app.tasks.items() if name.startswith("kuzet.")}


def test_a_task_is_named_like_its_function():
    """Somebody who reads `kuzet.parse_feed` in a log finds `def parse_feed`; old names are aliases for one release."""
    named = own_tasks()
    assert {name for name, function in named.items() if name != f"kuzet.{function}"} <= OLD_NAMES
    assert named.keys() >= OLD_NAMES


def test_whatever_is_sent_is_registered():
    """A message with a name that no worker knows is thrown away in silence."""
    scheduled = {entry["task"] for entry in app.conf.beat_schedule.values()}
    limited = set(app.conf.task_annotations)
    assert scheduled | limited | set(app.conf.task_routes) <= own_tasks().keys()
