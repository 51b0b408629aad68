"""A corpus of events reported by several sites in two languages, with near misses: what stories are measured on.

Each event is one kind of `events.yaml` with a place, people and numbers of its own. Of 66 events a third have a twin of
the same kind in the same city within a day: two fires in one city, the statistics of two months.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

EVENTS = 66
NEAR_MISS = 3
"""Each third event is of the kind and city of the one before."""
BEGAN = datetime(2026, 3, 1, tzinfo=UTC)
SITES = {"ru": ("verst", "polyn", "step", "okno", "vesti"), "kk": ("ukili", "zhide", "tugai", "adyr", "qumgan")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One report of an event. `event` is what a perfect program would know."""

    event: int
    id: str
    language: str
    site: str
    title: str
    body: str
    published_at: datetime


@cache
def _kinds() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "events.yaml").read_text(encoding="utf-8"))
    return loaded


def build_corpus(*, seed: int = 7, events: int = EVENTS, spread_hours: float = 400.0) -> list[Report]:
    """Return the reports in the order of their publication; the same for the same arguments."""
    chance = random.Random(seed)
    reports: list[Report] = []
    kind = city = ""
    began = BEGAN
    for event in range(events):
        if event % NEAR_MISS:
            began = BEGAN + timedelta(hours=chance.uniform(0, spread_hours))
        if event % NEAR_MISS or not kind:
            kind, city = chance.choice(sorted(_kinds()["kinds"])), chance.choice(_kinds()["cities"])
        else:
            began += timedelta(hours=chance.uniform(1, 20))
        reports += _reports(event, kind, city, began=began, chance=chance)
    return sorted(reports, key=lambda report: (report.published_at, report.id))


def _reports(
    event: int, kind: str, city: Mapping[str, str], *, began: datetime, chance: random.Random
) -> Iterator[Report]:
    texts = _kinds()["kinds"][kind]
    numbers = {"a": chance.randint(3, 60), "b": chance.randint(61, 980), "c": chance.randint(2, 40)}
    person, thing = chance.choice(_kinds()["people"]), chance.choice(texts["thing"])
    for language in ("ru", "kk"):
        sites = chance.sample(SITES[language], k=len(texts[language]) + 1)
        slots = _slots(language, city=city, person=person, thing=thing) | numbers
        for number, (title, body) in enumerate(texts[language]):
            yield _report(event, language, sites[number], (title, body), slots=slots, at=_later(began, chance))
        title, body = chance.choice(texts[language])
        yield _reprint(event, language, sites[-1], (title, body), slots=slots, at=_later(began, chance))


def _slots(
    language: str, *, city: Mapping[str, str], person: Mapping[str, str], thing: Mapping[str, str]
) -> dict[str, Any]:
    return {
        "city": city[language],
        "city_in": city[f"{language}_in"],
        "city_of": city[f"{language}_of"],
        "name": person[language],
        "name_of": person[f"{language}_of"],
        "thing": thing[language],
    }


def _later(began: datetime, chance: random.Random) -> datetime:
    return began + timedelta(minutes=chance.randint(0, 900))


def _report(  # noqa: PLR0913  what a report is
    event: int, language: str, site: str, text: tuple[str, str], *, slots: Mapping[str, Any], at: datetime
) -> Report:
    title, body = (part.format_map(slots) for part in text)
    title = title[0].upper() + title[1:]
    return Report(event=event, id=f"{event:03}-{language}-{site}", language=language, site=site, title=title,
                body=body, published_at=at)  # fmt: skip


def _reprint(  # noqa: PLR0913  the same
    event: int, language: str, site: str, text: tuple[str, str], *, slots: Mapping[str, Any], at: datetime
) -> Report:
    """The report of another site with its own title and one sentence more or less."""
    report = _report(event, language, site, text, slots=slots, at=at)
    sentences = report.body.split(". ")
    credit = "Бұл туралы агенттік хабарлады." if language == "kk" else "Об этом сообщило агентство."
    body = ". ".join(sentences[:-1]) + f". {credit}"
    return Report(
        event=event, id=report.id, language=language, site=site, title=report.title, body=body, published_at=at
    )
