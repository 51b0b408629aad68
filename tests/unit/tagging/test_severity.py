"""Severity follows what an article reports as new, not the words it holds."""

from __future__ import annotations

import pytest

from pipelines.models import Severity
from pipelines.tagging import Tagger, parse_ruleset
from tests.unit.tagging.test_scoring import EMPTY

RULE = """
topic: violent_crime
labels: {en: Murder, kk: Кісі өлтіру, ru: Убийство}
severity: medium
terms: {ru: {4: [убийство, убить, приговорить]}}
"""
GRAVITY = """
critical: {}
fatal: {ru: [убить]}
high: {ru: [задержать, приговорить]}
low: {ru: [совещание]}
retold: {ru: [обвинять ... убийство, напомнить, задержать ранее]}
running: {ru: [на суд, с начало год]}
minor: {ru: [административный арест]}
figures: {critical: {killed: 5}, high: {killed: 1, evacuated: 300}}
"""
FIGURES = """
people: {ru: [человек]}
kinds: {killed: {deeds: {ru: [убить]}}, evacuated: {deeds: {ru: [эвакуировать]}}}
drugs: {}
currencies: {}
roles: {}
"""
PADDING = "Слово за словом идёт длинный рассказ. " * 12


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    files = {
        **EMPTY,
        "contexts.yaml": "{}",
        "severity.yaml": GRAVITY,
        "figures.yaml": FIGURES,
        "rules/violent_crime.yaml": RULE,
    }
    return Tagger(parse_ruleset(files))


@pytest.mark.parametrize(
    ("title", "body", "severity", "reason"),
    [
        ("Раскрыто убийство", "Полиция задержала мужчину.", Severity.HIGH, "задержала"),
        ("Убийство обсудили", "Его обвиняют в убийстве.", Severity.MEDIUM, ""),
        ("Убийство в городе", "Напомним, полиция задержала мужчину.", Severity.MEDIUM, ""),
        ("Убийство в городе", "Полиция, напомним, задержала мужчину.", Severity.HIGH, "задержала"),
        ("Убийство: на суде показали фото", "Эксперт рассказал, кого задержали.", Severity.MEDIUM, "на суде"),
        ("На суде об убийстве: его приговорили", "Судья прочла решение.", Severity.HIGH, "приговорили"),
        ("На суде, где его приговорили за убийство", "Совещание не состоялось.", Severity.HIGH, "приговорили"),
        ("Убийство", "С начала года убиты 12 человек.", Severity.MEDIUM, "С начала года"),
        ("Убиты 12 человек", "Полиция ищет.", Severity.CRITICAL, "killed 12"),
        ("В селе убиты люди", PADDING + "Всего убиты 12 человек.", Severity.CRITICAL, "killed 12"),
        (
            "Задержали за угрозу убийством",
            "Он под административным арестом.",
            Severity.MEDIUM,
            "административным арестом",
        ),
        ("Весть об убийстве", "Эвакуировали 500 человек.", Severity.MEDIUM, ""),
        ("Убийство в селе", PADDING + "Всего убиты 12 человек.", Severity.MEDIUM, ""),
    ],
)
def test_severity_is_that_of_what_is_new(tagger: Tagger, title: str, body: str, severity: Severity, reason: str):
    """A charge, a running trial, a total or a death of last year is not what the desk must see first."""
    tagging = tagger.tag(title, body, language="ru")
    assert (tagging.severity, tagging.severity_reason) == (severity, reason)
