"""What is odd in a ruleset although it can be read: terms that cannot match or say nothing new, topics out of reach."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.language.normalise import fold
from pipelines.tagging.patterns import Element
from pipelines.tagging.rules import Rule, Term
from pipelines.tagging.ruleset import Ruleset
from pipelines.tagging.topics import TELLING_WEIGHT
from pipelines.tagging.vocabulary import forms_of

LONG_WORD = 5
"""A word so long that has one form only was probably not given in its citation form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One oddity. `problem` is a sentence for the person who wrote the term."""

    file: str
    line: int
    topic: str
    term: str
    problem: str


def lint(ruleset: Ruleset) -> tuple[Finding, ...]:
    """Return the oddities of every rule, in the order of files and lines."""
    findings = [finding for rule in ruleset.rules for finding in _lint_rule(rule)]
    return tuple(sorted(findings, key=lambda finding: (finding.file, finding.line, finding.term)))


def _lint_rule(rule: Rule) -> Iterator[Finding]:
    yield from _uninflected(rule)
    yield from _duplicates(rule)
    yield from _shadowed(rule)
    yield from _unreachable(rule)
    yield from _unexampled(rule)


def _finding(rule: Rule, term: Term, problem: str) -> Finding:
    return Finding(file=rule.file, line=term.line, topic=rule.topic, term=term.pattern.text, problem=problem)


def _uninflected(rule: Rule) -> Iterator[Finding]:
    """A one-word term with a single form matches nothing but itself."""
    for term in rule.terms:
        if not term.pattern.is_word:
            continue
        for word in term.pattern.elements[0].alternatives:
            plain = (
                len(word) >= LONG_WORD and not word.startswith("=") and not word.endswith("*") and not word.isupper()
            )
            if plain and len(forms_of(word, language=term.pattern.language)) == 1:
                yield _finding(rule, term, f"{word!r} has no other forms; give the citation form, or write ={word}")


def _duplicates(rule: Rule) -> Iterator[Finding]:
    seen: set[tuple[str, str]] = set()
    for term in rule.terms:
        key = (term.pattern.language, fold(term.pattern.text))
        if key in seen:
            yield _finding(rule, term, "this term stands twice; the heavier one counts")
        seen.add(key)


def _shadowed(rule: Rule) -> Iterator[Finding]:
    """A term that a shorter one of the same weight finds anyway."""
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


def _unreachable(rule: Rule) -> Iterator[Finding]:
    for language in ("kk", "ru"):
        terms = [term for term in rule.terms if term.pattern.language == language]
        weights = [term.weight for term in terms] + [meet.weight for meet in rule.together if meet.language == language]
        if terms and max(weights) < min(TELLING_WEIGHT, rule.threshold):
            yield _finding(rule, terms[0], f"no term in {language} is heavy enough: the topic can never be given")


def _unexampled(rule: Rule) -> Iterator[Finding]:
    for language in ("kk", "ru"):
        if rule.terms and not any(example.language == language for example in rule.examples):
            yield _finding(rule, rule.terms[0], f"the rule has no examples in {language}")
