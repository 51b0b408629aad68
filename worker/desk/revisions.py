"""What changed between two revisions of an article."""

from __future__ import annotations

from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING

from pipelines.errors import KuzetError, UsageError
from pipelines.reading.differences import Paragraph, differences
from worker.answers.articles import find_document
from worker.answers.revisions import RevisionText, pages_of, texts_of
from worker.answers.shapes import ChangesAnswer, PieceRow
from worker.desk.visits import Page, View, Visit

if TYPE_CHECKING:
    from worker.runtime import Runtime

ONE_AT_A_TIME = Lock()
"""Each look takes a new Python and the memory to read two pages."""


def changes(visit: Visit) -> View:
    """Return the differences of two revisions; without numbers, of the last two that are known."""
    document = find_document(visit.runtime, visit.part["article"])
    trace = visit.runtime.state.articles.trace(document["id"])
    pages = pages_of(trace) if trace else {}
    earlier, later = chosen(visit, [*pages])
    before, after = texts(visit.runtime, pages[earlier], pages[later])
    titles, body = differences(before.title, after.title), differences(before.body, after.body)
    values = {"document": document, "earlier": earlier, "later": later, "titles": titles, "paragraphs": body}
    values["moments"] = {revision.number: revision.at for revision in trace.revisions} if trace else {}
    return View(
        template="changes.html", row=changes_row(document["id"], earlier, later, [*titles, *body]), values=values
    )


def chosen(visit: Visit, known: list[int]) -> tuple[int, int]:
    """Return the two revisions that are asked for. Raises KuzetError when there are no two, UsageError for others."""
    if len(known) < 2:  # noqa: PLR2004  two are compared
        raise KuzetError(visit.part["article"], "has no two revisions whose pages are still stored")
    asked = visit.one("from", str(known[-2])), visit.one("to", str(known[-1]))
    if not all(one.isdecimal() and int(one[:9]) in known for one in asked):
        raise UsageError("from and to", f"are two of the revisions {', '.join(map(str, known))}")
    return int(asked[0]), int(asked[1])


def texts(runtime: Runtime, *references: str) -> tuple[RevisionText, ...]:
    with ONE_AT_A_TIME:
        return _texts(runtime, references)


@lru_cache(maxsize=16)
def _texts(runtime: Runtime, references: tuple[str, ...]) -> tuple[RevisionText, ...]:
    return tuple(texts_of(runtime, references))


def changes_row(article: str, earlier: int, later: int, paragraphs: list[Paragraph]) -> ChangesAnswer:
    rows: list[list[PieceRow]] = [
        [{"change": str(piece.change), "text": piece.text} for piece in paragraph] for paragraph in paragraphs
    ]
    return {"id": article, "from": earlier, "to": later, "paragraphs": rows}


PAGES = (
    Page(
        path="/article/{article:str}/changes",
        twin="/article/{article:str}/changes.json",
        answer=changes,
        about="What changed between two revisions.",
        shape=ChangesAnswer,
    ),
)
