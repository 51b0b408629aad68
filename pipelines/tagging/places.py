"""Which places a text speaks of, and in which region they lie."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pipelines.models import Place
from pipelines.tagging.gazetteer import Entry, Gazetteer
from pipelines.tagging.matcher import Found, Hit
from pipelines.tagging.numerals import word_set
from pipelines.tagging.text import Text

NAMING_WORDS = word_set(
    "улица улице улицы улиц улицу ул проспект проспекте проспекта пр имени им площадь площади бульвар мкр атындағы "
    "форум форума форуме клуб клуба фк хк банк университет университета вуз компания тоо ао отель гостиница"
)
"""A place directly after one of these names a street, a club or a firm."""

NAMING_WORDS_AFTER = word_set(
    "көшесі көшесінде көшесінің даңғылы даңғылының даңғылында атындағы шағынауданы формат форматы форумы форумында "
    "процесі процесінің бағытында бағытына банкі университеті"
)
"""The same for the word after the name."""

TITLE_SCORE, LEAD_SCORE, BODY_SCORE = 5, 2, 1
"""What a mention says for a region, by where it stands."""

LEAD_WORDS = 150
LEAST_SHARE = 0.25
"""A region with less than this share of the strongest region's score is only mentioned in a text that is not short."""

SHORT_TEXT_WORDS = 100

SETTLEMENT_WORDS = word_set(
    "город городе города городу г район районе района села селе село поселок поселке поселка аул ауле "
    "қала қаласы қаласында қаласының қаласынан қаласына аудан ауданы ауданында ауданының ауданынан ауылы ауылында "
    "ауылының кенті кентінде өңірі"
)
"""An ambiguous name beside one of these is a place."""


OPENING = tuple('«"“„')
CLOSING = tuple('»"”“')


class _Candidate(NamedTuple):
    order: tuple[bool, int]
    entries: list[Entry]
    marked: bool

    @property
    def score(self) -> int:
        in_body, word = self.order
        if not in_body:
            return TITLE_SCORE
        return LEAD_SCORE if word < LEAD_WORDS else BODY_SCORE


def find_places(found: Iterable[Found], gazetteer: Gazetteer) -> tuple[Place, ...]:
    """Return the places of the matter, in order; a town or district carries its region.

    A name that may mean several places, or none, is believed only when its region is named in the text, or when a
    word such as «город» stands beside it and only one place bears it. Regions only mentioned in passing are left out.
    """
    found = list(found)
    candidates = sorted(
        (candidate for text, hits in found for candidate in _candidates(text, hits, gazetteer)),
        key=lambda candidate: candidate.order,
    )
    sure = {entry.place.region for candidate in candidates for entry in _sure(candidate)} - {""}
    decided = [(candidate, entry) for candidate in candidates if (entry := _decide(candidate, sure))]
    regions = _regions_of_the_matter(decided, sum(len(text) for text, _ in found))
    return tuple(dict.fromkeys(entry.place for _, entry in decided if entry.place.region in regions))


def _regions_of_the_matter(decided: list[tuple[_Candidate, Entry]], words: int) -> set[str]:
    scores: Counter[str] = Counter()
    for candidate, entry in decided:
        if entry.place.region:
            scores[entry.place.region] += candidate.score
    strongest = max(scores.values(), default=0)
    least: float = min(LEAD_SCORE, strongest)
    if words > SHORT_TEXT_WORDS:
        least = max(LEAST_SHARE * strongest, least)
    return {"", *(region for region, score in scores.items() if score >= least)}


def _candidates(text: Text, hits: list[Hit], gazetteer: Gazetteer) -> Iterator[_Candidate]:
    named = [hit for hit in hits if hit.pattern in gazetteer.named and _has_capital(text, hit, gazetteer)]
    for hit in _longest(named):
        if _is_part_of_a_name(text, hit):
            continue
        entries = [gazetteer.entries[number] for number in gazetteer.named[hit.pattern]]
        yield _Candidate((text.field == "body", hit.first), entries, _is_marked(text, hit))


def _longest(hits: list[Hit]) -> Iterator[Hit]:
    """Yield the longest hit of every stretch of words, and all patterns that are equally long there."""
    taken: dict[int, tuple[int, int]] = {}
    for hit in sorted(hits, key=lambda hit: (hit.first - hit.last, hit.first)):
        span = (hit.first, hit.last)
        if all(taken.get(place, span) == span for place in range(hit.first, hit.last + 1)):
            taken.update(dict.fromkeys(range(hit.first, hit.last + 1), span))
            yield hit


def _has_capital(text: Text, hit: Hit, gazetteer: Gazetteer) -> bool:
    if hit.pattern not in gazetteer.proper:
        return True
    return any(text.source[text.starts[place]].isupper() for place in range(hit.first, hit.last + 1))


def _is_part_of_a_name(text: Text, hit: Hit) -> bool:
    before = text.words[hit.first - 1] if hit.first else ""
    after = text.words[hit.last + 1] if hit.last + 1 < len(text) else ""
    return before in NAMING_WORDS or after in NAMING_WORDS_AFTER or _is_quoted(text, hit)


def _is_quoted(text: Text, hit: Hit) -> bool:
    start, end = text.starts[hit.first], text.ends[hit.last]
    return text.source[start - 1 : start] in OPENING and text.source[end : end + 1] in CLOSING


def _is_marked(text: Text, hit: Hit) -> bool:
    beside = text.words[max(0, hit.first - 1) : hit.last + 2]
    return any(word in SETTLEMENT_WORDS for word in beside)


def _sure(candidate: _Candidate) -> list[Entry]:
    return [entry for entry in candidate.entries if not entry.ambiguous] if len(candidate.entries) == 1 else []


def _decide(candidate: _Candidate, sure: set[str]) -> Entry | None:
    if entries := _sure(candidate):
        return entries[0]
    near = [entry for entry in candidate.entries if entry.place.region in sure]
    if near:
        return near[0]
    plain = [entry for entry in candidate.entries if not entry.ambiguous]
    if plain:
        return plain[0]
    return candidate.entries[0] if candidate.marked and len(candidate.entries) == 1 else None
