"""What a site says when its page is asked for, and what becomes of the article."""

from __future__ import annotations

import pytest

from config.settings import Settings
from pipelines.models import Entry, Feed, Outcome, Stage, Tagging
from tests.support.leases import LEASE_S
from worker.runtime import Runtime
from worker.state import ArticleAddress, State
from worker.tasks.articles import is_worth_rechecks, record_page_answer
from worker.web import Later, Reason, Refused

FEED = Feed(id="dala-main", url="http://dala.example/rss", source="dala", family="dala")
ENTRY = Entry(link="http://dala.example/1", title="Сводка", summary="Полиция задержала троих.")
KEY = "a1"


class FrozenRuntime(Runtime):
    """Its clock is set by the test; its state is on the test's broker."""

    at = 1_757_800_000.0

    def now(self) -> float:  # type: ignore[override]
        return self.at


@pytest.fixture
def runtime(redis):
    runtime = FrozenRuntime(Settings(page_retry_s=60))
    runtime.state = State(redis, prefix="t:", lease_s=LEASE_S)
    address = ArticleAddress(article_id=KEY, url=ENTRY.link, host="dala.example")
    runtime.state.articles.sight(ENTRY, address, feed=FEED, now=runtime.now())
    return runtime


def answer(runtime, said):
    """Claim the page when it is due, and let the site answer."""
    runtime.at = max(runtime.at, runtime.state.due.at(Stage.FETCH, KEY))
    record_page_answer(runtime, runtime.state.articles.claim(KEY, stage=Stage.FETCH, now=runtime.at), said)
    return runtime.state.articles.trace(KEY)


@pytest.mark.parametrize("reason", [Reason.HTTP_404, Reason.HTTP_410, Reason.BAD_REDIRECT])
def test_a_page_that_is_not_up_yet_is_asked_for_again(runtime, reason):
    """10 of 10 articles were lost for good, although their pages came a moment after the feed listed them.

    So were those of a site that redirected into its own network while it was being mended.
    """
    first = answer(runtime, Refused(reason))
    assert (first.stage, first.outcome, first.due_at) == (Stage.FETCH, "", runtime.at + 60)
    second = answer(runtime, Refused(reason))
    assert (second.stage, second.due_at) == (Stage.FETCH, runtime.at + 120)
    third = answer(runtime, Refused(reason))
    assert (third.stage, third.outcome) == (Stage.EXTRACT, "")
    assert runtime.state.articles.claim(KEY, stage=Stage.EXTRACT, now=runtime.at).without_page == reason


def test_a_forbidden_address_ends_the_sighting(runtime):
    """A link into our own network does not get better by asking again."""
    assert answer(runtime, Refused(Reason.UNSAFE_ADDRESS)).outcome == "rejected:unsafe_address"


def test_a_refused_page_leaves_the_sites_feeds_alone(runtime):
    """Retry-After of one page must not stop the polling of its site."""
    answer(runtime, Later(runtime.at + 3600, Reason.HTTP_429))
    assert runtime.reserve("dala.example", "feed", now=runtime.at) == runtime.at
    assert runtime.reserve("dala.example", "page", now=runtime.at, is_page=True) == runtime.at + 3600


@pytest.mark.parametrize(
    ("reason", "again"), [(Reason.HTTP_503, True), (Reason.ROBOTS, False), (Reason.HTTP_403, False)]
)
def test_a_page_that_a_site_could_not_give_is_asked_for_again(runtime, reason, again):
    """The feed's text is there at once, and the whole article when the site is well again; a refusal is respected."""
    for _ in range(3):
        answer(runtime, Refused(reason))
        if runtime.state.due.at(Stage.EXTRACT, KEY):
            break
    claim = runtime.state.articles.claim(KEY, stage=Stage.EXTRACT, now=runtime.at)
    assert claim.without_page == reason
    assert is_worth_rechecks(claim, Tagging()) is again
    assert is_worth_rechecks(claim, Tagging(topics=("drugs",))) is again


@pytest.mark.parametrize(("had_page", "end"), [(False, (Stage.EXTRACT, "")), (True, (None, "rejected:http_404"))])
def test_a_look_again_that_finds_no_page(runtime, had_page, end):
    """A page that was there has been taken down; of one that never was, the feed's text remains what there is."""
    index(runtime, without_page=Reason.HTTP_503, at=runtime.at)
    if had_page:
        index(runtime, page="2025-09-13/0123456789abcdef.zst", at=runtime.state.due.at(Stage.FETCH, KEY))
    looks = [answer(runtime, Refused(Reason.HTTP_404)) for _ in range(1 if had_page else 3)]
    assert (looks[-1].stage, looks[-1].outcome) == end


def test_a_page_that_is_there_at_last_is_read(runtime):
    """What the first look had to do without does not hide what the second has found."""
    index(runtime, without_page=Reason.HTTP_503, at=runtime.at)
    runtime.at = runtime.state.due.at(Stage.FETCH, KEY)
    found = runtime.state.articles.claim(KEY, stage=Stage.FETCH, now=runtime.at)
    assert found.without_page == Reason.HTTP_503
    runtime.state.articles.advance(found, to=Stage.EXTRACT, now=runtime.at, page="2025-09-13/0123456789abcdef.zst")
    claim = runtime.state.articles.claim(KEY, stage=Stage.EXTRACT, now=runtime.at)
    assert (claim.page, claim.without_page) == ("2025-09-13/0123456789abcdef.zst", "")


def index(runtime, *, at, page="", without_page=""):
    """Take the article from where it is to the index, with a look again to come."""
    articles, outbox = runtime.state.articles, runtime.state.outbox
    if fetched := articles.claim(KEY, stage=Stage.FETCH, now=at):
        articles.advance(fetched, to=Stage.EXTRACT, now=at, page=page, without_page=without_page)
    extracted = articles.claim(KEY, stage=Stage.EXTRACT, now=at)
    document = {"title": ENTRY.title, "url": ENTRY.link}
    version = outbox.put(extracted, document, now=at, content_hash=page or "feed", recheck_after_s=(3600, 7200))
    assert outbox.settle(KEY, version, Outcome.INDEXED, now=at)
