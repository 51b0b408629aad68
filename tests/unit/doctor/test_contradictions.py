"""Settings that work against each other."""

from __future__ import annotations

import pytest

from config.settings import Settings
from worker.doctor.findings import Verdict
from worker.doctor.machine import contradictions

RIGHT = {"contact": "desk@example.kz", "allow_hosts": ""}


def found(**given: object) -> list[tuple[Verdict, str]]:
    return [(verdict, sentence) for verdict, sentence, _ in contradictions(Settings(**{**RIGHT, **given}))]


def test_settings_that_fit_are_no_finding() -> None:
    """A person who has set everything well reads nothing."""
    assert found() == []


@pytest.mark.parametrize(
    ("given", "verdict", "named"),
    [
        ({"min_interval_s": 9, "max_interval_s": 5}, Verdict.PROBLEM, "KUZET_MIN_INTERVAL_S (9)"),
        ({"host_spacing_s": 500}, Verdict.WARNING, "KUZET_HOST_SPACING_S (500)"),
        ({"allow_hosts": "127.0.0.1:80"}, Verdict.WARNING, "KUZET_ALLOW_HOSTS"),
        ({"contact": ""}, Verdict.WARNING, "whom to write to"),
        ({"cpu_deadline_s": 0.5}, Verdict.WARNING, "KUZET_CPU_DEADLINE_S"),
    ],
)
def test_what_cannot_be_meant_is_named(given: dict[str, object], verdict: Verdict, named: str) -> None:
    """Each of them keeps a watch from working, or sites from trusting it, without any error."""
    [(judged, sentence)] = found(**given)
    assert judged is verdict
    assert named in sentence
