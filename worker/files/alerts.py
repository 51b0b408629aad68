"""config/alerts.yaml: the site's, else ours; and the alerts that people have made at the desk."""

from __future__ import annotations

from pathlib import Path

from pipelines.alerts.alert import ALERTS_FILE, AlertRules, parse_alerts
from pipelines.errors import ConfigError
from worker.files.layers import Layers
from worker.files.own_alerts import OwnAlerts
from worker.files.text import read_text
from worker.files.watched import Watched


class AlertFile:
    """The alerts as the file has them now. A folder without the file has no alerts, and a broken file keeps them."""

    def __init__(self, layers: Layers, own: OwnAlerts) -> None:
        self.own = own
        self._layers = layers
        self._watched = Watched(lambda: [self.file, own.file], self.check)

    @property
    def file(self) -> Path:
        return self._layers / ALERTS_FILE

    @property
    def rules(self) -> AlertRules:
        """Raises ConfigError when the file could never be read."""
        return self._watched.current()

    @property
    def problem(self) -> ConfigError | None:
        return self._watched.problem

    def check(self) -> AlertRules:
        """Read the files as they are now. Raises ConfigError with file, line and key."""
        rules = parse_alerts(read_text(self.file), file=str(self.file)) if self.file.exists() else AlertRules()
        return rules.and_also(self.own.read(rules))
