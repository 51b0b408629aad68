"""OPML, the exchange format of feed readers: bytes → subscriptions, feeds → text. A folder is a family."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from lxml import etree

from pipelines.errors import ConfigError
from pipelines.models import Feed


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A feed of an OPML file. `folder` is the innermost one it is in; empty parts are not in the file."""

    url: str
    title: str = ""
    folder: str = ""
    language: str = ""


def parse_opml(body: bytes, *, file: str) -> tuple[Subscription, ...]:
    """Read the feeds of an OPML file, in its order, each address once. Raises ConfigError for anything else.

    The encoding is what the XML says. Entities and addresses in the file are not followed.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=False)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise ConfigError(file, f"it is not XML ({error.msg})", line=error.lineno) from error
    if etree.QName(root).localname.lower() != "opml":
        raise ConfigError(file, f"it is not OPML, its root is <{etree.QName(root).localname}>")
    found = {each.url: each for each in reversed([*_subscriptions(root, folder="")])}
    return tuple(reversed(found.values()))


def render_opml(feeds: Iterable[Feed], *, title: str) -> str:
    """Write feeds as OPML, a folder a family. `source`, `id` and what is switched off do not survive other readers."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = title
    body = etree.SubElement(root, "body")
    for family, members in groupby(sorted(feeds, key=lambda feed: (feed.family, feed.id)), lambda feed: feed.family):
        folder = etree.SubElement(body, "outline", text=family)
        for feed in members:
            outline = etree.SubElement(folder, "outline", type="rss", text=feed.id, title=feed.id, xmlUrl=feed.url)
            if len(feed.languages) == 1:
                outline.set("language", feed.languages[0])
    etree.indent(root)
    text: bytes = etree.tostring(root, encoding="utf-8", xml_declaration=True)
    return text.decode() + "\n"


def _subscriptions(element: etree._Element, *, folder: str) -> Iterator[Subscription]:
    """Yield the outlines below an element; attribute names are compared without case, as readers disagree."""
    for child in element.iterchildren("{*}*"):
        facts = {str(name).lower(): str(value).strip() for name, value in child.attrib.items()}
        title = facts.get("text") or facts.get("title", "")
        if url := facts.get("xmlurl"):
            yield Subscription(url=url, title=title, folder=folder, language=facts.get("language", "")[:2].lower())
        yield from _subscriptions(child, folder=folder if url or not title else title)
