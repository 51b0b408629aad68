"""What points to other articles from within one: lists of links, cards and single links between its paragraphs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import lxml.html

SHORTEST_HEADLINE = 15
LONGEST_CARD = 800
LONGEST_POINTER = 250
LONGEST_LABEL = 60
FEWEST_CARDS = 2
MOST = 0.8
"""Share of the items of a list, and of the letters of an item, that have to be links."""

_LISTS = frozenset({"ul", "ol"})
_CARDS = frozenset({"div", "article", "section", "li", "a", "figure"})
_HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6"})
_SENTENCE_END = re.compile(r"[.!?…]\W*$")


def pointers(root: lxml.html.HtmlElement) -> Iterator[lxml.html.HtmlElement]:
    """Yield the elements whose words are other articles' headlines, and the labels directly above them.

    A list counts when nearly all of its items are links with words enough for a headline; cards, when siblings of one
    name begin with such a link each; a paragraph, when it is one link and no sentence.
    """
    for element in root.iter(*_LISTS, "div", "section", "aside", "p", "blockquote", *_HEADINGS):
        if element.tag in _LISTS:
            found = _is_link_list(element)
        elif element.tag in {"p", "blockquote"} or element.tag in _HEADINGS:
            found = _is_pointer(element)
        else:
            found = _are_cards(element)
        if found:
            yield element
            yield from _label(element)


def _is_link_list(element: lxml.html.HtmlElement) -> bool:
    items = [each for each in element if each.tag == "li" and _text(each)]
    linked = sum(_is_linked(each) for each in items)
    return linked >= FEWEST_CARDS and linked >= MOST * len(items)


def _is_linked(item: lxml.html.HtmlElement) -> bool:
    links = [text for anchor in item.iter("a") if _leads_away(anchor) and (text := _text(anchor))]
    longest = max(map(len, links), default=0)
    return longest >= SHORTEST_HEADLINE and sum(map(len, links)) >= MOST * len(_text(item))


def _are_cards(element: lxml.html.HtmlElement) -> bool:
    """True if the children, but for a label, are of one name and begin with a link: a headline, then a teaser."""
    children = [each for each in element if isinstance(each.tag, str) and (each.tag in _CARDS or _text(each))]
    names = Counter(map(_name, children))
    if (element.text or "").strip() or max(names.values(), default=0) < FEWEST_CARDS:
        return False
    name, count = names.most_common(1)[0]
    others = [each for each in children if _name(each) != name]
    if name[0] not in _CARDS or any(len(_text(each)) > LONGEST_LABEL for each in others):
        return False
    return sum(_is_card(each) for each in children if _name(each) == name) >= max(FEWEST_CARDS, MOST * count)


def _name(element: lxml.html.HtmlElement) -> tuple[str, str]:
    return element.tag, element.get("class") or ""


def _is_card(element: lxml.html.HtmlElement) -> bool:
    text = _text(element)
    if len(text) > LONGEST_CARD:
        return False
    links = (_text(anchor) for anchor in element.iter("a") if _leads_away(anchor))
    first = next((link for link in links if len(link) >= SHORTEST_HEADLINE), "")
    return bool(first) and text.startswith(first)


def _is_pointer(element: lxml.html.HtmlElement) -> bool:
    text = _text(element)
    if not SHORTEST_HEADLINE <= len(text) <= LONGEST_POINTER or _SENTENCE_END.search(text):
        return False
    links = [(anchor, link) for anchor in element.iter("a") if (link := _text(anchor))]
    return len(links) == 1 and _leads_away(links[0][0]) and links[0][1] == text


def _label(element: lxml.html.HtmlElement) -> Iterator[lxml.html.HtmlElement]:
    """Yield what is directly above a list and names it: a heading, or a line that ends in a colon."""
    above = element.getprevious()
    if above is None or element.tag in {"p", "blockquote"} or (above.tail or "").strip():
        return
    text = _text(above)
    if len(text) <= LONGEST_LABEL and (above.tag in _HEADINGS or text.endswith(":")):
        yield above


def _leads_away(anchor: lxml.html.HtmlElement) -> bool:
    address = (anchor.get("href") or "").strip().lower()
    return bool(address) and not address.startswith(("#", "mailto:", "tel:", "javascript:"))


def _text(element: lxml.html.HtmlElement) -> str:
    return " ".join(element.text_content().split())
