"""Whether the feeds of a source brought what its sitemap lists: of a time that is over, what was seen, and why not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipelines.feeds.sitemap import ListedPage
from pipelines.models import Poll

GRACE = timedelta(hours=1)
"""What was published in the last hour may still come by the feed."""

HISTORY = 30
"""Polls that are remembered of a feed; fewer mean that the watch of it began with the oldest."""

MAX_PAGES = 5_000
NEVER_LISTED = "no feed of the source listed it"
TOO_EARLY = "the source was not watched yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """A page that is not in the index. `seen`: it was sighted all the same, and ended otherwise."""

    link: str
    title: str
    published_at: datetime
    why: str
    seen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    """What a sitemap lists of a time, and what of it was seen. `missed`: with the reason, the newest first."""

    source: str
    sitemap: str
    since: datetime
    until: datetime
    listed: int
    missed: tuple[Missed, ...]

    @property
    def seen(self) -> int:
        return self.listed - sum(not each.seen for each in self.missed)


def pages_of_time(pages: Sequence[ListedPage], *, now: datetime, days: float) -> list[ListedPage]:
    """Return the pages of the last days, without the last hour. In a news sitemap only news count.

    An ordinary sitemap says when a page changed, which is the best there is.
    """
    news = [page for page in pages if page.title]
    since, until = now - timedelta(days=days), now - GRACE
    dated = (page for page in news or pages if page.published_at and since <= page.published_at <= until)
    return list(dated)[:MAX_PAGES]


def recall(  # noqa: PLR0913  one argument a fact
    pages: Sequence[ListedPage],
    outcomes: Mapping[str, str | None],
    polls: Mapping[str, Sequence[Poll]],
    *,
    source: str,
    sitemap: str,
    now: datetime,
    days: float,
) -> Recall:
    """Compare pages with what became of them.

    outcomes: link → how it ended (empty: under way), None for one that was never sighted. polls: the last polls of each
    feed of the source, newest first.
    """
    missed = [
        _missed(page, page.published_at, outcomes[page.link], polls.values())
        for page in pages
        if page.published_at and not _is_well(outcomes[page.link])
    ]
    return Recall(
        source=source,
        sitemap=sitemap,
        since=now - timedelta(days=days),
        until=now - GRACE,
        listed=len(pages),
        missed=tuple(sorted(missed, key=lambda each: each.published_at, reverse=True)),
    )


def _is_well(outcome: str | None) -> bool:
    return outcome is not None and not outcome.startswith(("rejected", "quarantined"))


def _missed(page: ListedPage, at: datetime, outcome: str | None, polls: Iterable[Sequence[Poll]]) -> Missed:
    why = f"it was seen and not indexed ({outcome})" if outcome else _why_unseen(at.timestamp(), polls)
    return Missed(link=page.link, title=page.title, published_at=at, why=why, seen=outcome is not None)


def _why_unseen(at: float, polls: Iterable[Sequence[Poll]]) -> str:
    """Say why no feed brought an article of that moment, from how the feeds were polled then and after."""
    histories = [list(each) for each in polls if each]
    if not histories or all(len(each) < HISTORY and at < each[-1].at for each in histories):
        return TOO_EARLY
    notes = [_failing_after(at, each) for each in histories]
    if all(notes):
        return f"its feed failed then ({notes[0]})"
    unread = [poll for each in histories for poll in each if poll.at >= at and poll.dropped]
    if unread:
        reasons = ", ".join(sorted({reason for poll in unread for reason in poll.dropped}))
        return f"{NEVER_LISTED}, or it was among the items that were dropped ({reasons})"
    return NEVER_LISTED


def _failing_after(at: float, polls: Sequence[Poll]) -> str:
    """Return the note of the first poll after a moment if that and the ones up to now failed."""
    after = [poll for poll in polls if poll.at >= at]
    return after[-1].note if after and not any(poll.ok for poll in after) else ""
