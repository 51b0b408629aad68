"""A test article through the whole chain and out again: state, extraction, tagging, outbox, index, search."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from secrets import token_hex

from pipelines.models import Entry, Feed
from pipelines.search.request import SearchRequest
from worker.doctor.findings import Find, ok, problem
from worker.runtime import Runtime
from worker.state import ArticleAddress, Trace

SOURCE = "kuzet-doctor"
PATIENCE_S = 60.0
LOOK_S = 0.1
TEXT = "This line was written by kuzet doctor to see whether an article comes through. It says nothing else. {mark}"


def chain(runtime: Runtime) -> Iterator[Find]:
    """Send an article of no topic through the workers, find it, and delete it with all that is known of it."""
    mark = f"kuzetdoctor{token_hex(6)}"
    address = ArticleAddress(article_id=f"doctor-{mark}", url=f"file:doctor/{mark}", host="")
    began = time.monotonic()
    try:
        yield _sent(runtime, mark, address, began=began)
    finally:
        runtime.state.forgotten.forget(address.article_id, now=runtime.now())
        runtime.state.stories.forget(address.article_id, now=runtime.now())
        runtime.search.delete(address.article_id)
        runtime.state.forgotten.lift(address.article_id)


def _sent(runtime: Runtime, mark: str, address: ArticleAddress, *, began: float) -> Find:
    entry = Entry(link=address.url, title=f"A test article {mark}", summary=TEXT.format(mark=mark))
    feed = Feed(id=SOURCE, url="", source=SOURCE, family=SOURCE)
    runtime.state.articles.sight(entry, address, feed=feed, now=runtime.now(), needs_page=False)
    trace = _wait(lambda: _ended(runtime, address.article_id))
    if trace is None:
        last = runtime.state.articles.trace(address.article_id)
        where = f"in the stage {last.stage}" if last and last.stage else "on its way"
        return problem(f"The test article is still {where} after {PATIENCE_S:.0f} s", "`kuzet status` says what waits.")
    if trace.outcome != "indexed":
        return problem(f"The test article ended as {trace.outcome}", "Look into the log of the cpu and index workers.")
    runtime.search.refresh()
    found = runtime.search.search(SearchRequest(text=mark, size=1, facets=(), histogram=False)).total
    if not found:
        return problem("The test article is in the index, and a search does not find it", "Run `kuzet reindex`.")
    return ok(f"a test article was found {time.monotonic() - began:.1f} s after it came, and deleted again")


def _ended(runtime: Runtime, article_id: str) -> Trace | None:
    trace = runtime.state.articles.trace(article_id)
    return trace if trace and trace.outcome and not trace.stage else None


def _wait(look: Callable[[], Trace | None]) -> Trace | None:
    ends_at = time.monotonic() + PATIENCE_S
    while (found := look()) is None and time.monotonic() < ends_at:
        time.sleep(LOOK_S)
    return found
