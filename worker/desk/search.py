"""The search page: the language of `kuzet search`, facets, highlights, similar articles."""

from __future__ import annotations

from pipelines.errors import QueryError
from pipelines.search.request import Sort
from worker.answers.searches import result_row
from worker.answers.selection import find_key
from worker.answers.shapes import SearchAnswer
from worker.desk.asked import Asked, read_asked
from worker.desk.found import found_values
from worker.desk.visits import Page, View, Visit


def search(visit: Visit) -> View:
    """Return what a search finds; a query that cannot be asked says why, above an empty list."""
    asked = read_asked(visit.runtime, visit.pairs, now=visit.now, default=Sort.TIME)
    if like := visit.one("like"):
        return similar(visit, asked, like)
    try:
        result = visit.runtime.search.search(asked.request(), now=visit.now)
    except QueryError as error:
        return View(
            template="problem.html",
            row={"error": str(error)},
            values={"sentence": str(error), "query": asked.text},
            status=400,
        )
    return View(
        template="search.html",
        row=lambda: result_row(result),
        values={**found_values(visit, asked, result), "like": ""},
    )


def similar(visit: Visit, asked: Asked, article: str) -> View:
    """Return the articles that are about the same as one."""
    result = visit.runtime.search.more_like_this(find_key(visit.runtime, article), size=asked.size)
    values = {**found_values(visit, asked, result), "like": article}
    return View(template="search.html", row=lambda: result_row(result), values=values)


PAGES = (
    Page(
        path="/search",
        answer=search,
        title="Search",
        about="Search the articles.",
        twin="/search.json",
        shape=SearchAnswer,
    ),
)
