"""The map: regions coloured by what they have, against the weeks before, with the places that were named."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pipelines.search.request import Sort
from pipelines.search.statistics import Change
from worker.answers.shapes import MapAnswer, TrendsAnswer
from worker.answers.trends import COMPARED, Comparison, compare, map_row, trends_row
from worker.desk.asked import Asked, read_asked
from worker.desk.found import chips
from worker.desk.visits import Page, View, Visit

HEATS = 4
POINTS = 30
GROWN = 10
LARGEST_POINT = 13.0


@dataclass(frozen=True, slots=True)
class Region:
    """A region on the map. `colour`: a class of the style sheet. `more`: 1 or -1 for more or less than chance."""

    name: str
    label: str
    now: int
    before: int
    colour: str
    more: int
    outline: str
    link: str


@dataclass(frozen=True, slots=True)
class Point:
    """A place on the map, in units of the drawing."""

    name: str
    x: float
    y: float
    radius: float
    count: int


@dataclass(frozen=True, slots=True)
class TopicLine:
    """A topic with its days as bars."""

    label: str
    now: int
    before: int
    more: int
    days: tuple[tuple[float, float, int], ...]
    link: str


@cache
def drawing(config: Path) -> Mapping[str, Any]:
    """Return the outlines of the regions, and how degrees become units of the drawing."""
    found: Mapping[str, Any] = json.loads((config / "borders.json").read_text(encoding="utf-8"))
    return found


def map_page(visit: Visit) -> View:
    """Return the map of a selection; without a period, of the last 7 days."""
    asked = read_asked(visit.runtime, visit.pairs, now=visit.now, default=Sort.TIME)
    found = compare(visit.runtime, asked.selection, asked.text)
    shown = {"drawing": drawing(visit.runtime.settings.config), "points": points(visit, found)}
    return View(template="map.html", row=lambda: map_row(found), values={**compared(visit, asked, found), **shown})


def trends_page(visit: Visit) -> View:
    """Return the topics of a selection from day to day, and what grew."""
    asked = read_asked(visit.runtime, visit.pairs, now=visit.now, default=Sort.TIME)
    found = compare(visit.runtime, asked.selection, asked.text)
    values = {**compared(visit, asked, found), "topics": topics(visit, asked, found), "days": found.trends.days}
    return View(template="trends.html", row=lambda: trends_row(found), values=values)


def compared(visit: Visit, asked: Asked, found: Comparison) -> dict[str, Any]:
    """Return what both pages show."""
    statistics = found.statistics
    grown = statistics.grown(COMPARED)[:GROWN]
    return {
        "asked": asked,
        "statistics": statistics,
        "regions": regions(visit, asked, found),
        "grown": [(visit.names.of(group, change.value), change) for group, change in grown],
        "chips": chips(visit, asked),
        "severe": asked.chosen("severity") == ("high", "critical"),
        "by_change": by_change(asked),
    }


def regions(visit: Visit, asked: Asked, found: Comparison) -> list[Region]:
    """Return every region of the drawing, those with most articles first."""
    changes = {change.value: change for change in found.regions}
    outlines = drawing(visit.runtime.settings.config)["regions"]
    most = max((change.now for change in changes.values()), default=0)
    listed = [
        region(visit, asked, changes.get(name, Change(name, 0, 0)), outline=outline, most=most)
        for name, outline in outlines.items()
    ]
    return sorted(listed, key=lambda one: (-one.now, -one.before, one.label))


def region(visit: Visit, asked: Asked, change: Change, *, outline: str, most: int) -> Region:
    link = f"/search{asked.having(region=change.value, since=dict(asked.pairs).get('since', '7d'), sort='time')}"
    return Region(
        name=change.value,
        label=visit.names.region(change.value),
        now=change.now,
        before=change.before,
        colour=change_colour(change)
        if by_change(asked)
        else f"heat{math.ceil(HEATS * change.now / most) if most else 0}",
        more=more(change),
        outline=outline,
        link=link,
    )


def by_change(asked: Asked) -> bool:
    """True if the map is to be coloured by the difference to before, not by what there is."""
    return dict(asked.pairs).get("by") == "change"


def change_colour(change: Change) -> str:
    """Return warm colours for more, by standard deviations, and the cold one for less than chance allows."""
    return "cold" if more(change) < 0 else f"heat{min(HEATS, max(0, math.floor(change.strength)))}"


def more(change: Change) -> int:
    """Return 1 for a count that is higher than chance allows, -1 for one that is lower."""
    return (change.strength >= 2) - (change.strength <= -2)  # noqa: PLR2004  as pipelines.search.statistics.TELLING


def points(visit: Visit, found: Comparison) -> list[Point]:
    """Return the places that were named most, where the gazetteer knows them; larger ones below."""
    outline = drawing(visit.runtime.settings.config)
    known = {name: count for name, count in found.trends.places.items() if name in visit.desk.places}
    named = [(name, count, visit.desk.places[name]) for name, count in known.items() if name not in outline["regions"]]
    shown = named[:POINTS]
    most = max((count for _, count, _ in shown), default=1)
    return [
        Point(
            name=name,
            x=round((longitude - outline["west"]) * outline["scale"], 1),
            y=round((outline["north"] - latitude) * outline["scale"] / math.cos(math.radians(outline["middle"])), 1),
            radius=round(3 + (LARGEST_POINT - 3) * math.sqrt(count / most), 1),
            count=count,
        )
        for name, count, (latitude, longitude) in shown
    ]


def topics(visit: Visit, asked: Asked, found: Comparison) -> list[TopicLine]:
    """Return every topic with its days, those with most articles first."""
    most = max((count for days in found.trends.topics.values() for count in days), default=0)
    return [
        TopicLine(
            label=visit.names.topic(change.value),
            now=change.now,
            before=change.before,
            more=more(change),
            days=bars(found.trends.topics.get(change.value, ()), most),
            link=f"/search{asked.having(topic=change.value, since=dict(asked.pairs).get('since', '7d'), sort='time')}",
        )
        for change in found.topics
    ]


def bars(counts: tuple[int, ...], most: int) -> tuple[tuple[float, float, int], ...]:
    """Return x, height and count of each day, in a drawing of 120 × 24 units."""
    step = 120 / max(len(counts), 1)
    return tuple((round(n * step, 1), round(23 * count / most, 1), count) for n, count in enumerate(counts) if most)


PAGES = (
    Page(path="/map", title="Map", answer=map_page, about="Regions.", twin="/map.json", shape=MapAnswer),
    Page(path="/trends", title="Trends", answer=trends_page, about="Topics.", twin="/trends.json", shape=TrendsAnswer),
)
