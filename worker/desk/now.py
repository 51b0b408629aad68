"""The first page: what came lately, newest first, with the reason of each."""

from __future__ import annotations

from pipelines.search.request import Sort
from worker.answers.searches import result_row
from worker.answers.shapes import SearchAnswer
from worker.desk.asked import lately, read_asked, tagged_only
from worker.desk.found import found_values
from worker.desk.visits import Page, View, Visit

HOURS = 24


def now(visit: Visit) -> View:
    """Return the articles of the last day that have a topic; filters and `all=1` choose others."""
    plain = read_asked(visit.runtime, visit.pairs, now=visit.now, default=Sort.TIME)
    asked = lately(tagged_only(plain), hours=HOURS)
    result = visit.runtime.search.search(asked.request(), now=visit.now)
    values = found_values(visit, plain, result)
    return View(template="now.html", row=lambda: result_row(result), values={**values, "position": position(visit)})


def position(visit: Visit) -> str:
    """Return the last event: what comes after it is new on this page."""
    return visit.runtime.state.events.last_id()


PAGES = (
    Page(
        path="/", answer=now, title="Now", about="What came lately, newest first.", twin="/now.json", shape=SearchAnswer
    ),
)
