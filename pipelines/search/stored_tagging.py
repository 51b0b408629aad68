"""A document of the index → what the tagger found in it, as far as it is stored: the other way of `explain_tags`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pipelines.models import Context, Figure, Place, Severity, Span, Tag, Tagging


def read_tagging(document: Mapping[str, Any]) -> Tagging:
    """Return the tagging of a document. Misses are not stored; places have no regions of their own."""
    tags = document.get("tags") or {}
    severity = document.get("severity")
    return Tagging(
        topics=tuple(document.get("topics", ())),
        severity=Severity(severity) if severity else None,
        severity_reason=tags.get("severity_reason", ""),
        tags=tuple(map(_tag, tags.get("topics", ()))),
        contexts=tuple(map(_context, tags.get("contexts", ()))),
        figures=tuple(map(_figure, tags.get("figures", ()))),
        places=tuple(Place(name=name) for name in document.get("places", ())),
        persons=tuple(document.get("persons", ())),
        organisations=tuple(document.get("organisations", ())),
        indicators=tuple(document.get("indicators", ())),
        watch=tuple(document.get("watch", ())),
        ruleset=document.get("ruleset", ""),
        why=document.get("why", ""),
    )


def _tag(stored: Mapping[str, Any]) -> Tag:
    return Tag(
        topic=stored["topic"],
        rule=stored["rule"],
        score=stored["score"],
        threshold=stored["threshold"],
        spans=_spans(stored["spans"]),
    )


def _context(stored: Mapping[str, Any]) -> Context:
    return Context(context=stored["context"], topic=stored["topic"], spans=_spans(stored["spans"]))


def _figure(stored: Mapping[str, Any]) -> Figure:
    said = {name: stored.get(name, "") for name in ("unit", "qualifier", "role")}
    span = Span(**stored["span"]) if "span" in stored else None
    return Figure(kind=stored["kind"], value=stored["value"], span=span, **said)


def _spans(stored: Iterable[Mapping[str, Any]]) -> tuple[Span, ...]:
    return tuple(Span(**span) for span in stored)
