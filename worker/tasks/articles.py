"""Articles: fetch the page (io), then extract, tag and hand over to the outbox (cpu)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import structlog

from pipelines import pages
from pipelines.errors import KuzetError, PageUnusableError, UnsafeAddressError
from pipelines.models import Article, Extraction, IndexDocument, Outcome, Page, Stage, Tagging
from pipelines.pages import CUT
from pipelines.pages.similarity import is_same_title
from pipelines.search.documents import build_document, content_hash
from pipelines.urls import article_id, twin_id
from worker.runtime import Runtime
from worker.state import RECHECK_AFTER_S, ArticleClaim, SightingKind
from worker.state.articles import MAX_ATTEMPTS, claimed_title
from worker.tasks.app import app
from worker.tasks.nudges import nudge_drain, top_up
from worker.tasks.page_store import require_room, waits_for_store
from worker.web import Fetched, Later, NotModified, Reason, Refused, page_limits, robots_allows
from worker.web.answers import PASSING

NOT_THERE = frozenset({Reason.HTTP_404, Reason.HTTP_410})
"""Sites list an entry moments before its page is up: ask again, then use the feed's text."""

OUT_OF_ORDER = PASSING | {Reason.BAD_REDIRECT}
"""A site that is being mended redirects in a circle, or into its own network, for an hour."""

UNREADABLE = "unreadable"
ENGINE_WAIT_S = 30.0
PAGE_NOTES = frozenset({"", CUT})
"""Notes of an article whose text is from its page. Others say why it is the feed's; then the page claims nothing."""

log = structlog.get_logger(__name__)


@app.task(name="kuzet.fetch_page", subject="article", stage=Stage.FETCH)
def fetch_page(article_key: str) -> None:
    """Fetch an article's page into the page store, then nudge its extraction."""
    runtime = app.runtime
    now = runtime.now()
    claim = runtime.state.articles.claim(article_key, stage=Stage.FETCH, now=now)
    if claim is None:
        return
    require_room(runtime, claim, runtime.state.articles.release)
    _ = runtime.web  # a process builds it once, and no slot may wait for that
    free_at = runtime.reserve(claim.host, article_key, now=now, is_page=True)
    if free_at > now:
        runtime.state.articles.release(claim, not_before=free_at, now=now, give_back_attempt=True)
        return
    record_page_answer(runtime, claim, ask(runtime, claim))
    top_up(app, Stage.EXTRACT)


def ask(runtime: Runtime, claim: ArticleClaim) -> Fetched | NotModified | Later | Refused:
    """Return the site's answer, or its robots.txt's."""
    rules = runtime.robots(claim.host, claim.url)
    if isinstance(rules, Later):
        return rules
    if not robots_allows(rules, claim.url, runtime.settings.user_agent):
        return Refused(Reason.ROBOTS)
    feed = runtime.feed(claim.feed)
    return runtime.web.get(claim.url, limits=page_limits(runtime.settings), extra_ca=feed.tls_extra_ca if feed else "")


def record_page_answer(runtime: Runtime, claim: ArticleClaim, answer: Fetched | NotModified | Later | Refused) -> None:
    """Write down what the site said. Without a page the feed's text is used."""
    articles, now = runtime.state.articles, runtime.now()
    runtime.note_host(claim.host, answer, is_page=True)
    match answer:
        case Fetched(page):
            with waits_for_store(runtime, claim, articles.release):
                reference = runtime.pages.put(page)
            articles.advance(claim, to=Stage.EXTRACT, now=now, page=reference)
        case Refused(reason) if is_final(claim, reason):
            articles.finish(claim, Outcome.REJECTED, now=now, reason=reason)
        case Later(not_before, reason) if claim.attempts < MAX_ATTEMPTS:
            articles.release(claim, not_before=not_before, now=now, error=str(reason))
        case Refused(reason) if reason in NOT_THERE | OUT_OF_ORDER and claim.attempts < MAX_ATTEMPTS:
            not_before = now + runtime.settings.page_retry_s * claim.attempts
            articles.release(claim, not_before=not_before, now=now, error=str(answer))
        case Later(_, reason) | Refused(reason):
            articles.advance(claim, to=Stage.EXTRACT, now=now, without_page=reason)


def is_final(claim: ArticleClaim, reason: Reason) -> bool:
    """True if the sighting ends: a forbidden address, or a page that was there before and is gone."""
    was_there = claim.kind is SightingKind.AGAIN and not claim.without_page
    return reason is Reason.UNSAFE_ADDRESS or (reason in NOT_THERE and was_there)


@app.task(name="kuzet.extract_article", subject="article", stage=Stage.EXTRACT)
def extract_article(article_key: str) -> None:
    """Read the article out of its page, tag it, and put its document into the outbox."""
    runtime = app.runtime
    articles, tagger = runtime.state.articles, runtime.tagger  # before the claim: broken rules cost no attempts
    claim = articles.claim(article_key, stage=Stage.EXTRACT, now=runtime.now())
    if claim is None:
        return
    if has_killed_its_readers(claim):
        articles.advance(claim, to=Stage.EXTRACT, now=runtime.now(), without_page=UNREADABLE)
        return
    try:
        article, final_url = read_article(runtime, claim)
    except PageUnusableError as error:
        articles.finish(claim, Outcome.REJECTED, now=runtime.now(), reason=error.reason)
        return
    known = known_text(runtime, claim, article)
    if known and claim.kind is SightingKind.CHANGED:
        article = with_text(article, known)
    if owner := other_owner(runtime, claim, article, final_url):
        end_as_duplicate(runtime, claim, owner)
    elif (known and claim.kind is SightingKind.AGAIN) or claim.content_hash == content_hash(article):
        articles.finish(claim, Outcome.UNCHANGED, now=runtime.now())
    else:
        put_document(
            runtime, claim, article, tagging=tagger.tag(article.title, article.body, language=article.language)
        )
        nudge_drain(app)


