"""Rules proposed from sample documents: words and pairs of words that they hold more often than other texts do.

The measure is Dunning's log-likelihood ratio (Accurate Methods for the Statistics of Surprise and Coincidence, 1993):
it stays honest for rare words. Words are counted by key, so all forms of a word count as one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, pairwise
from math import log

from pipelines.tagging.matching.text import Text
from pipelines.tagging.matching.word_forms import forms_of, shared_beginning
from pipelines.tagging.tagger import Tagger

LEAST_COUNT = 2
"""A word that comes once says nothing."""

LEAST_SURPRISE = 6.63
"""The log-likelihood ratio of one chance in a hundred."""

SHORTEST_WORD = 3
SHORTEST_BEGINNING = 4
MOST_TERMS = 60
CONTEXT_WORDS = 4

FUNCTION_WORDS = frozenset(
    """
    для что это этот эта эти этого этом этой этим как так также его их она они оно который которая которые которых
    которого которой свой своей своих наш наши наших при под над без после между через или если уже еще был была были
    быть может могут только более менее том чем тем все всех всего они ему ней них где когда тоже лишь чтобы было
    тыс млн млрд тысяч тысячи миллионов лет год года году
    және мен бен пен бұл осы сол оның олар олардың ол үшін туралы деп деген дейін кейін бойынша арқылы тағы барлық
    астам жуық мың млн млрд жыл жылы жылғы биыл бір екі үш болып болды болған бар жоқ емес сондай сонымен қатар
    """.split()  # noqa: SIM905 - words to read, not a list to parse
)
"""Words that say nothing of a matter, in their usual forms."""

LEAST_COMPANY = 0.5
"""A term belongs to a known topic when at least this share of its places has that topic in the same sentence."""

KeyOf = Callable[[str], str]
"""Folded word → key (its lemma), empty for words without meaning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A word or pair as a term of a rule: how often in how many samples, how surprising, one place where it is.

    `topic` is the known topic it keeps company with, `known` the topics whose rules have such a term already.
    """

    term: str
    count: int
    documents: int
    surprise: float
    context: str
    topic: str
    known: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a term is: the document, the words around it, the forms it has there, the topics of its sentence."""

    document: int
    context: str
    forms: tuple[str, ...]
    topics: frozenset[str]


def count_keys(texts: Iterable[str], *, key_of: KeyOf) -> Counter[str]:
    """Count keys and pairs of neighbouring keys; the background of `suggest`."""
    counts: Counter[str] = Counter()
    for source in texts:
        text = Text(source)
        counts.update(chain.from_iterable(_terms_at(_keys(text, key_of), text)))
    return counts


def suggest(
    samples: Iterable[str], background: Mapping[str, int], *, key_of: KeyOf, tagger: Tagger, language: str
) -> tuple[Suggestion, ...]:
    """Return what is over-represented in the samples, most surprising first. Names are left out."""
    places = _places(samples, key_of=key_of, tagger=tagger, language=language)
    counts = {term: len(found) for term, found in places.items()}
    sizes = (max(1, sum(counts.values())), max(1, sum(background.values())))
    surprises = {
        term: _log_likelihood(count, background.get(term, 0), *sizes)
        for term, count in counts.items()
        if count >= LEAST_COUNT and count / sizes[0] > background.get(term, 0) / sizes[1]
    }
    surprising = {term for term, surprise in surprises.items() if surprise >= LEAST_SURPRISE}
    best = sorted(surprising - _only_in_pairs(surprising, counts), key=lambda term: (-surprises[term], term))[
        :MOST_TERMS
    ]
    return tuple(_suggestion(term, places[term], surprises[term], tagger=tagger, language=language) for term in best)


def _suggestion(key: str, places: list[_Place], surprise: float, *, tagger: Tagger, language: str) -> Suggestion:
    written = zip(key.split(" "), zip(*(place.forms for place in places), strict=True), strict=True)
    term = " ".join(_as_term(part, frozenset(forms), language) for part, forms in written)
    company = Counter(topic for place in places for topic in place.topics)
    topic, together = next(iter(company.most_common(1)), ("", 0))
    return Suggestion(
        term=term,
        count=len(places),
        documents=len({place.document for place in places}),
        surprise=round(surprise, 1),
        context=places[0].context,
        topic=topic if together >= LEAST_COMPANY * len(places) else "",
        known=_known(" ".join(places[0].forms), tagger, language),
    )


def _only_in_pairs(terms: set[str], counts: Mapping[str, int]) -> set[str]:
    """Return words that come in one pair only: the pair says more."""
    pairs = [term for term in terms if " " in term]
    return {word for pair in pairs for word in pair.split(" ") if counts.get(word) == counts[pair]}


def _as_term(key: str, forms: frozenset[str], language: str) -> str:
    """Write a key as a term that finds the forms it was counted in: a word, a verb stem, a beginning, or the forms."""
    tries = (key, f"{key}-") if language == "kk" else (key,)
    for term in tries:
        if forms <= forms_of(term, language=language).keys():
            return term
    beginning = shared_beginning(min(forms), max(forms))
    return f"{beginning}*" if len(beginning) >= SHORTEST_BEGINNING else "|".join(f"={form}" for form in sorted(forms))


