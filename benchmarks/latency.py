"""How long an article takes from the poll that brought it until a search finds it, at a steady rate.

    python -m benchmarks.latency [ARTICLES_A_SECOND SITES [SECONDS]]        (4 12 90; then 20 60)

A real watch on a newsroom of its own (`benchmarks.faults`, without faults). The poll is the moment at which the site
answered with the article in its feed; a search is asked for what is missing four times a second.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.faults.house import House, patiently, running, wait_for
from benchmarks.faults.newsroom import Expected, Newsroom
from benchmarks.faults.plan import Fate, Shape, plan
from benchmarks.faults.sampling import quantile
from benchmarks.support.looking import looking

RUNS = ((4.0, 12), (20.0, 60))
SECONDS = 90.0
EVERY_S = 0.25
FEEDS_A_SITE = 3
ORDINARY = frozenset({Fate.PAGE, Fate.MOVED, Fate.TEXT_IN_FEED, Fate.IN_TWO_FEEDS})
LOST_AFTER_S = 180.0


@dataclass
class Finder:
    """Searches for what is out and not found yet. `found_s`: article → seconds of the plan."""

    house: House
    expected: Sequence[Expected]
    found_s: dict[int, float] = field(default_factory=dict)

    @property
    def is_done(self) -> bool:
        return len(self.found_s) == len(self.expected)

    def search(self) -> None:
        """Search once for all that is missing."""
        served, engine = self.house.newsroom.first_served, self.house.runtime.search
        missing = {
            each.ids[0]: each.planned.number
            for each in self.expected
            if each.planned.number in served and each.planned.number not in self.found_s
        }
        query = {"ids": {"values": list(missing)}}
        hits = engine.client.search(index=engine.read_alias, query=query, size=1000, source=False).body["hits"]["hits"]
        for hit in hits:
            self.found_s[missing[hit["_id"]]] = self.house.newsroom.now_s


def measure(a_second: float, sites: int, *, seconds: float) -> list[float]:
    """Run the watch at that rate; seconds from poll to search of each ordinary article, sorted."""
    feeds = FEEDS_A_SITE * sites
    shape = Shape(articles=round(a_second * seconds), feeds=feeds, sites=sites, span_s=seconds, revised_share=0.0)
    planned = plan(1, shape)
    with (
        TemporaryDirectory(prefix="kuzet-latency-") as folder,
        Newsroom(planned, shape, network=200) as newsroom,
        running(Path(folder), newsroom) as house,
    ):
        ordinary = [each for each in newsroom.expected() if each.planned.fate in ORDINARY]
        finder = Finder(house, ordinary)
        with looking(lambda: patiently(finder.search), every_s=EVERY_S):
            newsroom.begin()
            time.sleep(newsroom.ends_s)
            wait_for(lambda: finder.is_done, "all are found", patience_s=LOST_AFTER_S)
        served = newsroom.first_served
        return sorted(found_s - served[number] for number, found_s in finder.found_s.items())


def main() -> None:
    given = [float(argument) for argument in sys.argv[1:]]
    runs = ((given[0], int(given[1])),) if given else RUNS
    seconds = given[2] if len(given) > 2 else SECONDS
    print("articles/s  sites  articles  poll → searchable p50   p95   longest")
    for a_second, sites in runs:
        took = measure(a_second, sites, seconds=seconds)
        shown = f"{quantile(took, 0.5):20.1f} s {quantile(took, 0.95):5.1f} s {took[-1]:6.1f} s"
        print(f"{a_second:10.0f}  {sites:5}  {len(took):8}  {shown}", flush=True)


if __name__ == "__main__":
    main()
