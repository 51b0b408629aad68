"""Which fault comes when: the same for the same seed. Pure; `--print` shows it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

FIRST_S = 12.0
"""Before that the sites become known, and everything works."""

STOPPED_S = 30.0
FULL_S = 15.0
CLOCK_S = 25.0
AWAY_S = 18.0
HOUR_S = 3600

WORKERS = ("io", "io2", "cpu", "index", "index2", "beat")
TROUBLES = ("down", "slow", "reset", "redirecting", "busy", "broken")
LIES = ("429", "503", "half", "lost", "hang", "late")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """`kind` with its target, e.g. `kill` `io`, `full` `pages`, `clock` `+3600`, `search` `lost`, `site` `down`.

    at_s: seconds of the plan. lasts_s: 0 for a kill. sites: whom a trouble concerns.
    """

    at_s: float
    kind: str
    target: str
    lasts_s: float = 0.0
    sites: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.kind} {self.target}"

    @property
    def ends_s(self) -> float:
        return self.at_s + self.lasts_s

    def __str__(self) -> str:
        lasts = f" for {self.lasts_s:.0f} s" if self.lasts_s else ""
        sites = f" at {len(self.sites)} sites" if self.sites else ""
        return f"{self.at_s:7.1f}  {self.name}{lasts}{sites}"


EVERYTHING: tuple[tuple[str, str, float], ...] = (
    *(("kill", name, 0.0) for name in (*WORKERS, "child", "supervisor", "broker", "search")),
    *(("stop", name, STOPPED_S) for name in ("io", "cpu", "index", "beat", "broker", "search")),
    *(("full", name, FULL_S) for name in ("broker", "pages")),
    *(("clock", f"{sign}{HOUR_S}", CLOCK_S) for sign in "+-"),
    *(("search", lie, AWAY_S) for lie in LIES),
    *(("site", trouble, AWAY_S) for trouble in TROUBLES),
)
"""Every kind of fault, once: what a run does at least."""

SHORT: tuple[tuple[str, str, float], ...] = (
    ("kill", "io", 0.0),
    ("kill", "child", 0.0),
    ("kill", "broker", 0.0),
    ("stop", "io", 3.0),
    ("search", "half", 3.0),
    ("search", "lost", 3.0),
    ("full", "broker", 2.0),
    ("site", "redirecting", 3.0),
    ("clock", f"-{HOUR_S}", 3.0),
)
"""For `make test`: engines that other tests use are left alone, and what waits a minute by design is left out."""


def schedule(
    seed: int,
    *,
    span_s: float,
    sites: int,
    faults: Sequence[tuple[str, str, float]] = EVERYTHING,
    first_s: float = FIRST_S,
) -> tuple[Fault, ...]:
    """Spread the faults over the time in which things are published; a long time has each of them several times.

    Two lies of the search engine, and two steps of the clock, do not overlap.
    """
    return tuple(
        sorted(_spread(Random(f"faults {seed}"), span_s, sites, faults, first_s), key=lambda fault: fault.at_s)
    )


def _spread(
    random: Random, span_s: float, sites: int, faults: Sequence[tuple[str, str, float]], first_s: float
) -> Iterator[Fault]:
    rounds = max(1, round((span_s - first_s) / (10.0 * len(faults))))
    drawn = [each for _ in range(rounds) for each in random.sample(faults, len(faults))]
    gap_s = max((span_s - first_s) / len(drawn), 0.5)
    free_s: dict[str, float] = {}
    for number, (kind, target, lasts_s) in enumerate(drawn):
        at_s = max(first_s + gap_s * (number + random.random() / 2), free_s.get(kind, 0.0))
        if kind in {"search", "clock", "full"}:
            free_s[kind] = at_s + lasts_s + 1.0
        hit = tuple(sorted(random.sample(range(sites), max(1, sites // 3)))) if kind == "site" else ()
        yield Fault(at_s=round(at_s, 1), kind=kind, target=target, lasts_s=lasts_s, sites=hit)
