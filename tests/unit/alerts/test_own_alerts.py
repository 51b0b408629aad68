"""Alerts that people make in the browser, in addition to those of the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.alerts.alert import DESK_TARGET
from pipelines.errors import ConfigError
from worker.alerts.delivery import Sender, Sent
from worker.files.alerts import AlertFile
from worker.files.layers import Layers
from worker.files.own_alerts import OwnAlerts

FILE = """
targets:
  duty: {kind: webhook, url: "https://hooks.example.kz/"}
alerts:
  grave: {topics: [drugs], targets: [duty]}
"""


@pytest.fixture
def alerts(tmp_path: Path) -> AlertFile:
    (tmp_path / "alerts.yaml").write_text(FILE, encoding="utf-8")
    return AlertFile(Layers(tmp_path), OwnAlerts(tmp_path / "data" / "alerts.yaml"))


def test_own_alerts_come_after_those_of_the_file(alerts: AlertFile):
    """The file is read again at once, and what was made before stays."""
    alerts.own.put("бомба", {"query": "бомба", "regions": ["Almaty"], "targets": ["desk", "duty"]}, rules=alerts.rules)
    alerts.own.put("yes", {"topics": ["weapons"], "targets": ["desk"], "digest_hours": 24}, rules=alerts.rules)
    assert [alert.name for alert in alerts.rules.alerts] == ["grave", "бомба", "yes"]
    assert alerts.rules.alerts[1].targets == ("desk", "duty")
    alerts.own.drop("бомба", rules=alerts.rules)
    assert [alert.name for alert in alerts.rules.alerts] == ["grave", "yes"]


def test_what_no_file_may_hold_is_not_kept(alerts: AlertFile):
    """The lint of alerts.yaml holds here, too; the file stays as it was."""
    alerts.own.put("one", {"topics": ["drugs"], "targets": ["desk"]}, rules=alerts.rules)
    before = alerts.own.file.read_text(encoding="utf-8")
    for section in (
        {"targets": ["desk"]},
        {"topics": [], "targets": ["desk"]},
        {"topic": ["drugs"], "targets": ["desk"]},
    ):
        with pytest.raises(ConfigError):
            alerts.own.put("two", section, rules=alerts.rules)
    assert alerts.own.file.read_text(encoding="utf-8") == before


def test_a_target_that_is_gone_is_the_desk(alerts: AlertFile, tmp_path: Path):
    """Its messages are still read, and no edit of the file can break what people have made."""
    alerts.own.put("one", {"topics": ["drugs"], "targets": ["duty", "desk"]}, rules=alerts.rules)
    (tmp_path / "alerts.yaml").write_text("alerts: {one: {topics: [fire], targets: [desk]}}", encoding="utf-8")
    assert [(alert.name, alert.targets) for alert in alerts.rules.alerts] == [("one", ("desk",))]
    assert alerts.rules.alerts[0].wanted == {"topics": frozenset({"fire"})}, "the name is the file's"
    (tmp_path / "alerts.yaml").write_text("alerts: {other: {topics: [fire], targets: [desk]}}", encoding="utf-8")
    assert alerts.rules.named("one").targets == ("desk",)


def test_a_message_to_the_desk_is_sent_at_once():
    """The page shows the log of messages: there is no one to reach, and nothing that could fail."""
    assert Sender(clock=lambda: 0.0).send(DESK_TARGET, {"key": "k"}) == Sent()  # type: ignore[typeddict-item]  # enough of it
