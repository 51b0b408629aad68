"""Alerts that people make in the browser: a file in the data folder, in addition to alerts.yaml."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml
from filelock import FileLock

from pipelines.alerts.alert import Alert, AlertRules, parse_own_alerts
from worker.files.text import read_text
from worker.local.atomic import write_text

Sections = dict[str, Any]
"""Name of an alert → what it asks for, as in alerts.yaml."""


class OwnAlerts:
    """The alerts of one file. Every change is read, checked and written whole, one process at a time."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def read(self, rules: AlertRules) -> tuple[Alert, ...]:
        """Return the alerts; `rules` has the targets that they may name. Raises ConfigError."""
        if not self.names():
            return ()
        return parse_own_alerts(read_text(self.file), file=str(self.file), rules=rules)

    def names(self) -> frozenset[str]:
        """Return the names of the alerts."""
        return frozenset(self._sections())

    def put(self, name: str, section: Mapping[str, Any], *, rules: AlertRules) -> None:
        """Add an alert, or put it in the place of one of that name. Raises ConfigError for what no file may hold."""
        self._change(lambda known: known | {name: dict(section)}, rules)

    def drop(self, name: str, *, rules: AlertRules) -> None:
        self._change(lambda known: {other: section for other, section in known.items() if other != name}, rules)

    def _sections(self) -> Sections:
        found = yaml.safe_load(read_text(self.file)) if self.file.exists() else None
        alerts = found.get("alerts") if isinstance(found, dict) else None
        return alerts if isinstance(alerts, dict) else {}

    def _change(self, change: Callable[[Sections], Sections], rules: AlertRules) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(self.file.with_suffix(".lock")):
            text = alerts_text(change(self._sections()))
            parse_own_alerts(text, file=str(self.file), rules=rules)
            write_text(self.file, text)


def alerts_text(sections: Sections) -> str:
    """Write alerts as alerts.yaml has them."""
    return yaml.safe_dump({"alerts": sections}, allow_unicode=True, sort_keys=False)