def has_killed_its_readers(claim: ArticleClaim) -> bool:
    """True if every process that read the page ended: use the feed's text instead, with attempts of its own."""
    return bool(claim.page) and not claim.without_page and claim.attempts == MAX_ATTEMPTS


def read_article(runtime: Runtime, claim: ArticleClaim) -> tuple[Article, str]:
    """Return the article, and the URL its page was found at: empty when its text is not from there.

    Raises PageUnusableError when there is no text at all.
    """
    observed_at = datetime.fromtimestamp(claim.sighted_at, UTC)
    page = None if claim.without_page else read_page(runtime, claim)
    if page is None:
        return pages.article_from_entry(claim.entry, url=claim.url, observed_at=observed_at), ""
    feed = runtime.feed(claim.feed)
    text_path = feed.text if feed else ""
    article = pages.extract_article(page, entry=claim.entry, observed_at=observed_at, text_path=text_path)
    return article, page.final_url if article.note in PAGE_NOTES else ""


def known_text(runtime: Runtime, claim: ArticleClaim, article: Article) -> IndexDocument | None:
    """Return the document with the text of the page, where this time only a summary or a title could be had.

    None where nothing would be lost. Raises KuzetError when the engine cannot say, the claim given back.
    """
    if not claim.version or article.extraction is Extraction.FULL:
        return None
    try:
        stored = runtime.search.get(claim.article_id)
    except KuzetError:
        now = runtime.now()
        runtime.state.articles.release(claim, not_before=now + ENGINE_WAIT_S, now=now, give_back_attempt=True)
        raise
    is_whole = stored and stored.document.get("extraction") == Extraction.FULL
    return stored.document if stored and is_whole else None


def with_text(article: Article, known: IndexDocument) -> Article:
    """Return the article with the text that is known: a site that is down when a title is corrected loses no words."""
    return replace(
        article,
        body=known["body"],
        extraction=Extraction.FULL,
        language=known["language"],
        kazakh_share=known["kazakh_share"],
    )


def read_page(runtime: Runtime, claim: ArticleClaim) -> Page | None:
    """Return the page as it was fetched; None when it was not stored, or is no longer there."""
    if not claim.page:
        return None
    try:
        with waits_for_store(runtime, claim, runtime.state.articles.release):
            return runtime.pages.get(claim.page)
    except PageUnusableError as error:
        log.warning("page lost", error=str(error))
        return None


def end_as_duplicate(runtime: Runtime, claim: ArticleClaim, owner: str) -> None:
    """End the sighting. What a changed entry brought is a revision, whichever address of the article announced it."""
    if claim.kind is SightingKind.CHANGED:
        runtime.state.articles.hand_over(claim, to=owner, now=runtime.now())
        top_up(app, Stage.EXTRACT)
    else:
        runtime.state.articles.finish(claim, Outcome.DUPLICATE, now=runtime.now())


def other_owner(runtime: Runtime, claim: ArticleClaim, article: Article, final_url: str) -> str:
    """Claim the redirect's target, the believed canonical address and the twin; return who has them, if it is another.

    An address that an article with another title has claimed names a list or a section: the claim is withdrawn.
    """
    articles, now = runtime.state.articles, runtime.now()
    aliases = set(aliases_of(claim, article, final_url))
    while (owner := articles.claim_aliases(claim, sorted(aliases), now=now, title=article.title)) not in {
        "",
        claim.article_id,
    }:
        shared = {alias for alias in (claim.article_id, *aliases) if owner in {alias, articles.alias_owner(alias)}}
        title = next(filter(None, map(articles.alias_title, [owner, *sorted(shared)])), "")
        if not shared or not title or is_same_title(title, claimed_title(article.title)):
            return owner
        withdrawn = [articles.withdraw_alias(alias, owner=owner, now=now) for alias in shared - {owner}]
        if owner not in aliases and not any(withdrawn):
            return owner
        aliases -= shared
    return ""


def is_worth_rechecks(claim: ArticleClaim, tagging: Tagging) -> bool:
    """True for an article with a topic, which may be corrected, and for one whose site could not give its page.

    The second has the feed's text so far: a robots.txt or a server that failed is asked again later.
    """
    return claim.without_page in OUT_OF_ORDER or bool(tagging.topics and claim.page)


def aliases_of(claim: ArticleClaim, article: Article, final_url: str) -> Iterator[str]:
    """Yield the other addresses of an article, as article ids."""
    for url in filter(None, (final_url, article.canonical_url)):
        try:
            yield from {article_id(url), twin_id(url)} - {claim.article_id}
        except UnsafeAddressError:
            continue  # an imported text has no address on the web


def put_document(runtime: Runtime, claim: ArticleClaim, article: Article, *, tagging: Tagging) -> None:
    """Put the article into the outbox; one with a topic is looked at again later."""
    document = build_document(
        article,
        tagging,
        article_id=claim.article_id,
        source=claim.source,
        family=claim.family,
        feed=claim.feed,
        revision=claim.revision + 1,
        indexed_at=datetime.fromtimestamp(runtime.now(), UTC),
    )
    runtime.state.outbox.put(
        claim,
        document,
        now=runtime.now(),
        content_hash=content_hash(article),
        recheck_after_s=RECHECK_AFTER_S if is_worth_rechecks(claim, tagging) else (),
        remark=article.note,
    )
