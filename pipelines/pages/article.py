"""A page, with what its feed said → an article; without a page, what the feed said alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from pipelines.errors import PageUnusableError
from pipelines.language.detect import detect
from pipelines.language.normalise import repair
from pipelines.models import Article, Entry, Extraction, Page, PublishedFrom
from pipelines.pages.blocked import refuse_challenge, refuse_teaser
from pipelines.pages.body import read_body
from pipelines.pages.chosen import text_at
from pipelines.pages.document import PageTree, read_page, refuse_too_many_elements
from pipelines.pages.metadata import (
    PageMetadata,
    believed_canonical,
    believed_translations,
    headline,
    read_metadata,
)
from pipelines.pages.published import published_at
from pipelines.pages.subject import is_announced, refuse_other_page
from pipelines.reading.markup import one_line, web_address

FEED_IS_LONGER = 1.6
"""From this ratio on the whole article in the feed is believed over the text found on the page."""

SUMMARY_CHARACTERS = 400
MAX_BODY_CHARACTERS = 200_000
"""A longer text is no article; it is cut at a line, and `note` says so. The longest real ones have half of that."""

CUT = "cut_off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What an article is made of, before its texts are repaired and its language is detected."""

    title: str
    body: str
    extraction: Extraction
    summary: str = ""
    published_at: datetime | None = None
    published_from: PublishedFrom = PublishedFrom.OBSERVED
    canonical_url: str = ""
    translations: tuple[str, ...] = ()
    image_url: str = ""
    language_hint: str = ""
    note: str = ""


def extract_article(page: Page, *, entry: Entry | None, observed_at: datetime, text_path: str = "") -> Article:
    """Make an article of a page seen at `observed_at`; `entry` is what the feed said, None when there is no feed.

    A page that cannot be used (another kind of file, too many elements, a challenge, a paywall, no text) is replaced
    by the feed's text; `note` says why. Raises PageUnusableError only when the feed says nothing either. The article's
    address is the one that was asked for. Time: under 0.2 s for a news page, seconds for the worst that the limits let
    in. text_path: an XPath of the source that has the last word on where the text is; where it finds nothing, the
    extractor is asked as usual.
    """
    try:
        draft = _draft_from_page(page, entry=entry, observed_at=observed_at, text_path=text_path)
        return _finish(draft, url=page.url, observed_at=observed_at)
    except PageUnusableError as error:
        if entry is None or not (entry.title or entry.summary or entry.content):
            raise
        return article_from_entry(entry, url=page.url, observed_at=observed_at, note=error.reason)


def article_from_entry(entry: Entry, *, url: str, observed_at: datetime, note: str = "") -> Article:
    """Make an article of what the feed said: its whole content, else its summary, else its title.

    Raises PageUnusableError (`no_text`) for an entry without any words.
    """
    if not (entry.title or entry.summary or entry.content):
        raise PageUnusableError(url, "neither page nor feed has any words", reason="no_text")
    return _finish(_draft_from_entry(entry, note=note), url=url, observed_at=observed_at)


def _draft_from_page(page: Page, *, entry: Entry | None, observed_at: datetime, text_path: str) -> Draft:
    tree = read_page(page)
    metadata = read_metadata(tree.root, url=page.final_url)
    title = headline(metadata, expected=entry.title if entry else "")
    chosen = text_at(tree, text_path, title=title) if text_path else ""
    body, extraction = (
        (chosen, Extraction.FULL) if chosen else _text(tree, metadata, title=title, entry=entry, page=page)
    )
    dated = _of_feed(entry, now=observed_at) or published_at(
        tree, metadata, title=title, url=page.final_url, now=observed_at
    )
    descriptions = (entry.summary if entry else "", *metadata.descriptions)
    canonical = believed_canonical(metadata, page_url=page.final_url, similar_title=is_announced(metadata, entry))
    return Draft(
        title=title,
        body=body,
        extraction=extraction,
        summary=next(filter(None, descriptions), ""),
        published_at=dated,
        published_from=_source(dated, entry=entry, now=observed_at),
        canonical_url=canonical,
        translations=believed_translations(metadata, page_url=page.final_url, canonical=canonical),
        image_url=_image(metadata, page, entry),
        language_hint=metadata.language or (entry.language if entry else ""),
    )


