"""What is odd in a ruleset although it can be read: terms that cannot match or say nothing new, topics out of reach."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice, pairwise

from pipelines.language.normalise import fold
from pipelines.language.russian import is_known, morphology
from pipelines.tagging.matching.text import Text
from pipelines.tagging.rules.patterns import LANGUAGES, Element, Pattern
from pipelines.tagging.rules.rule import Example, Rule, Term
from pipelines.tagging.ruleset import Ruleset
from pipelines.tagging.topics.contexts import TextContexts
from pipelines.tagging.topics.scoring import MAIN_WEIGHT

LONG_WORD = 5
"""A word of this length that has one form only was probably not given in its citation form."""

SHORT_WORD = 3
"""Such words of a phrase are mostly prepositions."""

LEAST_EXAMPLES = 6
"""Sentences that must get the topic, and as many that must not, in each language."""

LONGEST_PAIR = 2
"""Of two words side by side both may be choices: «телефонный|сетевой мошенник|мошенничество»."""

PREPOSITIONS = frozenset({"без", "в", "во", "до", "за", "из", "к", "на", "о", "от", "по", "под", "при", "с", "через"})

FORMS_TRIED = 4
"""Forms of each word in which a term is tried on itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One oddity. `problem` is a sentence for the person who wrote the term; what all rules share has no topic."""

    file: str
    line: int
    topic: str
    term: str
    problem: str


class _Forms:
    """The forms of the ruleset's words, as lint asks for them; a word of a class is asked for by many patterns."""

    def __init__(self, ruleset: Ruleset) -> None:
        self._word_forms = ruleset.matcher.word_forms
        self._some: dict[tuple[str, str], list[str]] = {}

    def has_others(self, word: str, language: str) -> bool:
        """True if a word has more than one form."""
        return sum(len(stem.endings) for stem in self._word_forms.stems(word, language=language)) > 1

    def some(self, word: str, language: str) -> list[str]:
        """Return some forms that begin as the word does: «вв» is a form of век, but no typical one."""
        key = (word, language)
        if key not in self._some:
            self._some[key] = [fold(word[:-1])] if word.endswith("*") else self._choose(word, language)
        return self._some[key]

    def _choose(self, word: str, language: str) -> list[str]:
        beginning = fold(word.removeprefix("="))[:2]
        known = self._word_forms.forms(word, language=language, negated=False)
        forms = sorted(form for form in known if form.startswith(beginning))
        return list(islice(forms, 0, None, max(1, len(forms) // FORMS_TRIED)))


def lint(ruleset: Ruleset) -> tuple[Finding, ...]:
    """Return the oddities of every rule and of what they share, in the order of files and lines."""
    forms = _Forms(ruleset)
    findings = [finding for number in range(len(ruleset.rules)) for finding in _lint_rule(number, ruleset, forms)]
    findings += _lint_shared(ruleset, forms)
    return tuple(sorted(findings, key=lambda finding: (finding.file, finding.line, finding.term)))


def _lint_rule(number: int, ruleset: Ruleset, forms: _Forms) -> Iterator[Finding]:
    rule = ruleset.rules[number]
    yield from _uninflected(rule, class_words=_class_words(ruleset), forms=forms)
    yield from _duplicates(rule)
    yield from _shadowed(rule)
    yield from _misread(rule)
    yield from _silenced(number, ruleset, forms)
    yield from _unreachable(rule)
    yield from _unexampled(rule)


def _lint_shared(ruleset: Ruleset, forms: _Forms) -> Iterator[Finding]:
    known = _class_words(ruleset)
    for cue in ruleset.shared_cues:
        for word, problem in _odd_words(cue.pattern, class_words=known, forms=forms):
            yield Finding(file="contexts.yaml", line=cue.line, topic="", term=word, problem=problem)
        if problem := _reading(cue.pattern):
            yield Finding(file="contexts.yaml", line=cue.line, topic="", term=cue.pattern.text, problem=problem)
    for name, languages in ruleset.classes.items():
        for language, words in languages.items():
            for word in words:
                if problem := _odd_word(word, language, alone=True, forms=forms):
                    yield Finding(file="classes.yaml", line=1, topic="", term=f"@{name}: {word}", problem=problem)


def _class_words(ruleset: Ruleset) -> frozenset[tuple[str, str]]:
    """Return (language, word) of every class: lint names them once, in classes.yaml."""
    classes = ruleset.classes.values()
    return frozenset((language, word) for each in classes for language, words in each.items() for word in words)


def _finding(rule: Rule, term: Term, problem: str) -> Finding:
    return Finding(file=rule.file, line=term.line, topic=rule.topic, term=term.pattern.text, problem=problem)


def _patterns(rule: Rule) -> Iterator[tuple[int, Pattern]]:
    """Yield every pattern of a rule with its line: of terms, meetings and cues."""
    yield from ((term.line, term.pattern) for term in rule.terms)
    yield from ((near.line, pattern) for near in rule.near for group in near.all_of for pattern in group)
    yield from ((near.line, pattern) for near in rule.near for pattern in near.none_of)
    yield from ((cue.line, cue.pattern) for cue in rule.cues)


def _uninflected(rule: Rule, *, class_words: frozenset[tuple[str, str]], forms: _Forms) -> Iterator[Finding]:
    """Yield words that match nothing but themselves because they were not given in their citation form."""
    for line, pattern in _patterns(rule):
        for word, problem in _odd_words(pattern, class_words=class_words, forms=forms):
            yield Finding(file=rule.file, line=line, topic=rule.topic, term=pattern.text, problem=f"{word}: {problem}")


def _odd_words(
    pattern: Pattern, *, class_words: frozenset[tuple[str, str]], forms: _Forms
) -> Iterator[tuple[str, str]]:
    for element in pattern.elements:
        for word in element.alternatives:
            known = (pattern.language, word) in class_words
            if known:
                continue
            if problem := _odd_word(word, pattern.language, alone=pattern.is_word, forms=forms):
                yield word, problem


def _odd_word(word: str, language: str, *, alone: bool, forms: _Forms) -> str:
    """Say what is odd about a word. In a phrase a word may have no forms (через, военно-морской)."""
    if word.startswith("=") or word.endswith(("*", "-")) or word.isupper() or word.isdigit():
        return ""
    if not alone and (len(word) <= SHORT_WORD or word.endswith("о")):
        return ""
    if forms.has_others(word, language):
        return ""
    if language == "ru" and is_known(fold(word)):
        citation = morphology().parse(fold(word))[0].normal_form
        return f"this is one form of {citation!r}; write {citation}, or ={word}" if citation != fold(word) else ""
    return f"no other forms are known; write ={word} if that is meant" if alone and len(word) >= LONG_WORD else ""


def _duplicates(rule: Rule) -> Iterator[Finding]:
    seen: set[tuple[str, str]] = set()
    for term in rule.terms:
        key = (term.pattern.language, fold(term.pattern.text))
        if key in seen:
            yield _finding(rule, term, "this term is there twice; the heavier one counts")
        seen.add(key)


def _shadowed(rule: Rule) -> Iterator[Finding]:
    """Yield terms that a shorter one of the same weight finds anyway."""
    words = {
        (term.pattern.language, alternative): term
        for term in rule.terms
        if term.pattern.is_word
        for alternative in term.pattern.elements[0].alternatives
    }
    prefixes = [(language, word[:-1], term) for (language, word), term in words.items() if word.endswith("*")]
    for term in rule.terms:
        for element in term.pattern.elements:
            if (other := _shadow(term, element, words, prefixes)) and other is not term:
                yield _finding(rule, term, f"{other.pattern.text!r} finds this already and weighs as much")
                break


def _misread(rule: Rule) -> Iterator[Finding]:
    """Yield terms that look like a choice between phrases and are read word by word."""
    for line, pattern in _patterns(rule):
        if problem := _reading(pattern):
            yield Finding(file=rule.file, line=line, topic=rule.topic, term=pattern.text, problem=problem)


def _reading(pattern: Pattern) -> str:
    """Say how a term is read that was probably meant otherwise: `a b|c d` is a, then b or c, then d.

    Two signs of it: three words side by side with two choices next to each other («с нож|с кулак|с топор»), and a
    preposition among the words to choose from («обман|без ведома», «под вид|без»).
    """
    for words in _side_by_side(pattern):
        long_choice = len(words) > LONGEST_PAIR and any(_are_choices(*pair) for pair in pairwise(words))
        if long_choice or _splits_a_phrase(words):
            return f"reads as {' '.join(map(_choice, words))}; write each phrase as a term of its own"
    return ""


def _splits_a_phrase(words: list[tuple[str, ...]]) -> bool:
    """Return True if a preposition to choose is followed by a word, or comes after another preposition."""
    return any(
        PREPOSITIONS & set(one) and (len(one) > 1 or (len(other) > 1 and PREPOSITIONS & set(other)))
        for one, other in pairwise(words)
    )


def _are_choices(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return len(one) > 1 and len(other) > 1


def _choice(words: tuple[str, ...]) -> str:
    return f"({' or '.join(words)})" if len(words) > 1 else words[0]


def _side_by_side(pattern: Pattern) -> Iterator[list[tuple[str, ...]]]:
    """Yield the runs of places of a pattern without a gap between them, each place with its words as written."""
    pieces = [tuple(piece.split("|")) for piece in pattern.text.split() if piece != "..."]
    run: list[tuple[str, ...]] = []
    for piece, element in zip(pieces, pattern.elements, strict=True):
        if element.gap and run:
            yield run
            run = []
        run.append(piece)
    yield run


def _shadow(
    term: Term, element: Element, words: dict[tuple[str, str], Term], prefixes: list[tuple[str, str, Term]]
) -> Term | None:
    """Return the one-word term that matches wherever this place of another term does."""
    language = term.pattern.language
    if len(element.alternatives) != 1:
        return None
    word = element.alternatives[0]
    candidates = [words[language, word]] if (language, word) in words else []
    candidates += [other for its, prefix, other in prefixes if its == language and fold(word).startswith(fold(prefix))]
    return next((other for other in candidates if other is not term and other.weight >= term.weight), None)


def _silenced(number: int, ruleset: Ruleset, forms: _Forms) -> Iterator[Finding]:
    """Yield terms that do not find their own forms, or whose own words are a cue of a context of their rule."""
    rule = ruleset.rules[number]
    for term in rule.terms:
        outcomes: list[str | None] = []
        for text in _variants(term.pattern, forms):
            outcomes.append(_outcome(text, term.pattern, number, ruleset))
            if outcomes[-1] == "":
                break
        else:
            context = next(filter(None, outcomes), "")
            problem = f"is always silenced by {context!r}" if context else "does not find its own forms"
            yield _finding(rule, term, problem)


def _outcome(text: Text, pattern: Pattern, rule: int, ruleset: Ruleset) -> str | None:
    """Name the context that silences a term on its own, "" when it counts, None when it is not found."""
    hits = ruleset.matcher.find(text)
    own = next((hit for hit in hits if ruleset.matcher.patterns[hit.pattern].text == pattern.text), None)
    if own is None:
        return None
    contexts = TextContexts(text, hits, ruleset.topics)
    return contexts.context_of(own._replace(negated=False), rule=rule, listens_to=ruleset.rules[rule].contexts)


def _variants(pattern: Pattern, forms: _Forms) -> Iterator[Text]:
    """Yield the term as a text may have it: some forms of every alternative, the other places in their first."""
    language = pattern.language
    plain = [forms.some(element.alternatives[0], language)[0] for element in pattern.elements]
    for place, element in enumerate(pattern.elements):
        for word in element.alternatives:
            for form in forms.some(word, language):
                yield Text(" ".join([*plain[:place], form, *plain[place + 1 :]]), language=language)


def _unreachable(rule: Rule) -> Iterator[Finding]:
    for language in LANGUAGES:
        terms = [term for term in rule.terms if term.pattern.language == language]
        weights = [term.weight for term in terms] + [near.weight for near in rule.near if near.language == language]
        if terms and max(weights) < min(MAIN_WEIGHT, rule.threshold):
            yield _finding(rule, terms[0], f"no term in {language} is heavy enough: the topic can never be given")


def _unexampled(rule: Rule) -> Iterator[Finding]:
    """Yield what examples are missing: a language, a number of sentences, a context the rule listens to."""
    for language in {term.pattern.language: None for term in rule.terms}:
        examples = [example for example in rule.examples if example.language == language]
        for problem in _missing_examples(rule, examples):
            line = examples[0].line if examples else rule.terms[0].line
            yield Finding(
                file=rule.file, line=line, topic=rule.topic, term="", problem=f"examples in {language}: {problem}"
            )


def _missing_examples(rule: Rule, examples: Iterable[Example]) -> Iterator[str]:
    examples = list(examples)
    counts = Counter(example.positive for example in examples)
    for name, positive in (("yes", True), ("no", False)):
        if counts[positive] < LEAST_EXAMPLES:
            yield f"{counts[positive]} under {name!r}, at least {LEAST_EXAMPLES} are needed"
    shown = {example.context for example in examples}
    for context in rule.contexts:
        if context not in shown:
            yield f"the rule listens to {context!r}, and no sentence under 'no' shows it"
