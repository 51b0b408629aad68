"""What of an article is compared: weighted words, names, numbers, figures, places. Small, and the same after a restart.

Numbers, names in one alphabet, places and organisations are alike in both languages; words are not.
"""

from __future__ import annotations

import functools
import hashlib
import heapq
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from pipelines.errors import UnsafeAddressError
from pipelines.language.letters import CYRILLIC, IN_ONE_ALPHABET, UPPER
from pipelines.language.normalise import fold
from pipelines.language.tokens import word_forms
from pipelines.models import IndexDocument
from pipelines.stories.frequencies import Frequencies, stem
from pipelines.stories.rule import ReactionWords
from pipelines.urls import twin_id

MOST_WORDS = 80
LEAD_LETTERS = 300
BEGINNING = 5
"""Letters of a word that count in a lead: enough to join its forms, derived ones included."""

SHINGLE = 4
MOST_SHINGLES = 400
LEAST_WORDS = 12
SHORTEST_WORD = 3
TITLE_COUNTS = 2

_NAME = re.compile(rf"(?<![.!?…:»\"\n])[ \u00a0]+[«\"(„]?([{UPPER}A-Z][{CYRILLIC}A-Za-z-]{{2,}})")
_NUMBER = re.compile(r"(?<![\w.,])\d+(?:[ \u00a0]\d{3})*(?:[.,]\d+)?(?![\d])")
_IMAGE = re.compile(r"\.(?:jpe?g|png|webp|gif|avif|svg)$", re.IGNORECASE)
_SIZE = re.compile(r"(?<=[^/])[-_]\d{2,4}x\d{2,4}(?=\.\w+$)|(?<=/)\d{2,4}x\d{2,4}/")
_EMBLEM = re.compile(
    r"(?<![^/_.-])(?:logo\w*|favicon|default|placeholder|no[-_]?(?:image|photo|img)|og[-_]?image|share)(?![^/_.-])",
    re.IGNORECASE,
)
"""Names that sites give to the picture of articles without one."""

_YEARS = range(1990, 2040)
Vector = dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """`at`: epoch seconds of publication. `numbers`: as decimal text. Vectors have length 1, names have weights.

    rare: those of the words that the list of common ones does not name. is_reaction: the title is what somebody says.
    address: what the spellings of the article's address have in common (`urls.twin_id`); translations: those of the
    articles that its page calls its versions in other languages. picture: the address of its lead image, less its size.
    """

    article_id: str
    at: float
    language: str
    site: str
    same_text: str
    address: str = ""
    translations: frozenset[str] = frozenset()
    picture: str = ""
    words: Mapping[str, float] = field(default_factory=dict)
    lead: Mapping[str, float] = field(default_factory=dict)
    title: Mapping[str, float] = field(default_factory=dict)
    rare: frozenset[str] = frozenset()
    names: Mapping[str, float] = field(default_factory=dict)
    numbers: frozenset[str] = frozenset()
    title_numbers: frozenset[str] = frozenset()
    figures: Mapping[str, frozenset[float]] = field(default_factory=dict)
    places: frozenset[str] = frozenset()
    organisations: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()
    shingles: frozenset[int] = frozenset()
    is_reaction: bool = False


_SETS = ("translations", "rare", "numbers", "title_numbers", "places", "organisations", "topics", "shingles")


_NAMES = frozenset(each.name for each in fields(Features))


def features_of(document: IndexDocument, frequencies: Frequencies, reactions: ReactionWords) -> Features:
    """Return the features of a document of the index."""
    texts = document.get("cyrillic", document)
    title, body = texts.get("title", ""), texts.get("body", "")
    text = f"{title}\n{body}"
    forms, title_forms = word_forms(text), word_forms(title)
    figures = {kind: frozenset(values) for kind, values in document.get("figures", {}).items()}
    words = _words(title_forms, forms, frequencies)
    return Features(
        article_id=document.get("id", ""),
        at=datetime.fromisoformat(document["published_at"]).timestamp() if "published_at" in document else 0.0,
        language=document.get("language", ""),
        site=document.get("source", "") or site_of(document.get("url", "")),
        same_text=document.get("same_text", ""),
        address=_address(document.get("url", "")),
        translations=frozenset(filter(None, map(_address, document.get("translations", ())))),
        picture=picture_of(document.get("image_url", "")),
        words=words,
        lead=_beginnings(word_forms(f"{title}\n{body[:LEAD_LETTERS]}"), frequencies),
        title=_beginnings(title_forms, frequencies),
        rare=frozenset(filter(frequencies.is_rare, words)),
        names=_names(title, body, frequencies),
        numbers=_numbers(text) | _counted(figures),
        title_numbers=_numbers(title),
        figures=figures,
        places=frozenset(document.get("places", ())),
        organisations=frozenset(document.get("organisations", ())),
        topics=frozenset(document.get("topics", ())),
        shingles=shingles_of(forms),
        is_reaction=reactions.are_in(title_forms),
    )


