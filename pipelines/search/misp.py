"""Articles as events of MISP: one event an article, with its address and the indicators that it names as attributes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from pipelines.models import IndexDocument, Severity
from pipelines.reading.indicators import Kind, hash_name, kind_of
from pipelines.search.sharing import Tlp, stable_id, stream

THREAT_LEVELS = {Severity.CRITICAL: "1", Severity.HIGH: "1", Severity.MEDIUM: "2", Severity.LOW: "3"}
UNDEFINED = "4"
"""The threat level of an article without severity."""

OWN_ORGANISATION, COMPLETED = "0", "2"
"""Distribution: those who import it decide how far it goes on. Analysis: complete."""

NETWORK, PAYLOAD, ANALYSIS, FRAUD = "Network activity", "Payload delivery", "External analysis", "Financial fraud"
TYPES = {
    Kind.URL: ("url", NETWORK),
    Kind.DOMAIN: ("domain", NETWORK),
    Kind.EMAIL: ("email", NETWORK),
    Kind.CVE: ("vulnerability", ANALYSIS),
    Kind.PHONE: ("phone-number", FRAUD),
}
BITCOIN = ("1", "3", "bc1")
"""How addresses of Bitcoin begin; MISP has no type for those of Ethereum and Tron."""

Object = dict[str, Any]


def misp_events(documents: Iterable[IndexDocument], *, tlp: Tlp) -> Iterator[str]:
    """Yield a collection of events piece by piece, as MISP's «import from JSON» reads it."""
    yield from stream("response", ({"Event": event(one, tlp=tlp)} for one in documents))


def event(document: IndexDocument, *, tlp: Tlp) -> Object:
    """Return the event of an article; one that is not the first of its story extends the event of the first."""
    written = datetime.fromisoformat(document.get("indexed_at", document["observed_at"]))
    severity = document.get("severity")
    story = document.get("story", "")
    own: Object = {
        "uuid": event_id(document["id"]),
        "info": document["title"] or document["url"],
        "date": document["published_at"][:10],
        "timestamp": str(int(written.timestamp())),
        "threat_level_id": THREAT_LEVELS[Severity(severity)] if severity else UNDEFINED,
        "analysis": COMPLETED,
        "distribution": OWN_ORGANISATION,
        "published": False,
        "Orgc": {"name": document["source"], "uuid": str(stable_id("organisation", document["source"]))},
        "Tag": [{"name": name} for name in tags(document, tlp=tlp)],
        "Attribute": [_attribute(document, *one) for one in attributes(document)],
    }
    return own | ({"extends_uuid": event_id(story)} if story and story != document["id"] else {})


def event_id(article_id: str) -> str:
    return str(stable_id("event", article_id))


def tags(document: IndexDocument, *, tlp: Tlp) -> Iterator[str]:
    """Yield machine tags: the marking, then what the tagger found."""
    yield f"tlp:{tlp}"
    for name, values in (("topic", document.get("topics", ())), ("region", document.get("regions", ()))):
        yield from (f'kuzet:{name}="{value}"' for value in values)
    if severity := document.get("severity"):
        yield f'kuzet:severity="{severity}"'


def attributes(document: IndexDocument) -> Iterator[tuple[str, str, str]]:
    """Yield type, category and value of each attribute: the article's address, its places, its indicators."""
    yield "link", ANALYSIS, document["url"]
    if summary := document.get("summary"):
        yield "comment", "Other", summary
    yield from (("text", "Other", place) for place in document.get("places", ()))
    for value in document.get("indicators", ()):
        if kind := kind_of(value):
            yield (*_type_of(kind, value), value)


def _type_of(kind: Kind, value: str) -> tuple[str, str]:
    if kind is Kind.HASH:
        return hash_name(value).replace("-", "").lower(), PAYLOAD
    if kind is Kind.IP:
        return "ip-dst", NETWORK
    if kind is Kind.WALLET:
        return ("btc", FRAUD) if value.startswith(BITCOIN) else ("other", "Other")
    return TYPES[kind]


def _attribute(document: IndexDocument, kind: str, category: str, value: str) -> Object:
    """Return an attribute. Nothing is for detection (`to_ids`): what the news names is not malicious by that."""
    uuid = str(stable_id("attribute", document["id"], kind, value))
    comment = {"comment": "place"} if kind == "text" else {}
    return {"uuid": uuid, "type": kind, "category": category, "value": value, "to_ids": False, **comment}
