"""docker/monitoring and the guide name only metrics that there are, with labels that they have."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from worker.metrics.families import families
from worker.metrics.readings import Readings, StageReading
from worker.state import Durations, Totals

ROOT = Path(__file__).parents[3]
MONITORING = ROOT / "docker" / "monitoring"
NAME = re.compile(r"\bkuzet_[a-z_]+(?:\{(?P<labels>[^}]*)\})?")
READ = Readings(
    totals=Totals(
        sighted=1,
        ended={"indexed": 1},
        polls={"200": 1},
        answers={"fetched": 1},
        durations={name: Durations(buckets={1.0: 1}, count=1, sum_s=0.5) for name in ("searchable", "due poll")},
    ),
    stages={"poll": StageReading(waiting=1, due=0, late_s=0.0)},
    queues={"io": 0},
    slots={"io": 16},
    workers=1,
    tick_age_s=0.5,
    feeds={"ok": 1},
    held_hosts=0,
    outbox_documents=0,
    outbox_bytes=0,
    quarantined=0,
    forgotten=0,
    missing=0,
    under_way=0,
    rebuild_share=0.5,
    articles=1,
    search_up=True,
    problems=0,
    free_bytes={"data": 1},
)
SAMPLES = [sample for family in families(READ) for sample in family.samples] + [
    type("Sample", (), {"name": "kuzet_broker_up", "labels": {}})
]
LABELS = {sample.name: set(sample.labels) for sample in SAMPLES}
ALERTS = [
    rule for group in yaml.safe_load((MONITORING / "alerts.yml").read_text())["groups"] for rule in group["rules"]
]
PANELS = json.loads((MONITORING / "grafana.json").read_text())["panels"]
EXPRESSIONS = {rule["alert"]: rule["expr"] for rule in ALERTS} | {
    f"{panel['title']} {target['refId']}": target["expr"] for panel in PANELS for target in panel["targets"]
}


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_an_expression_asks_for_what_there_is(name: str) -> None:
    """A misspelt metric is no error for Prometheus: the alert would simply never come."""
    expression = EXPRESSIONS[name]
    assert NAME.search(expression)
    for found in NAME.finditer(expression):
        metric = found[0].partition("{")[0]
        assert metric in LABELS, metric
        assert set(re.findall(r"(\w+)\s*[=!]", found["labels"] or "")) <= LABELS[metric]


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: rule["alert"])
def test_an_alert_says_what_to_do(rule: dict[str, dict[str, str]]) -> None:
    """It reaches a person at night."""
    assert rule["annotations"]["summary"]
    assert rule["annotations"]["remedy"]


def test_every_panel_has_its_place() -> None:
    """Two panels on one place hide one another."""
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in PANELS]
    assert len(set(places)) == len(PANELS)


def test_the_guide_lists_every_metric() -> None:
    """Its table is what a person builds on."""
    guide = (ROOT / "docs" / "guide" / "operations.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| `(kuzet_\w+)", guide, flags=re.MULTILINE))
    assert listed == {re.sub(r"_(bucket|count|sum)$", "", name) for name in LABELS}
