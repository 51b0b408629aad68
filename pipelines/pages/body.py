"""The text of an article: trafilatura's extraction, cleaned, with the lead sentence it loses put back."""

from __future__ import annotations

import logging
from collections.abc import Iterable

import lxml.html
import trafilatura

from pipelines.pages.boilerplate import is_prose, without_boilerplate
from pipelines.pages.document import PageTree
from pipelines.pages.one_article import one_article, without_comment_names
from pipelines.pages.similarity import key

MUCH_SHORTER = 0.5
"""An extraction with less than this share of what JSON-LD gives as the article's body has lost most of it."""

ENOUGH_CHARACTERS = 400
"""JSON-LD bodies shorter than this are summaries, whatever they are called."""

LEAD_KEY = 40
SHORTEST_LEAD = 40
LONGEST_LEAD = 1_500
DATELINE_KEY = 40
"""A lead may begin with a dateline («АСТАНА. КАЗИНФОРМ – »), which its description leaves out."""

LEAD_CLASSES = frozenset(
    {"lead", "lede", "lid", "leadtext", "intro", "announce", "anons", "standfirst", "subtitle", "excerpt"}
)

# Both write a warning for every page without text; kuzet says so itself, once.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
logging.getLogger("justext").setLevel(logging.CRITICAL)

# What the extractor was seen to raise on broken trees. It catches ValueError and TypeError itself.
_EXTRACTOR_FAULTS = (ValueError, TypeError, AttributeError, LookupError, AssertionError, RecursionError)


def read_body(tree: PageTree, *, title: str, claimed: str, descriptions: Iterable[str]) -> list[str]:
    """Return the article's lines, without its headline; empty when the page has no article text.

    `claimed` is the body that JSON-LD gives: it is taken when the extraction fails or is much shorter.
    `descriptions` are what the page and the feed say the article is about; its lead is the line they begin with.
    """
    extracted = without_boilerplate(_extract(tree, title=title), title=title)
    lines = extracted if is_prose(extracted) else []
    stated = without_boilerplate(claimed.splitlines(), title=title)
    if _characters(stated) >= ENOUGH_CHARACTERS and _is_better(stated, lines):
        return stated
    lead = _lost_lead(tree, lines, title=title, descriptions=descriptions) if lines else ""
    return [lead, *lines] if lead else lines


def _is_better(stated: list[str], extracted: list[str]) -> bool:
    """True if JSON-LD has much more of the text, or the same text with its paragraphs."""
    if _characters(extracted) < MUCH_SHORTER * _characters(stated):
        return True
    return len(stated) > len(extracted) and key(" ".join(stated)) == key(" ".join(extracted))


def _extract(tree: PageTree, *, title: str) -> list[str]:
    root = one_article(tree.root, title=title)
    return _extract_from(root) or _extract_from(without_comment_names(root))


def _extract_from(root: lxml.html.HtmlElement) -> list[str]:
    try:
        document = trafilatura.bare_extraction(root, include_comments=False)
    except _EXTRACTOR_FAULTS:
        return []
    return (getattr(document, "text", "") or "").splitlines()


def _lost_lead(tree: PageTree, lines: list[str], *, title: str, descriptions: Iterable[str]) -> str:
    """Return the line that the extractor dropped above its first line, or an empty string.

    A lead is a line the reader sees between headline and text which the page's or the feed's description begins
    with, or which is in an element marked as a lead.
    """
    body = key(" ".join(lines))
    for line in _before_text(tree.lines, first=lines[0], title=title):
        found = key(line)
        if not SHORTEST_LEAD <= len(line) <= LONGEST_LEAD or found[:LEAD_KEY] in body or found == key(title):
            continue
        if any(_begins(found, key(description)) for description in (*descriptions, *_marked_leads(tree))):
            return line
    return ""


def _begins(line: str, description: str) -> bool:
    start = description[:LEAD_KEY]
    return len(start) == LEAD_KEY and start in line[: LEAD_KEY + DATELINE_KEY]


def _before_text(seen: list[str], *, first: str, title: str) -> list[str]:
    """Return the visible lines from the headline (if it is there) to the first line of the text."""
    start, wanted = key(first)[:LEAD_KEY], key(title)
    keys = [key(line) for line in seen]
    end = next((number for number, line in enumerate(keys) if start and start in line), len(seen))
    begin = next((number for number in reversed(range(end)) if keys[number] == wanted), 0)
    return seen[begin:end]


def _marked_leads(tree: PageTree) -> list[str]:
    """Return the text of the element marked as a lead; of several, which are a list of teasers, none counts."""
    marked = [
        element.text_content()
        for element in tree.root.iter("div", "p", "h2", "h3", "strong", "section")
        if element.get("itemprop") == "description" or LEAD_CLASSES & set((element.get("class") or "").lower().split())
    ]
    return marked if len(marked) == 1 else []


def _characters(lines: list[str]) -> int:
    return sum(map(len, lines))
