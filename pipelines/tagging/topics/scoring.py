"""From the patterns found to the topics given: mentions, their contexts, the score of each rule."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from math import log2
from typing import NamedTuple, TypeAlias

from pipelines.models import Context, Span, Tag, Yielded
from pipelines.tagging.matching.matcher import Found, Hit
from pipelines.tagging.matching.text import Text
from pipelines.tagging.rules.rule import Near, Rule, Within
from pipelines.tagging.topics.contexts import TextContexts
from pipelines.tagging.topics.topic_rules import ABSENT, NO_FRAME, TermUse, TopicRules

LEAD_FACTOR = 2.0
"""A mention in the lead or a question of an interview weighs twice; what the title is worth is the rule's own."""

REPEATS = (1.0, 0.75, 0.5, 0.25)
"""What the first, second … mention of the same term counts; later ones add nothing."""

MAIN_WEIGHT = 2.0
"""Lighter terms only support: without one at least as heavy as this there is no topic."""

EXPLICIT_WEIGHT = 4.0
"""A term this heavy makes a topic prominent wherever its sentence has a corroborating word."""

DECISIVE_WEIGHT = 6.0
"""A term this heavy decides by itself, even in one sentence of a long digest."""

SHORT_TEXT_WORDS = 60
"""A shorter text is all lead: the plain threshold holds."""

GROWTH = 0.25
"""What a text must score more, as a share of the threshold, each time it doubles: much text, chance words."""

LONGEST_FACTOR = 1.5
"""The threshold never grows beyond this."""

LONG_TEXT_WORDS, PASSAGE_WORDS = 5_000, 200
"""In a longer text a topic must be one of a passage, or of the title: a report of 200 kB has a word of every topic
somewhere, also in its first lines."""

LEAST_SHARE = 0.25
"""A topic with less than this share of the strongest topic's score is only touched in passing."""

BACKGROUND_FACTOR = 1.5
"""How much more a topic must score that is in neither the title nor the lead."""

SENSES = frozenset({"other_sense", "figurative"})
"""Contexts of a word, not of a sentence."""

OF_ITS_OWN = 3
"""A topic with this many different terms as heavy as EXPLICIT_WEIGHT yields to none: a digest reports it too."""

MOST_SPANS = 50
"""Spans that are stored of one tag or context; a hundred thousand repetitions explain nothing better."""

BEYOND_DOUBT = 32.0
"""A topic scoring more than this does not push the others down any further."""


Corroboration: TypeAlias = dict[tuple[str, int], tuple[int, int]]
"""Field and sentence → its first and its last corroborating word (class @corroborating)."""


class Mention(NamedTuple):
    """A hit that counts for a rule.

    `context` says why it does not, `factor` what its place is worth, `frame` which words its group needs.
    """

    rule: int
    term: str
    weight: float
    text: Text
    hit: Hit
    context: str
    factor: float
    frame: int = NO_FRAME

    def span(self) -> Span:
        first, last = self.hit.first, self.hit.last
        return Span(
            field=self.text.field,
            start=self.text.starts[first],
            end=self.text.ends[last],
            form=self.text.between(first, last),
            term=self.term,
            weight=self.weight,
        )


class Verdict(NamedTuple):
    """The tags of a text, strongest first, those that fell short or gave way, the contexts that silenced mentions."""

    tags: tuple[Tag, ...]
    misses: tuple[Tag, ...]
    yielded: tuple[Yielded, ...]
    contexts: tuple[Context, ...]


def judge(found: Iterable[Found], topics: TopicRules) -> Verdict:
    """Decide every rule on the title and the body of one article."""
    found = list(found)
    by_rule: dict[int, list[Mention]] = defaultdict(list)
    for (text, hits), contexts in zip(found, _text_contexts(found, topics), strict=True):
        for mention in _mentions(text, hits, topics, contexts=contexts):
            by_rule[mention.rule].append(mention)
    by_rule = {rule: _in_one_sense(mentions) for rule, mentions in by_rule.items()}
    tags = _tags(
        by_rule,
        topics,
        words=sum(len(text) for text, _ in found),
        corroboration=_corroboration(found, topics),
        frames=frozenset(frame for _, hits in found for hit in hits for frame in topics.frames.get(hit.pattern, ())),
    )
    given = tuple(tag for tag in tags if tag.score >= tag.threshold)
    yielded = tuple(_yielded(given, topics, seen=frozenset(hit.pattern for _, hits in found for hit in hits)))
    gone = {each.tag.topic for each in yielded}
    return Verdict(
        tags=tuple(tag for tag in given if tag.topic not in gone),
        yielded=yielded,
        misses=tuple(tag for tag in tags if tag.score < tag.threshold),
        contexts=tuple(_contexts(by_rule, topics)),
    )


