"""The books: every sighting ends in exactly one outcome."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pipelines.models import Outcome
from pipelines.time_zone import KAZAKHSTAN
from worker.state.scripts import Scripts

AUDITED_DAYS = 90
READ = re.compile(r"(?P<source>.*?):(?P<what>read|sighted|known|dropped:.*)")
BOOKED = re.compile(rf"(?P<source>.*?):(?P<outcome>(?:{'|'.join(Outcome)})(?::.*)?)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One source on one day (of the sighting). `outcomes` has reasons after a colon: `rejected:http_404`.

    `read`: items of its feeds on that day; each was sighted (`from_feeds`), `known` or `dropped` (by reason).
    Articles are sighted without a feed too: an import, another look for corrections.
    """

    day: str
    source: str
    sighted: int
    outcomes: Mapping[str, int]
    under_way: int
    read: int = 0
    from_feeds: int = 0
    known: int = 0
    dropped: Mapping[str, int] = field(default_factory=dict)

    @property
    def missing(self) -> int:
        """Sightings that neither ended nor are under way: 0 when all is well, negative when some ended twice."""
        return self.sighted - sum(self.outcomes.values()) - self.under_way

    @property
    def vanished(self) -> int:
        """Items that were read and then neither sighted, known nor dropped: 0 when all is well."""
        return self.read - self.from_feeds - self.known - sum(self.dropped.values())


@dataclass(frozen=True, slots=True)
class Audit:
    """All accounts at one moment, by day and source."""

    accounts: tuple[Account, ...]

    @property
    def is_balanced(self) -> bool:
        return all(account.missing == account.vanished == 0 for account in self.accounts)

    @property
    def sighted(self) -> int:
        return sum(account.sighted for account in self.accounts)

    @property
    def read(self) -> int:
        return sum(account.read for account in self.accounts)

    @property
    def known(self) -> int:
        return sum(account.known for account in self.accounts)

    @property
    def from_feeds(self) -> int:
        return sum(account.from_feeds for account in self.accounts)

    @property
    def dropped(self) -> Mapping[str, int]:
        """Reason → count of items that are no entries, over all accounts."""
        total: Counter[str] = Counter()
        for account in self.accounts:
            total.update(account.dropped)
        return total

    @property
    def under_way(self) -> int:
        return sum(account.under_way for account in self.accounts)

    @property
    def outcomes(self) -> Mapping[str, int]:
        """Outcome with its reason → count, over all accounts."""
        total: Counter[str] = Counter()
        for account in self.accounts:
            total.update(account.outcomes)
        return total


class Outcomes:
    """Reads the books; the scripts that end sightings keep them, on the day of the sighting in Kazakhstan."""

    def __init__(self, scripts: Scripts) -> None:
        self._scripts = scripts

    def audit(self, *, now: float, days: int = AUDITED_DAYS) -> Audit:
        """Sightings, outcomes and what is under way, for today and the days before, read at one moment."""
        today = datetime.fromtimestamp(now, KAZAKHSTAN)
        audited = " ".join((today - timedelta(days=back)).strftime("%Y-%m-%d") for back in range(days))
        return _audit(json.loads(self._scripts.run("audit", days=audited)))


def _audit(books: Mapping[str, Mapping[str, Mapping[str, int]]]) -> Audit:
    ended = {day: _by_source(booked) for day, booked in books["outcomes"].items()}
    read = {day: _reads_by_source(booked) for day, booked in books["reads"].items()}
    accounts = []
    for day, sighted in sorted(books["sightings"].items()):
        under_way = books["under_way"].get(day, {})
        for source in sorted({*sighted, *ended[day], *read[day], *under_way}):
            reads = read[day].get(source, {})
            account = Account(
                day=day,
                source=source,
                sighted=int(sighted.get(source, 0)),
                outcomes=ended[day].get(source, {}),
                under_way=int(under_way.get(source, 0)),
                read=reads.get("read", 0),
                from_feeds=reads.get("sighted", 0),
                known=reads.get("known", 0),
                dropped={what.partition(":")[2]: count for what, count in reads.items() if what.startswith("dropped:")},
            )
            accounts.append(account)
    return Audit(tuple(accounts))


def _reads_by_source(booked: Mapping[str, int]) -> dict[str, dict[str, int]]:
    sources: dict[str, dict[str, int]] = {}
    for name, count in booked.items():
        match = READ.fullmatch(name)
        if match:
            sources.setdefault(match["source"], {})[match["what"]] = int(count)
    return sources


def _by_source(booked: Mapping[str, int]) -> dict[str, dict[str, int]]:
    sources: dict[str, dict[str, int]] = {}
    for name, count in booked.items():
        match = BOOKED.fullmatch(name)
        if match:
            sources.setdefault(match["source"], {})[match["outcome"]] = int(count)
    return sources