def site_of(url: str) -> str:
    """Return the name of a site without its ending: novorosinform for novorosinform.org and .com."""
    labels = (urlsplit(url).hostname or "").removeprefix("www.").split(".")
    return labels[-2] if len(labels) > 1 else labels[0]


def picture_of(url: str) -> str:
    """Return what the addresses of one image in several sizes have in common; empty for an emblem of the site."""
    parts = urlsplit(url)
    if not parts.hostname or _EMBLEM.search(parts.path):
        return ""
    query = "" if _IMAGE.search(parts.path) else parts.query
    return f"{parts.hostname.removeprefix('www.')}{_SIZE.sub('', parts.path)}?{query}".removesuffix("?")


def _address(url: str) -> str:
    try:
        return twin_id(url)
    except UnsafeAddressError:
        return ""  # an imported text


def shingles_of(forms: list[str]) -> frozenset[int]:
    """Return hashes of the runs of four words; of a long text the smallest ones, which are the same in a reprint.

    A text of a few words has none: headlines without a text are alike by accident.
    """
    if len(forms) < LEAST_WORDS:
        return frozenset()
    runs = (" ".join(forms[start : start + SHINGLE]) for start in range(len(forms) - SHINGLE + 1))
    return frozenset(heapq.nsmallest(MOST_SHINGLES, {_hash(run) for run in runs}))


@functools.lru_cache(maxsize=50_000)
def number_weight(number: str) -> float:
    """Return how much a shared number says: 12,480 tenge more than 2 people, and a year next to nothing."""
    digits = len(number.replace(".", "").rstrip("0"))
    if number.isdigit() and int(number) in _YEARS:
        return 0.1
    return min(1.0, 0.25 + 0.25 * digits)


def to_record(features: Features) -> dict[str, Any]:
    """Return features as JSON can hold them; `from_record` is the way back."""
    record = asdict(features)
    for name in _SETS:
        record[name] = sorted(record[name])
    record["figures"] = {kind: sorted(values) for kind, values in features.figures.items()}
    return record


def from_record(record: Mapping[str, Any]) -> Features:
    """Read a record, also one of an earlier version, which has fewer features or others."""
    known = {name: value for name, value in record.items() if name in _NAMES}
    figures = {kind: frozenset(values) for kind, values in record["figures"].items()}
    return Features(**{**known, **{name: frozenset(record.get(name, ())) for name in _SETS}, "figures": figures})


def _words(title_forms: list[str], forms: list[str], frequencies: Frequencies) -> Vector:
    counted = Counter(_stems(forms))
    for word in _stems(title_forms):
        counted[word] += TITLE_COUNTS
    weighed = {word: (1 + math.log(count)) * frequencies.weight(word) for word, count in counted.items()}
    return _of_length_one(dict(heapq.nlargest(MOST_WORDS, weighed.items(), key=lambda pair: (pair[1], pair[0]))))


def _stems(forms: Iterable[str]) -> list[str]:
    return [stem(form) for form in forms if len(form) >= SHORTEST_WORD and not form[0].isdigit()]


def _beginnings(forms: list[str], frequencies: Frequencies) -> Vector:
    """Return beginnings of words → the weight of the rarest word that begins so."""
    weighed: Vector = {}
    for form in forms:
        if len(form) >= SHORTEST_WORD:
            beginning = form[:BEGINNING]
            weighed[beginning] = max(weighed.get(beginning, 0.0), frequencies.weight(stem(form)))
    return _of_length_one(weighed)


def _names(title: str, body: str, frequencies: Frequencies) -> Vector:
    """Return capitalised words within sentences → their weight. They are cut, and written in one alphabet."""
    found: Vector = {}
    for name in _NAME.findall(f"{title}\n{body}"):
        form = fold(name)
        found[form.translate(IN_ONE_ALPHABET)[:BEGINNING]] = round(frequencies.weight(stem(form)), 2)
    return found


def _numbers(text: str) -> frozenset[str]:
    found = (re.sub(r"[ \u00a0]", "", number).replace(",", ".") for number in _NUMBER.findall(text))
    return frozenset(number.lstrip("0") or "0" for number in found)


def _counted(figures: Mapping[str, frozenset[float]]) -> frozenset[str]:
    """Return the values of figures too: they are read from words as well («двадцать три», «үш»)."""
    return frozenset(f"{value:.10g}" for values in figures.values() for value in values)


def _of_length_one(vector: Vector) -> Vector:
    length = math.sqrt(math.fsum(weight * weight for weight in vector.values()))
    return {word: round(weight / length, 4) for word, weight in vector.items()} if length else {}


def _hash(run: str) -> int:
    return int.from_bytes(hashlib.blake2b(run.encode("utf-8", "surrogatepass"), digest_size=6).digest())