def _tags(
    by_rule: Mapping[int, list[Mention]],
    topics: TopicRules,
    *,
    words: int,
    corroboration: Corroboration,
    frames: frozenset[int],
) -> list[Tag]:
    """Return a tag for each rule with a mention that counts, strongest first; the threshold may not be reached."""
    is_short = words < SHORT_TEXT_WORDS
    asked = corroboration if topics.corroborating and not is_short else None
    if is_short:
        by_rule = {rule: _with_frames(mentions, frames) for rule, mentions in by_rule.items()}
    is_long = words > LONG_TEXT_WORDS
    weighed = [
        _weigh(topics.rules[rule], mentions, corroboration=asked, is_long=is_long) for rule, mentions in by_rule.items()
    ]
    strongest = min(BEYOND_DOUBT, max((case.score for case in weighed), default=0.0))
    tags = [_tag(case, stretch=_stretch(words), strongest=strongest) for case in weighed if case.mentions]
    return sorted(tags, key=lambda tag: (-tag.score / tag.threshold, tag.topic))


def _yielded(given: tuple[Tag, ...], topics: TopicRules, *, seen: frozenset[int]) -> Iterator[Yielded]:
    """Yield the tags that give way to a stronger one: the title does not speak of them, and nothing keeps them.

    `given`: strongest first; `seen`: the patterns in the article.
    """
    for place, tag in enumerate(given):
        if any(span.field == "title" for span in tag.spans) or _is_of_its_own(tag):
            continue
        neighbours = [each for each in topics.yields.get(tag.topic, ()) if seen.isdisjoint(each.kept_by)]
        stronger = (other.topic for other in given[:place] if any(other.topic in each.to for each in neighbours))
        if to := next(stronger, ""):
            yield Yielded(tag=tag, to=to)


def _is_of_its_own(tag: Tag) -> bool:
    return len({span.term for span in tag.spans if span.weight >= EXPLICIT_WEIGHT}) >= OF_ITS_OWN


def _text_contexts(found: list[Found], topics: TopicRules) -> list[TextContexts]:
    """Return the contexts of each text; what one says first holds for the whole article."""
    contexts = [TextContexts(text, hits, topics) for text, hits in found]
    opening = [each.opening() for each in contexts]
    for place, each in enumerate(contexts):
        each.carry(frozenset().union(*opening[:place], *opening[place + 1 :]))
    return contexts


def _in_one_sense(mentions: list[Mention]) -> list[Mention]:
    """Let a word that begins in another or a figurative sense keep it: one sense per discourse (Gale et al., 1992)."""
    senses: dict[str, str] = {}
    kept: list[Mention] = []
    for mention in mentions:
        senses.setdefault(mention.term, mention.context)
        sense = senses[mention.term]
        kept.append(mention._replace(context=sense) if sense in SENSES and not mention.context else mention)
    return kept


def _mentions(text: Text, hits: list[Hit], topics: TopicRules, *, contexts: TextContexts) -> Iterator[Mention]:
    weighed = [
        (use, topics.patterns[hit.pattern].text, hit) for hit in hits for use in topics.terms.get(hit.pattern, ())
    ]
    for use, term, hit in (*weighed, *_meetings(text, hits, topics)):
        rule = topics.rules[use.rule]
        context = contexts.context_of(hit, rule=use.rule, listens_to=rule.contexts)
        factor = _factor(text, hit, title_weight=rule.title_weight)
        yield Mention(use.rule, term, use.weight, text, hit, context, factor, use.frame)


def _factor(text: Text, hit: Hit, *, title_weight: float) -> float:
    """What the place of a mention is worth."""
    if text.field == "title":
        return title_weight
    return LEAD_FACTOR if text.is_prominent(hit.first) else 1.0


def _meetings(text: Text, hits: list[Hit], topics: TopicRules) -> list[tuple[TermUse, str, Hit]]:
    """Return where the groups of a `near` meet: one hit over the fewest words that hold them all."""
    parts: dict[tuple[int, int], list[tuple[int, Hit]]] = defaultdict(list)
    for hit in hits:
        for number, group in topics.parts.get(hit.pattern, ()):
            scope = 0 if topics.near[number][1].within is Within.TEXT else text.sentence_at(hit.first)
            parts[number, scope].append((group, hit))
    found: list[tuple[TermUse, str, Hit]] = []
    for (number, _), members in parts.items():
        rule, near = topics.near[number]
        if len(members) >= len(near.all_of) and (meeting := _meeting(near, members)):
            found.append((TermUse(rule, near.weight), _name(near), meeting))
    return found


