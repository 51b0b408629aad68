"""The watch itself: what is wrong, queues, outbox, quarantine, rebuild, and who changed what."""

from __future__ import annotations

from dataclasses import asdict

from pipelines.errors import UsageError
from worker.answers.articles import quarantined_row
from worker.answers.journeys import readable
from worker.answers.shapes import StatusAnswer
from worker.answers.status import look, usual
from worker.desk.access import Role
from worker.desk.visits import Moved, Page, View, Visit

QUARANTINE_SHOWN = 50


def watch(visit: Visit) -> View:
    """Return how the watch is doing."""
    found = look(visit.runtime)
    given_up = visit.runtime.state.quarantine.list()
    values = {
        "status": found,
        "usual": usual(found.silence),
        "quarantine": given_up[-QUARANTINE_SHOWN:][::-1],
        "changes": visit.desk.changes.latest(),
        "readable": readable,
        "current": visit.runtime.state.rebuilds.current(),
        "now": visit.runtime.now(),
    }
    return View(template="watch.html", row=lambda: asdict(found), values=values)


def quarantine(visit: Visit) -> View:
    """Return the quarantine as data."""
    return View(row={"quarantine": [quarantined_row(kept) for kept in visit.runtime.state.quarantine.list()]})


def replay(visit: Visit) -> Moved:
    """Start an article again where it failed. Raises UsageError for one that is not in the quarantine."""
    article = visit.part["article"]
    if not visit.runtime.state.quarantine.replay(article, now=visit.runtime.now()):
        raise UsageError(article, "is not in the quarantine")
    visit.note("replayed", article)
    return Moved(to="/watch?done=replayed")


def drop(visit: Visit) -> Moved:
    """Give an article up for good. Raises UsageError for one that is not in the quarantine."""
    article = visit.part["article"]
    if not visit.runtime.state.quarantine.drop(article):
        raise UsageError(article, "is not in the quarantine")
    visit.note("dropped", article)
    return Moved(to="/watch?done=dropped")


DONE: dict[str, str] = {
    "replayed": "The article goes on where it failed.",
    "dropped": "The article is dropped.",
}

PAGES = (
    Page(path="/watch", title="Watch", answer=watch, about="The watch.", twin="/watch.json", shape=StatusAnswer),
    Page(path="/quarantine.json", answer=quarantine, about="Articles that failed too often."),
    Page(path="/quarantine/{article:str}/replay", answer=replay, about="Start it again.", change=Role.ADMIN),
    Page(path="/quarantine/{article:str}/drop", answer=drop, about="Give it up.", change=Role.ADMIN),
)
