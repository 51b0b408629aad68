"""One article of a page: sites load the next one below it, and name containers so that an extractor drops them."""

from __future__ import annotations

import copy
from collections.abc import Iterator

import lxml.html

from pipelines.pages.similarity import SIMILAR, similarity

HEADINGS = frozenset({"h1", "h2"})
LEAST_TEXT = 200
"""A part with less text than this is no article of its own."""


def one_article(root: lxml.html.HtmlElement, *, title: str) -> lxml.html.HtmlElement:
    """Return a tree with the article named `title` and without those after it; the given tree is not changed.

    Where the headline is not found, or nothing has to go, the tree comes back as it is.
    """
    headline = _headline(root, title)
    if headline is None or not (list(_next_articles(headline)) or _hidden(headline)):
        return root
    path = root.getroottree().getpath(headline)
    own: lxml.html.HtmlElement = copy.deepcopy(root)
    headline = own.getroottree().xpath(path)[0]
    for element in list(_next_articles(headline)):
        element.getparent().remove(element)
    for element in _hidden(headline):
        _rename(element)
    return own


def without_comment_names(root: lxml.html.HtmlElement) -> lxml.html.HtmlElement:
    """Return a copy in which no container is named a comment: some sites name the article so."""
    own: lxml.html.HtmlElement = copy.deepcopy(root)
    for element in own.iter("div", "section", "article", "main"):
        if _is_named_comment(element):
            _rename(element)
    return own


def _headline(root: lxml.html.HtmlElement, title: str) -> lxml.html.HtmlElement | None:
    """Return the first heading that is the title."""
    headings = (element for element in root.iter("h1", "h2") if similarity(element.text_content(), title) >= SIMILAR)
    return next(headings, None)


def _next_articles(headline: lxml.html.HtmlElement) -> Iterator[lxml.html.HtmlElement]:
    """Yield what comes after the headline's own part and begins with a headline of the same rank, or is an `article`.

    Nothing is next to a headline that has no paragraphs yet: the part that follows is its text. A heading among the
    paragraphs of the article itself has no text of its own and stays.
    """
    current = headline
    while (parent := current.getparent()) is not None:
        if _paragraph_text(current) >= LEAST_TEXT:
            yield from (each for each in current.itersiblings() if _is_article(each, rank=headline.tag))
        current = parent


def _paragraph_text(element: lxml.html.HtmlElement) -> int:
    return sum(len(paragraph.text_content()) for paragraph in element.iter("p"))


def _is_article(element: lxml.html.HtmlElement, *, rank: str) -> bool:
    """True if the element begins with a headline of that rank (an `article` with any) and has paragraphs of its own."""
    if not isinstance(element.tag, str) or element.tag in HEADINGS:
        return False
    first = next((part.tag for part in element.iter("p", *HEADINGS) if part.text_content().strip()), "p")
    is_headed = first == rank or (element.tag == "article" and first in HEADINGS)
    return is_headed and _paragraph_text(element) >= LEAST_TEXT


def _hidden(headline: lxml.html.HtmlElement) -> list[lxml.html.HtmlElement]:
    """Return the containers of the headline that an extractor takes for comments."""
    return [element for element in headline.iterancestors() if _is_named_comment(element)]


def _is_named_comment(element: lxml.html.HtmlElement) -> bool:
    return "comment" in f"{element.get('class') or ''} {element.get('id') or ''}".lower()


def _rename(element: lxml.html.HtmlElement) -> None:
    for name in ("class", "id"):
        element.attrib.pop(name, None)