def _text(
    tree: PageTree, metadata: PageMetadata, *, title: str, entry: Entry | None, page: Page
) -> tuple[str, Extraction]:
    """Return the best text that page, JSON-LD and feed have, and what it is. Raises PageUnusableError for none.

    The extractor comes first: a barrier or another page is recognised by what it finds.
    """
    body = _page_body(tree, metadata, title=title, entry=entry, url=page.url)
    refuse_challenge(tree, metadata, body, url=page.url)
    content = entry.content if entry else ""
    if content and len(content) > FEED_IS_LONGER * len(body):
        return content, Extraction.FULL
    refuse_teaser(metadata, body, lines=tree.lines, url=page.url)
    refuse_other_page(metadata, body, entry=entry, url=page.url, found_at=page.final_url)
    if body:
        return body, Extraction.FULL
    return _last_resort(metadata, entry, title=title, url=page.url)


def _page_body(tree: PageTree, metadata: PageMetadata, *, title: str, entry: Entry | None, url: str) -> str:
    descriptions = (*metadata.descriptions, *((entry.summary, entry.content) if entry else ()))
    try:
        refuse_too_many_elements(tree, url=url)
        return "\n".join(read_body(tree, title=title, claimed=metadata.claims.body, descriptions=descriptions))
    except PageUnusableError:
        if not metadata.claims.body:
            raise
        return metadata.claims.body


def _last_resort(metadata: PageMetadata, entry: Entry | None, *, title: str, url: str) -> tuple[str, Extraction]:
    """Return what page or feed say in a sentence or two, for a page without an article's text (a gallery, a video)."""
    summary = max((*metadata.descriptions, entry.summary if entry else ""), key=len, default="")
    if summary:
        return summary, Extraction.SUMMARY
    if title and (metadata.headings or metadata.claims.headline):
        return "", Extraction.TITLE
    raise PageUnusableError(url, "no article text on the page", reason="no_text")


def _of_feed(entry: Entry | None, *, now: datetime) -> datetime | None:
    return entry.published_at if entry and entry.published_at and entry.published_at <= now else None


def _source(moment: datetime | None, *, entry: Entry | None, now: datetime) -> PublishedFrom:
    if moment is None:
        return PublishedFrom.OBSERVED
    return PublishedFrom.FEED if _of_feed(entry, now=now) else PublishedFrom.PAGE


def _image(metadata: PageMetadata, page: Page, entry: Entry | None) -> str:
    claimed = metadata.meta.get("og:image") or metadata.claims.image
    return web_address(claimed, base=page.final_url) or (entry.image_url if entry else "")


def _draft_from_entry(entry: Entry, *, note: str) -> Draft:
    body = entry.content or entry.summary
    extraction = Extraction.FULL if entry.content else Extraction.SUMMARY if entry.summary else Extraction.TITLE
    return Draft(
        title=entry.title,
        body=body,
        extraction=extraction,
        summary=entry.summary,
        published_at=entry.published_at,
        published_from=PublishedFrom.FEED if entry.published_at else PublishedFrom.OBSERVED,
        image_url=entry.image_url,
        language_hint=entry.language,
        note=note,
    )


def _finish(draft: Draft, *, url: str, observed_at: datetime) -> Article:
    """Repair the texts, detect the language, and date nothing later than it was seen."""
    draft = _cut(draft)
    body = repair(draft.body)
    title = repair(one_line(draft.title) or _first_sentence(draft.body))
    summary = repair(_first_sentence(draft.summary, longest=SUMMARY_CHARACTERS))
    detected = detect(f"{title.text}\n{body.text}", hint=draft.language_hint)
    dated = draft.published_at is not None and draft.published_at <= observed_at
    return Article(
        url=url,
        title=title.text,
        body=body.text,
        summary=summary.text,
        language=detected.language,
        kazakh_share=detected.kazakh_share,
        extraction=draft.extraction,
        published_at=draft.published_at if dated and draft.published_at else observed_at,
        published_from=draft.published_from if dated else PublishedFrom.OBSERVED,
        observed_at=observed_at,
        canonical_url=draft.canonical_url,
        translations=draft.translations,
        image_url=draft.image_url,
        repairs=title.repairs + body.repairs,
        note=draft.note,
        script=detected.script,
    )


def _cut(draft: Draft) -> Draft:
    if len(draft.body) <= MAX_BODY_CHARACTERS:
        return draft
    kept = draft.body[:MAX_BODY_CHARACTERS].rsplit("\n", 1)[0]
    return replace(draft, body=kept, note=" ".join(filter(None, (draft.note, CUT))))


def _first_sentence(text: str, *, longest: int = 160) -> str:
    """Return the text on one line, cut at a word with an ellipsis when it is longer than `longest` characters."""
    line = one_line(text)
    if len(line) <= longest:
        return line
    return f"{line[:longest].rsplit(' ', 1)[0]}…"
