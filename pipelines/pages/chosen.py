"""The text of an article where its source says that it is."""

from __future__ import annotations

import lxml.etree
import lxml.html

from pipelines.pages.document import PageTree
from pipelines.reading.markup import visible_lines


def text_at(tree: PageTree, path: str, *, title: str) -> str:
    """Return the text of the elements that an XPath finds, one block a line, without the title; empty without any.

    An element inside of another that was found counts once. Nothing else is left out: the source has the last word.
    """
    try:
        found = tree.root.xpath(path)
    except lxml.etree.XPathEvalError:
        return ""
    elements = [each for each in found if isinstance(each, lxml.html.HtmlElement)] if isinstance(found, list) else []
    chosen = set(elements)
    outer = [each for each in elements if not chosen.intersection(each.iterancestors())]
    lines = [line for element in outer for line in visible_lines(element)]
    return "\n".join(line for line in lines if line != title)
