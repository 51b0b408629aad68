"""What a page says about its article in JSON-LD (schema.org), which sites write for search engines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import lxml.html

from pipelines.pages.similarity import similarity, stems
from pipelines.reading.markup import one_line, plain_text

MAX_SCRIPT_CHARACTERS = 500_000
MAX_OBJECTS = 500
FEWEST_WORDS = 3
RELATED = 0.4
"""A list of news that has nothing as like the page's names as this is about other articles."""
_ARTICLE = re.compile(r"(?:Article|BlogPosting|Report)$")
_SIMPLE_FIELD = re.compile(r'"(@type|headline|datePublished|description)"\s*:\s*"([^"\\\n]{1,500})"')
_WRAPPING = re.compile(r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[)|(?:-->|//\s*\]\]>|\]\]>)\s*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleClaims:
    """What the page claims, as plain text; empty where it is silent. `free` is False only when it says so."""

    headline: str = ""
    description: str = ""
    body: str = ""
    published: str = ""
    image: str = ""
    free: bool = True


def read_claims(root: lxml.html.HtmlElement, *, names: Sequence[str]) -> ArticleClaims:
    """Return the claims of the article object whose headline is most like the page's `names`; of equals the first.

    Lists of related news are articles here too, and often come first. Sites write JSON by hand: from a broken script
    the simple fields are taken by pattern.
    """
    articles = [found for found in _objects(root) if _is_article(found)]
    if not articles:
        return ArticleClaims()
    article = max(articles, key=lambda found: _similarity(found, names))
    if _is_about_another(article, names, is_alone=len(articles) == 1):
        return ArticleClaims()
    return ArticleClaims(
        headline=one_line(plain_text(_text(article.get("headline")))),
        description=plain_text(_text(article.get("description"))),
        body=plain_text(_text(article.get("articleBody"))),
        published=_text(article.get("datePublished")) or _text(article.get("dateCreated")),
        image=_image(article.get("image")),
        free=str(article.get("isAccessibleForFree", "true")).lower() != "false",
    )


def _is_about_another(article: dict[str, object], names: Sequence[str], *, is_alone: bool) -> bool:
    """True if an object's headline is unlike all of the page's names; of one alone not a word may be in them."""
    title = _text(article.get("headline"))
    if not title or not names or _similarity(article, names) >= RELATED:
        return False
    enough = min(len(stems(title)), max(len(stems(name)) for name in names)) >= FEWEST_WORDS
    return not is_alone or (enough and not stems(title) & stems(" ".join(names)))


def _similarity(article: dict[str, object], names: Sequence[str]) -> float:
    """Return how sure it is that the page is about this object; one with any headline comes before one without."""
    title = _text(article.get("headline"))
    return max((similarity(title, name) for name in names), default=0.0) + (0.01 if title else 0.0)


def _objects(root: lxml.html.HtmlElement) -> Iterator[dict[str, object]]:
    """Walk all objects of all scripts, breadth first, up to MAX_OBJECTS."""
    waiting: list[object] = [_loaded(script.text or "") for script in root.iter("script") if _is_json_ld(script)]
    for seen, value in enumerate(waiting):
        if seen >= MAX_OBJECTS:
            return
        if isinstance(value, dict):
            yield value
            waiting.extend(child for child in value.values() if isinstance(child, dict | list))
        elif isinstance(value, list):
            waiting.extend(value[:MAX_OBJECTS])


def _is_json_ld(script: lxml.html.HtmlElement) -> bool:
    return (script.get("type") or "").strip().lower().startswith("application/ld+json")


def _loaded(text: str) -> object:
    text = _WRAPPING.sub("", text[:MAX_SCRIPT_CHARACTERS])
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return {match[1]: match[2] for match in reversed(list(_SIMPLE_FIELD.finditer(text)))}


def _is_article(found: dict[str, object]) -> bool:
    kinds = found.get("@type")
    return any(_ARTICLE.search(_text(kind)) for kind in (kinds if isinstance(kinds, list) else [kinds]))


def _image(value: object) -> str:
    if isinstance(value, list):
        value = value[0] if value else ""
    return _text(value.get("url")) if isinstance(value, dict) else _text(value)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
