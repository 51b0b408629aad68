"""One article of a page: sites load the next one below it, put others into it, and name containers «comment».

All of it is done before an extractor reads the page, because afterwards only lines are left.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Collection, Iterator

import lxml.html

from pipelines.pages.pointers import pointers
from pipelines.pages.similarity import SIMILAR, similarity

HEADINGS = frozenset({"h1", "h2"})
LEAST_TEXT = 200
"""A part with less text than this is no article of its own."""

FEW_CHARACTERS = 60
"""Less text than this between a headline and a container named «comment» is no article: then the container has it."""

_CONTAINERS = ("div", "section", "article", "main")
_COMMENTS = re.compile(
    r"^\W*(?:комментари[ий]|пікірлер|comments?|обсуждени[ея]|\d+\s+(?:коммент|пікір|comment))", re.IGNORECASE
)


def one_article(root: lxml.html.HtmlElement, *, title: str) -> lxml.html.HtmlElement:
    """Return a tree with the article named `title` and without those after it; the given tree is not changed.

    Where the headline is not found, or nothing has to go, the tree comes back as it is.
    """
    headline = headline_of(root, title)
    if headline is None:
        return root
    around = set(headline.iterancestors())
    others = [each for each in (*_next_articles(headline), *pointers(root)) if each is not headline]
    return changed(
        root,
        without=[each for each in others if each not in around],
        unnamed=[*_hidden(headline), *_hidden_below(root, headline)],
    )


def headline_of(root: lxml.html.HtmlElement, title: str) -> lxml.html.HtmlElement | None:
    """Return the first heading that is the title."""
    headings = (element for element in root.iter("h1", "h2") if similarity(element.text_content(), title) >= SIMILAR)
    return next(headings, None)


def without_comment_names(root: lxml.html.HtmlElement) -> lxml.html.HtmlElement:
    """Return a copy in which no container is named a comment: some sites name the article so."""
    return changed(root, unnamed=[each for each in root.iter(*_CONTAINERS) if _is_named_comment(each)])


def changed(
    root: lxml.html.HtmlElement,
    *,
    without: Collection[lxml.html.HtmlElement] = (),
    unnamed: Collection[lxml.html.HtmlElement] = (),
) -> lxml.html.HtmlElement:
    """Return a copy without some elements, and with some that have lost class and id; the tree itself without any."""
    if not without and not unnamed:
        return root
    gone, bare = set(without), set(unnamed)
    own: lxml.html.HtmlElement = copy.deepcopy(root)
    pairs = list(zip(root.iter(), own.iter(), strict=True))
    for old, new in pairs:
        if old in bare:
            for name in ("class", "id"):
                new.attrib.pop(name, None)
    for old, new in pairs:
        if old in gone and new.getparent() is not None:
            new.drop_tree()
    return own


def _next_articles(headline: lxml.html.HtmlElement) -> Iterator[lxml.html.HtmlElement]:
    """Yield what comes after the headline's own part and begins with a headline of the same rank, or is an `article`.

    A part of the same name as the headline's own may begin with a lower headline too. Nothing is next to a headline
    that has no paragraphs yet: the part that follows is its text. A heading among the paragraphs of the article itself
    has no text of its own and stays.
    """
    current = headline
    while (parent := current.getparent()) is not None:
        if _paragraph_text(current) >= LEAST_TEXT:
            name = (current.tag, current.get("class") or "")
            for each in current.itersiblings():
                is_named_alike = bool(name[1]) and (each.tag, each.get("class") or "") == name
                if _is_article(each, rank="" if is_named_alike else headline.tag):
                    yield each
        current = parent


def _paragraph_text(element: lxml.html.HtmlElement) -> int:
    return sum(len(paragraph.text_content()) for paragraph in element.iter("p"))


def _is_article(element: lxml.html.HtmlElement, *, rank: str) -> bool:
    """True if the element begins with a headline and has paragraphs of its own.

    rank: the headline's tag; an `article` may have any, and so may anything where `rank` is empty.
    """
    if not isinstance(element.tag, str) or element.tag in HEADINGS:
        return False
    first = next((part.tag for part in element.iter("p", *HEADINGS) if part.text_content().strip()), "p")
    is_headed = first == rank or ((element.tag == "article" or not rank) and first in HEADINGS)
    return is_headed and _paragraph_text(element) >= LEAST_TEXT


def _hidden(headline: lxml.html.HtmlElement) -> list[lxml.html.HtmlElement]:
    """Return the containers of the headline that an extractor takes for comments."""
    return [element for element in headline.iterancestors() if _is_named_comment(element)]


def _hidden_below(root: lxml.html.HtmlElement, headline: lxml.html.HtmlElement) -> list[lxml.html.HtmlElement]:
    """Return the container named «comment» that has the article's text: the first thing below the headline."""
    seen, below = 0, False
    for element in root.iter("h1", "h2", "p", *_CONTAINERS):
        below = below or element is headline
        if not below or element is headline:
            continue
        if element.tag == "p":
            seen += len(element.text_content())
            if seen >= FEW_CHARACTERS:
                return []
        elif _is_named_comment(element) and _is_text(element):
            return [element]
    return []


def _is_text(element: lxml.html.HtmlElement) -> bool:
    """True if a container has an article's text: paragraphs, and no comments with names of their own."""
    inner = any(_is_named_comment(each) for each in element.iterdescendants(*_CONTAINERS, "li"))
    return not inner and _paragraph_text(element) >= LEAST_TEXT and not _COMMENTS.match(element.text_content())


def _is_named_comment(element: lxml.html.HtmlElement) -> bool:
    return "comment" in f"{element.get('class') or ''} {element.get('id') or ''}".lower()