def _meeting(near: Near, members: list[tuple[int, Hit]]) -> Hit | None:
    """Return the shortest meeting, or nothing; of a whole text only the first group's word, which represents all."""
    if any(group == ABSENT for group, _ in members):
        return None
    shortest: Hit | None = None
    latest: dict[int, Hit] = {}
    for group, hit in members:
        latest[group] = hit
        meeting = _span_of(latest) if len(latest) == len(near.all_of) else None
        if meeting and (shortest is None or meeting.last - meeting.first < shortest.last - shortest.first):
            shortest, anchor = meeting, latest[0]
    if shortest is None or (near.words and shortest.last - shortest.first > near.words):
        return None
    return anchor._replace(pattern=-1) if near.within is Within.TEXT else shortest


def _span_of(hits: Mapping[int, Hit]) -> Hit | None:
    """Return one hit over all; nothing when one word is in two groups."""
    firsts = {hit.first for hit in hits.values()}
    if len(firsts) < len(hits):
        return None
    return Hit(
        -1, min(firsts), max(hit.last for hit in hits.values()), negated=any(hit.negated for hit in hits.values())
    )


def _name(near: Near) -> str:
    return " + ".join(group[0].text for group in near.all_of)


class _Case(NamedTuple):
    """The case for a rule: mentions that count, their sum, the heaviest of them, whether one is prominent."""

    rule: Rule
    mentions: list[Mention]
    score: float
    heaviest: float
    prominent: bool


def _weigh(rule: Rule, mentions: list[Mention], *, corroboration: Corroboration | None, is_long: bool) -> _Case:
    """Weigh the mentions of a rule. `corroboration` is None when the text is too short to ask for it."""
    valid = _without_overlaps([mention for mention in mentions if not mention.context])
    main_weight = min(MAIN_WEIGHT, rule.threshold)
    if corroboration is not None and _is_alone(valid) and not _is_corroborated(valid[0], corroboration):
        valid = [valid[0]._replace(factor=1.0)]
    alone = len(valid) == 1
    if is_long:
        in_title = [mention for mention in valid if mention.text.field == "title"]
        passage = in_title + _densest_passage([mention for mention in valid if mention.text.field == "body"])
        return _Case(rule, valid, _score(passage, main_weight=main_weight), heaviest=0.0, prominent=bool(in_title))
    prominent = any(_is_prominent(each, corroboration, main_weight=main_weight, alone=alone) for each in valid)
    heaviest = max((mention.weight for mention in valid), default=0.0)
    return _Case(rule, valid, _score(valid, main_weight=main_weight), heaviest, prominent)


def _densest_passage(mentions: list[Mention]) -> list[Mention]:
    """Return the mentions of the passage of PASSAGE_WORDS words whose different terms weigh most."""
    ordered = sorted(mentions, key=_place)
    inside: Counter[str] = Counter()
    weight = heaviest = 0.0
    best = range(0)
    first = 0
    for last, mention in enumerate(ordered):
        weight += 0.0 if inside[mention.term] else mention.weight
        inside[mention.term] += 1
        while mention.hit.first - ordered[first].hit.first >= PASSAGE_WORDS:
            inside[ordered[first].term] -= 1
            weight -= 0.0 if inside[ordered[first].term] else ordered[first].weight
            first += 1
        if weight > heaviest:
            heaviest, best = weight, range(first, last + 1)
    return [ordered[place] for place in best]


def _with_frames(mentions: list[Mention], frames: frozenset[int]) -> list[Mention]:
    """Let the light terms of one group, on which a topic rests alone, count once, unless the text has their frame.

    «Жас ақынның көзінде өрт» is no fire; with a house, rescuers or victims it is. `frames`: those found in the text.
    """
    valid = [mention for mention in mentions if not mention.context]
    is_alone = len({mention.frame for mention in valid}) == 1
    if not is_alone or any(_has_frame(mention, frames) for mention in valid):
        return mentions
    return [mention._replace(factor=1.0) for mention in mentions]


def _has_frame(mention: Mention, frames: frozenset[int]) -> bool:
    """True for a mention that needs no frame, or has its own."""
    return mention.weight >= EXPLICIT_WEIGHT or mention.frame == NO_FRAME or mention.frame in frames