def _known(form: str, tagger: Tagger, language: str) -> tuple[str, ...]:
    """Name the topics whose rules find this already."""
    rules = tagger.ruleset
    uses = [
        use
        for hit in rules.matcher.find(Text(form, language=language))
        for use in rules.topics.terms.get(hit.pattern, ())
    ]
    return tuple(sorted({rules.rules[use.rule].topic for use in uses}))


def _log_likelihood(count: int, others: int, size: int, other_size: int) -> float:
    """Dunning's G2 of one term in two collections."""
    share = (count + others) / (size + other_size)
    ratio = count * log(count / (size * share))
    if others:
        ratio += others * log(others / (other_size * share))
    return 2 * ratio


def _keys(text: Text, key_of: KeyOf) -> list[str]:
    return [key_of(word) if _says_something(word) else "" for word in text.words]


def _says_something(word: str) -> bool:
    return len(word) >= SHORTEST_WORD and not word.isdigit() and word not in FUNCTION_WORDS


def _terms_at(keys: list[str], text: Text) -> Iterator[list[str]]:
    """Yield for each place its word and the pair that begins there, where there are such."""
    sentences = [text.sentence_at(place) for place in range(len(text))]
    for (one, sentence), (other, next_sentence) in pairwise([*zip(keys, sentences, strict=True), ("", -1)]):
        pair = [f"{one} {other}"] if other and sentence == next_sentence else []
        yield [one, *pair] if one else []


def _places(samples: Iterable[str], *, key_of: KeyOf, tagger: Tagger, language: str) -> dict[str, list[_Place]]:
    found: dict[str, list[_Place]] = defaultdict(list)
    for document, source in enumerate(samples):
        text = Text(source)
        keys = ["" if _is_name(text, place) else key for place, key in enumerate(_keys(text, key_of))]
        topics = _topics_of_sentences(text, source, tagger, language)
        for place, terms in enumerate(_terms_at(keys, text)):
            for term in terms:
                forms = tuple(text.words[place : place + 1 + term.count(" ")])
                found[term].append(_Place(document, _context(text, place), forms, topics[text.sentence_at(place)]))
    return found


def _is_name(text: Text, place: int) -> bool:
    """True if a word is a name: it has a capital letter inside a sentence and is no abbreviation."""
    written = text.between(place, place)
    begins = place == 0 or text.sentence_at(place - 1) != text.sentence_at(place)
    return written[0].isupper() and not written.isupper() and not begins


def _topics_of_sentences(text: Text, source: str, tagger: Tagger, language: str) -> defaultdict[int, frozenset[str]]:
    """Number of a sentence → the topics whose words are in it."""
    found: defaultdict[int, frozenset[str]] = defaultdict(frozenset)
    sentences = {start: text.sentence_at(place) for place, start in enumerate(text.starts)}
    for tag in tagger.tag("", source, language=language).tags:
        for span in tag.spans:
            found[sentences[span.start]] |= {tag.topic}
    return found


def _context(text: Text, place: int) -> str:
    first, last = max(0, place - CONTEXT_WORDS), min(len(text) - 1, place + CONTEXT_WORDS + 1)
    return " ".join(text.between(first, last).split())


def draft_rule(topic: str, suggestions: Mapping[str, Iterable[Suggestion]]) -> str:
    """Write a rule file for a person to edit: language → suggestions, each with its counts and one place.

    Terms are grouped by the known topic they keep company with; all weights are a guess.
    """
    lines = [
        "# A draft: delete what is chance, give phrases that are enough alone 4, words that only support 1.",
        "# Behind each term: how often, in how many documents, how surprising (log-likelihood), a place.",
        f"topic: {topic}",
        f"labels: {{en: {topic}, kk: {topic}, ru: {topic}}}",
        "terms:",
    ]
    for language, proposed in suggestions.items():
        lines += [f"  {language}:", "    2:", *_drafted_terms(proposed)]
    lines.append("examples:")
    lines += [f"  {language}: {{yes: [], no: []}}" for language in suggestions]
    return "\n".join([*lines, ""])


def _drafted_terms(suggestions: Iterable[Suggestion]) -> Iterator[str]:
    groups: dict[str, list[Suggestion]] = defaultdict(list)
    for each in suggestions:
        groups[each.topic].append(each)
    for topic, members in groups.items():
        yield f"      # with {topic}:" if topic else "      # with no known topic:"
        yield from (f"      - {each.term}  # {_evidence(each)}" for each in members)


def _evidence(suggestion: Suggestion) -> str:
    known = f" [a term of {', '.join(suggestion.known)}]" if suggestion.known else ""
    counts = f"×{suggestion.count} in {suggestion.documents}, {suggestion.surprise}"
    return f"{counts}{known}: … {suggestion.context} …"
