"""Article and tagging → the document of the index. Field by field it is config/search/mapping.json, which is strict."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, cast

from pipelines.errors import KuzetError
from pipelines.language.letters import UPPER
from pipelines.models import Article, Context, CyrillicTexts, Figure, GeoPoint, IndexDocument, Place, Span, Tag, Tagging

MAX_KEYWORD_BYTES = 8_000
"""The engine refuses a whole document for one keyword over 32,766 bytes; nothing honest comes near this."""

FIGURE_KINDS = frozenset(
    (
        *(
            "detained",
            "arrested",
            "convicted",
            "killed",
            "injured",
            "evacuated",
            "victims",
            "cases",
            "attacks",
            "foiled",
        ),
        *(
            "wanted",
            "extradited",
            "deported",
            "entry_banned",
            "members",
            "minors",
            "materials_removed",
            "sites_blocked",
        ),
        *("weapons", "ammunition", "explosives", "labs", "channels", "plantations", "drugs_kg", "cyberattacks"),
        *("border_violators", "operations", "exercises", "trained", "other"),
    )
)
MONEY_ROLES = ("money", "damage", "bribe", "seized", "transferred", "smuggled")
CURRENCIES = ("kzt", "usd", "eur", "rub", "cny")

LEAD_WORDS = 40
MIN_LEAD_WORDS = 8

_WORD = re.compile(r"[^\W_]+")
_DATELINE = re.compile(r"^[^.!?\n]{0,40}[.,]?[^.!?\n]{0,40}\s[-–—]\s")
_CAPITALS = re.compile(f"[A-Z{UPPER}]{{3,}}")
_SAYS = "передает|передаёт|сообщает|сообщили|сообщил|пишет|информирует|деп хабарлайды|деп жазады|хабарлайды"
_ATTRIBUTION = re.compile(rf",?\s*(?:как\s+)?(?:{_SAYS})\b[^.!?\n]*", re.IGNORECASE)


def content_hash(article: Article) -> str:
    """32 hex digits that change when the words of the article change: a revision with the same hash changed nothing."""
    return _hash(f"{article.title}\x1f{article.summary}\x1f{article.body}")


def same_text(article: Article) -> str:
    """One value for all reprints of a text: the first words of its body, without dateline and «сообщает …».

    Titles do not count, for editors change them; a body too short to identify a text is taken with its title.
    """
    words = _lead_words(article.body)
    if len(words) < MIN_LEAD_WORDS:
        words = [*_lead_words(article.title), *words]
    return _hash(" ".join(words[:LEAD_WORDS]) or article.url)


def build_document(  # noqa: PLR0913 - a document has that many facts, and all of them are named
    article: Article,
    tagging: Tagging,
    *,
    article_id: str,
    source: str,
    family: str,
    feed: str,
    revision: int,
    indexed_at: datetime,
) -> IndexDocument:
    """Return everything the index keeps of one revision. A missing fact is a missing field, never an empty string.

    Raises KuzetError when a name or address is too long for the index: cutting it would make it another one. List
    values that are too long (a «person» of a thousand words) are left out and kept under `tags.left_out`.
    """
    return _without_absent(
        {
            **_identity(article, article_id=article_id, source=source, family=family, feed=feed),
            **_texts(article),
            **_times(article, indexed_at=indexed_at),
            **_found(tagging),
            "revision": revision,
        }
    )


def retag_document(document: IndexDocument, tagging: Tagging) -> IndexDocument:
    """Give a document another tagging of the same text; all else stays as it is."""
    decided = _found(Tagging()).keys() | {"severity", "severity_rank"}
    kept = cast("IndexDocument", {field: value for field, value in document.items() if field not in decided})
    return _without_absent({**kept, **_found(tagging)})


def figure_fields(figures: Iterable[Figure]) -> dict[str, list[float]]:
    """Kind → its values in rising order; all are kept, so that a dashboard may take the greatest."""
    values: dict[str, set[float]] = {}
    for figure in figures:
        if field := figure_field(figure):
            values.setdefault(field, set()).add(figure.value)
    return {field: sorted(found) for field, found in sorted(values.items())}


def figure_field(figure: Figure) -> str:
    """`detained`, `damage_kzt` …; empty for money in a currency the index does not compare (it stays in `tags`)."""
    if figure.kind != "money":
        return figure.kind if figure.kind in FIGURE_KINDS else "other"
    role = figure.role if figure.role in MONEY_ROLES else "money"
    currency = figure.unit.casefold()
    return f"{role}_{currency}" if currency in CURRENCIES else ""


def _identity(article: Article, *, article_id: str, source: str, family: str, feed: str) -> IndexDocument:
    names: IndexDocument = {"id": article_id, "url": article.url, "source": source, "family": family, "feed": feed}
    for field, value in names.items():
        if _too_long(str(value)):
            raise KuzetError(article.url[:200], f"its {field} is over {MAX_KEYWORD_BYTES} bytes and cannot be indexed")
    return {**names, "content_hash": content_hash(article), "same_text": same_text(article)}


def _texts(article: Article) -> IndexDocument:
    return {
        "title": article.title,
        "body": article.body,
        "summary": article.summary,
        "image_url": article.image_url,
        "translations": [url for url in article.translations if not _too_long(url)],
        "language": article.language,
        "script": article.script,
        "kazakh_share": round(article.kazakh_share, 4),
        "extraction": article.extraction.value,
        "words": article.words,
    }


def _times(article: Article, *, indexed_at: datetime) -> IndexDocument:
    return {
        "published_at": _timestamp(article.published_at),
        "published_from": article.published_from.value,
        "observed_at": _timestamp(article.observed_at),
        "indexed_at": _timestamp(indexed_at),
        "latency_seconds": max(0.0, round((indexed_at - article.published_at).total_seconds(), 3)),
    }


def _found(tagging: Tagging) -> IndexDocument:
    """Return the part of a document that the tagger decides."""
    lists, left_out = _fitting_lists(tagging)
    return {
        **lists,
        **_severity(tagging),
        "location": _locations(tagging.places),
        "figures": figure_fields(tagging.figures),
        "tags": explain_tags(tagging) | ({"left_out": left_out} if left_out else {}),
        "ruleset": tagging.ruleset,
        "why": tagging.why,
        "cyrillic": _in_cyrillic(tagging),
    }


def _in_cyrillic(tagging: Tagging) -> CyrillicTexts:
    read = tagging.in_cyrillic
    return {"title": read.title, "body": read.body} if read else cast("CyrillicTexts", {})


def _without_absent(document: IndexDocument) -> IndexDocument:
    present = {field: value for field, value in document.items() if value not in ("", [], {}, None)}
    return cast("IndexDocument", present)  # a TypedDict loses its type when its keys are computed


def _severity(tagging: Tagging) -> IndexDocument:
    if tagging.severity is None:
        return {}
    return {"severity": tagging.severity.value, "severity_rank": tagging.severity.rank}


def _fitting_lists(tagging: Tagging) -> tuple[IndexDocument, list[dict[str, str]]]:
    """List the keywords, and apart from them what was too long to be one."""
    named: Mapping[str, Iterable[str]] = {
        "topics": tagging.topics,
        "contexts": (context.context for context in tagging.contexts),
        "rules": (tag.rule for tag in tagging.tags),
        "regions": tagging.regions,
        "places": (place.name for place in tagging.places),
        "persons": tagging.persons,
        "organisations": tagging.organisations,
        "indicators": tagging.indicators,
        "watch": tagging.watch,
    }
    lists: dict[str, list[str]] = {}
    left_out: list[dict[str, str]] = []
    for field, values in named.items():
        distinct = list(dict.fromkeys(filter(None, values)))
        lists[field] = [value for value in distinct if not _too_long(value)]
        left_out += [{"field": field, "value": value} for value in distinct if _too_long(value)]
    return cast("IndexDocument", lists), left_out


def _locations(places: Iterable[Place]) -> list[GeoPoint]:
    points = ((place.latitude, place.longitude) for place in places)
    distinct = dict.fromkeys((lat, lon) for lat, lon in points if lat is not None and lon is not None)
    return [GeoPoint(lat=lat, lon=lon) for lat, lon in distinct]


def explain_tags(tagging: Tagging) -> dict[str, Any]:
    """Say what was found and where, as it is stored under `tags`: topics with their rule, contexts, figures."""
    parts: dict[str, Any] = {
        "topics": [_tag(tag) for tag in tagging.tags],
        "severity_reason": tagging.severity_reason,
        "contexts": [_context(context) for context in tagging.contexts],
        "figures": [_figure(figure) for figure in tagging.figures],
    }
    return {name: part for name, part in parts.items() if part}


def _tag(tag: Tag) -> dict[str, Any]:
    facts = {"topic": tag.topic, "rule": tag.rule, "score": tag.score, "threshold": tag.threshold}
    return facts | {"spans": _spans(tag.spans)}


def _context(context: Context) -> dict[str, Any]:
    return {"context": context.context, "topic": context.topic, "spans": _spans(context.spans)}


def _figure(figure: Figure) -> dict[str, Any]:
    facts: dict[str, Any] = {"kind": figure.kind, "value": figure.value}
    facts |= {name: said for name in ("unit", "qualifier", "role") if (said := getattr(figure, name))}
    return facts | ({"span": _span(figure.span)} if figure.span else {})


def _spans(spans: Sequence[Span]) -> list[dict[str, Any]]:
    return [_span(span) for span in spans]


def _span(span: Span) -> dict[str, Any]:
    stored = {"field": span.field, "start": span.start, "end": span.end, "form": span.form, "term": span.term}
    return stored | ({"weight": span.weight} if span.weight else {})


def _lead_words(text: str) -> list[str]:
    lead = text.strip()[: LEAD_WORDS * 60]
    dateline = _DATELINE.match(lead)
    if dateline and _CAPITALS.search(dateline[0]):
        lead = lead[dateline.end() :]
    return [word.casefold().replace("ё", "е") for word in _WORD.findall(_ATTRIBUTION.sub("", lead))]


def _too_long(value: str) -> bool:
    return len(value.encode("utf-8", "surrogatepass")) > MAX_KEYWORD_BYTES


def _timestamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