def _corroboration(found: Iterable[Found], topics: TopicRules) -> Corroboration:
    """Locate corroborating words (police, court, victims) per sentence. Figurative uses lack them."""
    places: dict[tuple[str, int], list[int]] = defaultdict(list)
    for text, hits in found:
        for hit in hits:
            if hit.pattern in topics.corroborating:
                places[text.field, text.sentence_at(hit.first)].append(hit.first)
    return {sentence: (min(words), max(words)) for sentence, words in places.items()}


def _is_alone(mentions: list[Mention]) -> bool:
    """True if a topic rests on one mention, not a decisive one, in the body."""
    return len(mentions) == 1 and mentions[0].text.field == "body" and mentions[0].weight < DECISIVE_WEIGHT


def _is_prominent(mention: Mention, corroboration: Corroboration | None, *, main_weight: float, alone: bool) -> bool:
    """True if a mention is in the title or lead, or is explicit further down, corroborated, and not alone."""
    if mention.factor > 1.0:
        return mention.weight >= main_weight
    if corroboration is None or alone or mention.weight < EXPLICIT_WEIGHT:
        return False
    return _is_corroborated(mention, corroboration)


def _is_corroborated(mention: Mention, corroboration: Corroboration) -> bool:
    """True if the sentence of a mention has a corroborating word before or after it."""
    hit = mention.hit
    sentence = mention.text.field, mention.text.sentence_at(hit.first)
    first, last = corroboration.get(sentence, (hit.first, hit.last))
    return first < hit.first or last > hit.last


def _tag(case: _Case, *, stretch: float, strongest: float) -> Tag:
    """Compare the score of a topic with what it needs. A decisive mention skips the length and share thresholds."""
    needed = case.rule.threshold
    if case.heaviest < DECISIVE_WEIGHT:
        needed = max(needed * stretch * (1.0 if case.prominent else BACKGROUND_FACTOR), LEAST_SHARE * strongest)
    mentions = sorted(case.mentions, key=lambda mention: (mention.text.field == "body", mention.hit.first))
    return Tag(
        topic=case.rule.topic,
        rule=case.rule.topic,
        score=round(case.score, 2),
        threshold=round(needed, 2),
        spans=tuple(mention.span() for mention in mentions[:MOST_SPANS]),
    )


def _without_overlaps(mentions: list[Mention]) -> list[Mention]:
    """Keep the heaviest mention of every stretch of words."""
    taken: dict[str, set[int]] = defaultdict(set)
    kept: list[Mention] = []
    for mention in sorted(mentions, key=_precedence):
        places = range(mention.hit.first, mention.hit.last + 1)
        if mention.hit.pattern >= 0:
            if any(place in taken[mention.text.field] for place in places):
                continue
            taken[mention.text.field].update(places)
        kept.append(mention)
    return kept


def _precedence(mention: Mention) -> tuple[float, int, tuple[bool, int, int, str]]:
    """Put heavy and long mentions first; of equals the earlier, then by the term.

    The order in which a rule file lists its terms decides nothing: `kuzet rules format` may sort them.
    """
    return (-mention.weight, mention.hit.first - mention.hit.last, _place(mention))


def _place(mention: Mention) -> tuple[bool, int, int, str]:
    """Order mentions as a reader meets them, the title first."""
    return (mention.text.field == "body", mention.hit.first, mention.hit.last, mention.term)


def _score(mentions: list[Mention], *, main_weight: float) -> float:
    """Add up the terms; supporting terms add at most as much as the main ones do."""
    by_term: dict[str, list[float]] = defaultdict(list)
    supporting: set[str] = set()
    for mention in mentions:
        by_term[mention.term].append(mention.weight * mention.factor)
        if mention.weight < main_weight:
            supporting.add(mention.term)
    sums = {term: _with_repeats(values) for term, values in by_term.items()}
    main = sum(value for term, value in sums.items() if term not in supporting)
    return main + min(main, sum(value for term, value in sums.items() if term in supporting))


def _with_repeats(values: list[float]) -> float:
    return sum(value * repeat for value, repeat in zip(sorted(values, reverse=True), REPEATS, strict=False))


def _stretch(words: int) -> float:
    return min(LONGEST_FACTOR, 1.0 + GROWTH * max(0.0, log2(max(words, 1) / SHORT_TEXT_WORDS)))


def _contexts(by_rule: dict[int, list[Mention]], topics: TopicRules) -> Iterator[Context]:
    for rule, mentions in sorted(by_rule.items()):
        silenced: dict[str, list[Span]] = defaultdict(list)
        for mention in sorted(mentions, key=_place):
            if mention.context and len(silenced[mention.context]) < MOST_SPANS:
                silenced[mention.context].append(mention.span())
        for context, spans in silenced.items():
            yield Context(context=context, topic=topics.rules[rule].topic, spans=tuple(spans))
