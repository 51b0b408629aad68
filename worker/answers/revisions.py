"""Earlier revisions of an article: read again from the pages that are still in the store.

`python -m worker.answers.revisions` reads pages in a process of its own: they are hostile input, and what reads them
takes memory that a server should not keep.
"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pipelines.errors import KuzetError, PageUnusableError
from pipelines.models import Page
from worker.state.articles import WRITTEN

if TYPE_CHECKING:
    from worker.runtime import Runtime
    from worker.state import Trace

TO_EXTRACT = "extract"
PAGE_SUFFIX = ".zst"
STARTS_WITHIN_S = 20.0
"""Time for a new Python on a busy machine, besides that for the pages."""


@dataclass(frozen=True, slots=True)
class RevisionText:
    """What a revision said."""

    title: str
    body: str


def pages_of(trace: Trace) -> dict[int, str]:
    """Return revision → reference of the page it was read from; one whose text was the feed's is absent."""
    page, read_from = "", []
    for step in trace.steps:
        if step.event == TO_EXTRACT:
            page = step.detail if step.detail.endswith(PAGE_SUFFIX) else ""
        elif step.event in WRITTEN:
            read_from.append(page)
            page = ""
    numbers = [revision.number for revision in trace.revisions]
    return {
        number: page for number, page in zip(numbers, read_from[len(read_from) - len(numbers) :], strict=True) if page
    }


def texts_of(runtime: Runtime, references: Sequence[str]) -> list[RevisionText]:
    """Read revisions from their pages, in a child. Raises KuzetError for a page that is gone or cannot be read."""
    pages = [_sent(runtime.pages.get(reference)) for reference in references]
    command = [sys.executable, "-m", __spec__.name]
    limit_s = STARTS_WITHIN_S + len(pages) * runtime.settings.cpu_deadline_s
    try:
        done = subprocess.run(  # noqa: S603  # ours
            command, input=json.dumps(pages).encode(), stdout=subprocess.PIPE, timeout=limit_s, check=True
        )
    except subprocess.SubprocessError as error:
        raise KuzetError("The earlier text", "could not be read from its page") from error
    return [RevisionText(**one) for one in json.loads(done.stdout)]


def _sent(page: Page) -> dict[str, Any]:
    body = base64.b64encode(page.body).decode("ascii")
    return {
        "url": page.url,
        "final_url": page.final_url,
        "status": page.status,
        "headers": dict(page.headers),
        "body": body,
        "fetched_at": page.fetched_at.isoformat(),
    }


def read_sent(pages: Sequence[dict[str, Any]]) -> list[dict[str, str]]:
    """Return title and body of each page."""
    from pipelines.pages import extract_article

    found = []
    for sent in pages:
        kept = {
            **sent,
            "body": base64.b64decode(sent["body"]),
            "fetched_at": datetime.fromisoformat(sent["fetched_at"]),
        }
        article = extract_article(Page(**kept), entry=None, observed_at=datetime.now(UTC))
        found.append({"title": article.title, "body": article.body})
    return found


if __name__ == "__main__":
    try:
        sys.stdout.write(json.dumps(read_sent(json.load(sys.stdin))))
    except PageUnusableError as error:
        sys.exit(str(error))
