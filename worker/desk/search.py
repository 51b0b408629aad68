"""The search page: the language of `kuzet search`, facets, highlights, similar articles."""

from __future__ import annotations

from urllib.parse import parse_qsl

from pipelines.errors import QueryError, UsageError
from pipelines.search.request import Sort
from worker.answers.searches import result_row
from worker.answers.selection import find_key
from worker.answers.shapes import SearchAnswer
from worker.desk.access import Role
from worker.desk.asked import MOST_VALUES, Asked, query_string, read_asked
from worker.desk.found import found_values
from worker.desk.visits import Moved, Page, View, Visit
from worker.state.searches import MOST_SEARCHES

LONGEST_LABEL = 80


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
        values={**found_values(visit, asked, result), "like": "", "kept": kept_by(visit)},
    )


def similar(visit: Visit, asked: Asked, article: str) -> View:
    """Return the articles that are about the same as one."""
    result = visit.runtime.search.more_like_this(find_key(visit.runtime, article), size=asked.size)
    values = {**found_values(visit, asked, result), "like": article, "kept": kept_by(visit)}
    return View(template="search.html", row=lambda: result_row(result), values=values)


def kept_by(visit: Visit) -> dict[str, str]:
    return visit.desk.searches.of(visit.visitor.name) if visit.visitor else {}


def keep(visit: Visit) -> Moved:
    """Keep a search of this person under a label. Raises UsageError for one without a label, and for too many."""
    label, query = visit.form.get("label", "").strip()[:LONGEST_LABEL], visit.form.get("query", "")
    pairs = parse_qsl(query.removeprefix("?"), max_num_fields=MOST_VALUES)
    asked = read_asked(visit.runtime, pairs, now=visit.now, default=Sort.TIME)
    if not label or not label.isprintable():
        raise UsageError("The search", "needs a name")
    if not visit.desk.searches.keep(_name(visit), label, asked.search):
        raise UsageError("The search", f"is one too many: {MOST_SEARCHES} are kept", remedy="Drop another one first.")
    return Moved(to=f"/search{query_string([*asked.pairs, ('done', 'kept')])}")


def drop(visit: Visit) -> Moved:
    """Forget a kept search."""
    visit.desk.searches.drop(_name(visit), visit.form.get("label", ""))
    return Moved(to="/search?done=dropped-search")


def _name(visit: Visit) -> str:
    return visit.visitor.name if visit.visitor else ""


DONE: dict[str, str] = {"kept": "The search is kept.", "dropped-search": "The search is no longer kept."}

PAGES = (
    Page(path="/search/keep", answer=keep, about="Keep a search.", change=Role.READER),
    Page(path="/search/drop", answer=drop, about="Forget a kept search.", change=Role.READER),
    Page(
        path="/search",
        answer=search,
        title="Search",
        about="Search the articles.",
        twin="/search.json",
        shape=SearchAnswer,
    ),
)
