"""What an article nearly is: topics whose words it has, only not enough of them."""

from __future__ import annotations

from threading import Lock

from worker.answers.articles import find_document
from worker.answers.fell_short import fell_short
from worker.answers.shapes import FellShort
from worker.desk.visits import Page, View, Visit

ONE_AT_A_TIME = Lock()
"""Each look takes a new Python and the memory of the rules."""


def short(visit: Visit) -> View:
    """Return the topics that fell short, by the rules of today."""
    document = find_document(visit.runtime, visit.part["article"])
    with ONE_AT_A_TIME:
        found = fell_short(visit.runtime, document)
    row: FellShort = {"id": document["id"], "misses": found}
    return View(template="fell_short.html", row=row, values={"document": document, "misses": found, "forms": forms})


def forms(spans: list[dict[str, str]]) -> str:
    """Return what the text has, each form once."""
    return ", ".join(dict.fromkeys(" ".join(span["form"].split()) for span in spans))


PAGES = (
    Page(
        path="/article/{article:str}/short",
        twin="/article/{article:str}/short.json",
        answer=short,
        about="Topics that fell short.",
        shape=FellShort,
    ),
)
