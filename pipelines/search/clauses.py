"""The tree of a query → what the engine is asked: one clause a word, each of which must hold in title or body."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import accumulate, pairwise
from typing import Any

from pipelines.language.numbers import split_digits
from pipelines.language.tokens import cut_hyphenated_endings
from pipelines.language.word_lists import COMPOUND_BEGINNINGS, QUERY_FILLERS
from pipelines.models import Severity
from pipelines.search.fields import Field, FieldKind, date_span
from pipelines.search.text import AllOf, AnyOf, Node, Not, Phrase, Range, Word

Json = dict[str, Any]

STEMS = ("title^3", "body", "cyrillic.title^3", "cyrillic.body")
GRAMS = ("title.grams^3", "body.grams", "cyrillic.title.grams^3", "cyrillic.body.grams")
_FORMS = ("title.exact^4", "body.exact^1.5", "cyrillic.title.exact^4", "cyrillic.body.exact^1.5")
PREFIX_SCORES = "top_terms_blended_freqs_32"
"""How the engines score a prefix: by its commonest words, as if these were one word."""

TEXTS = ("title", "body", "cyrillic.title", "cyrillic.body")
RANKED_BY = {"": 0.3, ".beginnings": 0.7, ".grams": 0.3}
"""Which parts of the texts a word of a question may be found in, and what that weighs (decision 0051)."""

QUESTION = 4
"""A search of this many words is a question: each word needs fewer of its parts, for the others hold it in check."""

LONGEST_QUESTION = 100
"""Letters of the words of a question that are asked: each run of four is a clause, and an engine takes 1,024."""

NEARNESS, NEAR = 0.3, 5
"""What two words asked one after the other weigh, and how many words may be between them in an article."""

SHORTEST_SECOND = 4
"""Letters of the second part of a compound: киберлер is a plural, not «кибер лер»."""

OTHER_ALPHABET = 0.3
"""What a word counts that is found by its letters in the other alphabet."""

_LATIN = re.compile("[A-Za-z\u00c0-\u024f]{4,}")
_COMPOUND = re.compile(r"[^\W\d_]{2,}-[^\W\d_]{2,}")
_JOINED = re.compile(r"\w[^\w\s]+\w")


def asked_clause(node: Node | None, *, now: datetime) -> Json:
    """Ask a tree. Every word must hold in title or body, each by itself: the fields together hold them all."""
    match node:
        case None:
            return {"match_all": {}}
        case Word() | Phrase():
            return _term(node, now=now)
        case Range():
            return _range(node, now=now)
        case Not(part):
            return {"bool": {"must_not": [asked_clause(part, now=now)]}}
        case AnyOf(parts):
            return {"bool": {"should": [asked_clause(part, now=now) for part in parts], "minimum_should_match": 1}}
        case AllOf(parts):
            return _all_of(parts, now=now)


def loose_clause(node: Node | None, *, now: datetime) -> Json:
    """Ask for the best of the plain words, as they are or by their parts; all else must hold as in `asked_clause`."""
    parts = node.parts if isinstance(node, AllOf) else (node,) if node else ()
    words = [part for part in parts if isinstance(part, Word | Phrase) and part.field is None]
    firm = [part for part in parts if part not in words]
    clauses = [_all_of(firm, now=now)] if firm else []
    if telling := [word for word in words if not _is_filler(word)] or words:
        clauses.append(_best_of(_beginning_of(telling), now=now))
    return {"bool": {"must": clauses}}


def _beginning_of(words: Sequence[Word | Phrase]) -> list[Word | Phrase]:
    """Return the first words, up to LONGEST_QUESTION letters of them, and one in any case."""
    letters = accumulate(len(word.text) for word in words)
    return [word for word, sum_ in zip(words, letters, strict=True) if sum_ <= LONGEST_QUESTION] or [*words[:1]]


def _best_of(words: Sequence[Word | Phrase], *, now: datetime) -> Json:
    """Hold a third of the words; the more of them, and the nearer to each other, the better."""
    parts = "30%" if len(words) >= QUESTION else "75%"
    options = [_loose_word(word, parts=parts, now=now) for word in words]
    enough = {"bool": {"should": options, "minimum_should_match": _enough_of(len(options))}}
    near = {"fields": STEMS, "type": "phrase", "slop": NEAR, "boost": NEARNESS}
    plain = [word.text for word in words if isinstance(word, Word) and not word.prefix]
    pairs = [{"multi_match": near | {"query": f"{one} {other}"}} for one, other in pairwise(plain)]
    return {"bool": {"must": [enough], "should": pairs}}


def _enough_of(words: int) -> int:
    """Return a third of the words: the order puts those with most of them first, and an answer may have few."""
    return -(-words // 3)


def _loose_word(word: Word | Phrase, *, parts: str, now: datetime) -> Json:
    """Hold a word, a word with its beginning, or that share of its parts: a related word, another alphabet."""
    if isinstance(word, Phrase) or word.prefix:
        return _term(word, now=now)
    asked = {"query": word.text, "type": "most_fields"}
    ways = {
        part: asked | {"fields": [f"{text}{part}" for text in TEXTS], "boost": RANKED_BY[part]} for part in RANKED_BY
    }
    ways[".grams"]["minimum_should_match"] = parts
    return {"bool": {"should": [{"multi_match": way} for way in ways.values()]}}


def _all_of(parts: Iterable[Node], *, now: datetime) -> Json:
    """All but fillers must hold, and those as well when there is nothing else."""
    wanted = [part for part in parts if not isinstance(part, Not)]
    telling = [part for part in wanted if not _is_filler(part)] or wanted
    clauses: Json = {
        "must": [asked_clause(part, now=now) for part in telling],
        "must_not": [asked_clause(part.part, now=now) for part in parts if isinstance(part, Not)],
    }
    if fillers := [asked_clause(part, now=now) for part in wanted if part not in telling]:
        clauses["should"] = fillers
    return {"bool": clauses}


def _is_filler(node: Node) -> bool:
    return isinstance(node, Word) and node.field is None and not node.prefix and node.text.casefold() in QUERY_FILLERS


def _term(node: Word | Phrase, *, now: datetime) -> Json:
    target = node.field
    if target is None or target.kind is FieldKind.WORDS:
        return _text(node, target)
    if target.kind is FieldKind.NUMBER:
        return _condition({"term": {target.path: float(node.text)}})
    if target.kind is FieldKind.DATE:
        return _range(Range(target, node.text, node.text), now=now)
    exactly = keyword_clause(target.path, node.text, prefix=isinstance(node, Word) and node.prefix)
    if not target.words:
        return _condition(exactly)
    by_word = {"match": {target.words: {"query": node.text, "operator": "and"}}}
    return _condition(exactly, by_word)


def _condition(*options: Json) -> Json:
    """Hold one of the options, and add nothing to the score.

    Values match with a score of 1, words with a score whose scale depends on the engine (Elasticsearch's is 2.2 times
    OpenSearch's): a sum of both would put articles into another order there.
    """
    return {"bool": {"filter": [options[0] if len(options) == 1 else {"dis_max": {"queries": [*options]}}]}}


def _text(node: Word | Phrase, target: Field | None) -> Json:
    stems, forms = (STEMS, _FORMS) if target is None else _fields_of(target)
    if isinstance(node, Word) and node.prefix:
        return _prefix(node.text, forms)
    text = cut_hyphenated_endings(node.text)
    together = isinstance(node, Phrase) or bool(_JOINED.search(text)) or text.isdecimal()  # 2000000 is 2 млн
    fields = [*stems, *forms]
    asked = _words(text, fields, together=together)
    others = [_words(other, fields, together=" " in other) for other in _other_spellings(node, text)]
    if others:
        return {"dis_max": {"queries": [asked, *others], "tie_breaker": 0.2}}
    return _in_any_alphabet(asked, text) if target is None and not together else asked


def _words(text: str, fields: Iterable[str], *, together: bool) -> Json:
    kind = "phrase" if together else "best_fields"
    asked = {"query": text, "fields": [*fields], "type": kind, "tie_breaker": 0.2, "zero_terms_query": "all"}
    return {"multi_match": asked}


def _other_spellings(node: Word | Phrase, text: str) -> Iterator[str]:
    """Yield how others write it: кибер-шабуыл in one word, кибершабуыл in two, 2000000 in groups of digits.

    An index that was made before numbers had one spelling knows the groups alone.
    """
    if (groups := split_digits(text)) != text:
        yield groups
    if isinstance(node, Phrase):
        return
    if _COMPOUND.fullmatch(text):
        yield text.replace("-", "")
        return
    for begin in COMPOUND_BEGINNINGS:
        if text.casefold().startswith(begin) and len(text) >= len(begin) + SHORTEST_SECOND:
            yield f"{text[: len(begin)]} {text[len(begin) :]}"
            return


def _fields_of(target: Field) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the fields of stems and of forms, for texts as published and as read into Cyrillic."""
    paths = (target.path, f"cyrillic.{target.path}") if target.path in {"title", "body"} else (target.path,)
    return paths, tuple(f"{path}.exact^1.5" for path in paths)


def _in_any_alphabet(asked: Json, text: str) -> Json:
    """Find a word in Latin letters in Cyrillic texts too: by all its runs of four letters, in one alphabet."""
    if not _LATIN.fullmatch(text):
        return asked
    runs = {"query": text, "fields": GRAMS, "minimum_should_match": "100%", "boost": OTHER_ALPHABET}
    return {"dis_max": {"queries": [asked, {"multi_match": runs}], "tie_breaker": 0.2}}


def _prefix(text: str, forms: Iterable[str]) -> Json:
    """Find words that begin so, and score the commonest of them as words.

    Forms are stored folded; a prefix is not analysed, so it is folded here.
    """
    folded = text.lower().replace("ё", "е")
    weights = [form.partition("^")[::2] for form in forms]
    scored = [
        {"prefix": {path: {"value": folded, "rewrite": PREFIX_SCORES, "boost": float(weight)}}}
        for path, weight in weights
    ]
    found = _condition(*({"prefix": {path: {"value": folded}}} for path, _ in weights))
    return {"bool": {**found["bool"], "should": [{"dis_max": {"queries": scored}}]}}


def _range(asked: Range, *, now: datetime) -> Json:
    path, kind = asked.field.path, asked.field.kind
    if kind is FieldKind.DATE:
        return _condition({"range": {path: _date_ends(asked, now=now)}})
    value = _rank if kind is FieldKind.SEVERITY else float
    ends: Json = {}
    if asked.low:
        ends["gte" if asked.with_low else "gt"] = value(asked.low)
    if asked.high:
        ends["lte" if asked.with_high else "lt"] = value(asked.high)
    return _condition({"range": {"severity_rank" if kind is FieldKind.SEVERITY else path: ends}})


def _date_ends(asked: Range, *, now: datetime) -> Json:
    """`[2026-01 TO 2026-02]` holds all of February; `>2026-02` begins with March."""
    ends: Json = {}
    if asked.low:
        first, past = date_span(asked.low, now=now)
        exclusive = not asked.with_low and first == past
        ends["gt" if exclusive else "gte"] = instant(first if asked.with_low else past)
    if asked.high:
        first, past = date_span(asked.high, now=now)
        inclusive = asked.with_high and first == past
        ends["lte" if inclusive else "lt"] = instant(past if asked.with_high else first)
    return ends


def _rank(name: str) -> int:
    return Severity(name.casefold()).rank


def keyword_clause(path: str, value: str, *, prefix: bool = False) -> Json:
    """Hold this value, in whatever case it was typed."""
    return {"prefix" if prefix else "term": {path: {"value": value, "case_insensitive": True}}}


def instant(moment: datetime) -> str:
    """Write a moment as both engines read it."""
    return moment.isoformat()


def literal(text: str) -> str:
    """Write a text so that a regular expression of the engine takes each letter for itself.

    `re.escape` leaves quotes and angle brackets as they are, which mean something to the engine.
    """
    return re.sub(r"[\W_]", r"\\\g<0>", text)
