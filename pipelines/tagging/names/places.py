"""Which places a text speaks of, and in which region they lie."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pipelines.models import Place
from pipelines.tagging.matching.matcher import Found, Hit
from pipelines.tagging.matching.text import Text
from pipelines.tagging.names.gazetteer import Entry, Gazetteer
from pipelines.tagging.names.name_words import NameWords

TITLE_SCORE, LEAD_SCORE, BODY_SCORE = 5, 2, 1
"""What a mention counts for its region, by its place."""

REGION_LEAD_WORDS = 150
LEAST_SHARE = 0.25
"""A region with less than this share of the strongest region's score is only mentioned in a text that is not short."""

SHORT_TEXT_WORDS = 100

_KAZAKH_LOCAL_CASE = re.compile("(?:[дт][ае](?:н|ғы|гі)?|н[ае]н)$")
_SURNAME = re.compile(
    "[А-ЯЁӘІҢҒҮҰҚӨҺ].+(?:[оеё]в|[иы]н|ұлы|улы|қызы|кызы)(?:у|ым|ом|е|ой|а[а-яәіңғүұқөһ]*|[ндтғгқкм][а-яәіңғүұқөһ]+)?$"
)

OPENING = tuple('«"“„')
CLOSING = tuple('»"”“')


class _Candidate(NamedTuple):
    order: tuple[bool, int]
    entries: list[Entry]
    marked: bool
    passing: bool

    @property
    def score(self) -> int:
        in_body, word = self.order
        if self.passing:
            return 0
        if not in_body:
            return TITLE_SCORE
        return LEAD_SCORE if word < REGION_LEAD_WORDS else BODY_SCORE


def find_places(found: Iterable[Found], gazetteer: Gazetteer) -> tuple[Place, ...]:
    """Return the places of the matter, in order; a town or district carries its region.

    A name that may mean several places, or none, is believed only when its region is named in the text, or when a
    word such as «город» is next to it and only one place has it. Regions only mentioned in passing are left out.
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
    gapped, words = gazetteer.gapped, gazetteer.words
    named = [hit._replace(last=hit.first) if hit.pattern in gapped else hit for hit in named]
    for hit, patterns in _longest(named):
        if _is_part_of_a_name(text, hit, words) or _is_of_a_person(text, hit) or _is_origin(text, hit, words):
            continue
        numbers = dict.fromkeys(number for pattern in patterns for number in gazetteer.named[pattern])
        entries = [gazetteer.entries[number] for number in numbers]
        if _lists_regions(text, hit, words):
            entries = [gazetteer.province_of(entry) or entry for entry in entries]
        order = (text.field == "body", hit.first)
        yield _Candidate(order, entries, marked=_is_marked(text, hit, words), passing=_is_passing(text, hit, words))


def _longest(hits: list[Hit]) -> Iterator[tuple[Hit, list[int]]]:
    """Yield the longest hit of every stretch of words, with all patterns found at just these words."""
    spans: dict[tuple[int, int], list[Hit]] = {}
    for hit in hits:
        spans.setdefault((hit.first, hit.last), []).append(hit)
    taken: set[int] = set()
    for first, last in sorted(spans, key=lambda span: (span[0] - span[1], span[0])):
        places = range(first, last + 1)
        if taken.isdisjoint(places):
            taken.update(places)
            yield spans[first, last][0], [hit.pattern for hit in spans[first, last]]


def _has_capital(text: Text, hit: Hit, gazetteer: Gazetteer) -> bool:
    if hit.pattern not in gazetteer.proper:
        return True
    return any(text.source[text.starts[place]].isupper() for place in range(hit.first, hit.last + 1))


def _is_part_of_a_name(text: Text, hit: Hit, words: NameWords) -> bool:
    if _is_on_a_route(text, hit):
        return True
    before = text.words[hit.first - 1] if hit.first else ""
    after = text.words[hit.last + 1] if hit.last + 1 < len(text) else ""
    return before in words.named_after or after in words.named_before or _is_quoted(text, hit)


def _is_on_a_route(text: Text, hit: Hit) -> bool:
    """True for «автодорога Караганда-Балхаш»: a hyphen between two names."""
    start, end = text.starts[hit.first], text.ends[hit.last]
    source = text.source
    leads = source[end : end + 1] == "-" and source[end + 1 : end + 2].isupper()
    return leads or (source[start - 1 : start] == "-" and source[start - 2 : start - 1].isalpha())


def _is_quoted(text: Text, hit: Hit) -> bool:
    start, end = text.starts[hit.first], text.ends[hit.last]
    return text.source[start - 1 : start] in OPENING and text.source[end : end + 1] in CLOSING


def _is_of_a_person(text: Text, hit: Hit) -> bool:
    """True for Жанибек, Жетыбаев and Абай in the name of a person: Жанибек Сатаев, Ерлан Жетыбаев, Абай Құнанбайұлы."""
    if hit.first != hit.last:
        return False
    if _is_joined(text, hit.last) and _SURNAME.match(text.between(hit.last + 1, hit.last + 1)):
        return True
    word = text.between(hit.first, hit.first)
    goes_before = hit.first > 0 and _is_joined(text, hit.first - 1) and not text.begins_sentence(hit.first - 1)
    return goes_before and bool(_SURNAME.match(word)) and text.between(hit.first - 1, hit.first - 1)[0].isupper()


def _is_joined(text: Text, place: int) -> bool:
    """True if only a blank is between a word and the next."""
    return place + 1 < len(text) and text.source[text.ends[place] : text.starts[place + 1]] == " "


def _is_origin(text: Text, hit: Hit, words: NameWords) -> bool:
    """«Уроженец Тараза» was arrested elsewhere."""
    before = text.words[max(0, hit.first - 2) : hit.first]
    after = text.words[hit.last + 1 : hit.last + 2]
    return not words.origins_before.isdisjoint(before) or not words.origins_after.isdisjoint(after)


def _is_passing(text: Text, hit: Hit, words: NameWords) -> bool:
    """True for «учёные из Караганды» and «Ранее в Атырау…»: where a voice is from, and what happened before."""
    before = text.words[max(0, hit.first - 2) : hit.first]
    if before[-1:] == ["из"] and before[0].startswith(words.bystander_stems):
        return True
    start = text.first_of_sentence(hit.first)
    return text.words[start] in words.background


def _lists_regions(text: Text, hit: Hit, words: NameWords) -> bool:
    """True for «в Алматинской и Жамбылской областях»: the word for regions ends a list of them."""
    is_adjective = text.words[hit.last].endswith(("ской", "скую", "ская"))
    for place in range(hit.last + 1, min(hit.last + 8, len(text))):
        word = text.words[place]
        if word.startswith(words.region_plural_stems) or (is_adjective and word.startswith("област")):
            return True
        if text.words[place] not in words.listing_words and not text.source[text.starts[place]].isupper():
            return False
    return False


def _is_marked(text: Text, hit: Hit, words: NameWords) -> bool:
    """True if the words next to a name, or its case, say that it is a place."""
    near = text.words[max(0, hit.first - 1) : hit.last + 2]
    preposition = text.words[hit.first - 1 : hit.first]
    if not (words.settlements.isdisjoint(near) and words.local_prepositions.isdisjoint(preposition)):
        return True
    return bool(_KAZAKH_LOCAL_CASE.search(text.words[hit.last])) and not text.begins_sentence(hit.first)


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
