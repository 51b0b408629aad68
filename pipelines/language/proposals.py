"""Propose words for the lexicon: what a vocabulary has and no lemma explains, under the word it seems to come from.

A person decides: among the proposals are misspellings, names, and forms of verbs that the lexicon lacks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pipelines.language.induction import MIN_LETTERS
from pipelines.language.kazakh import parses
from pipelines.language.latin.words import VerbForms
from pipelines.language.lexicon import Lexicon

BARE_COUNTS = 0.5
"""What the bare word counts for next to a form: most words that are lemmas occur without an ending."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A word, the other forms it was seen in, and how often all of them were seen."""

    word: str
    forms: tuple[str, ...]
    count: int


def propose(counts: Mapping[str, int], lexicon: Lexicon) -> list[Proposal]:
    """Return proposals for the words (folded word → count) that the lexicon does not explain, the most seen first.

    Each word is under one proposal: the one with the most forms, and of equals the longest.
    """
    verbs = VerbForms(lexicon.verbs)
    unknown = {word for word in counts if not lexicon.lemmas_of(word) and word not in verbs}
    forms: dict[str, set[str]] = defaultdict(set)
    for word in sorted(unknown - lexicon.verbs):
        for lemma in _lemmas(word, unknown):
            forms[lemma].add(word)
    found = [*_share_out(forms)]
    weighed = [Proposal(lemma, tuple(sorted(own - {lemma})), sum(counts[word] for word in own)) for lemma, own in found]
    return sorted(weighed, key=lambda proposal: (-proposal.count, proposal.word))


def _lemmas(word: str, unknown: set[str]) -> Iterator[str]:
    """Yield the word and the beginnings it may be a form of."""
    yield word
    yield from {lemma for lemma, _ in parses(word) if len(lemma) >= MIN_LETTERS or lemma in unknown} - {word}


def _share_out(forms: Mapping[str, set[str]]) -> Iterator[tuple[str, set[str]]]:
    """Yield each lemma with the forms that no stronger one has; a lemma not seen itself needs two of them."""
    strength = {lemma: len(own) + BARE_COUNTS * (lemma in own) for lemma, own in forms.items()}
    taken: set[str] = set()
    for lemma in sorted(forms, key=lambda word: (-strength[word], -len(word), word)):
        own = forms[lemma] - taken
        if len(own) > 1 or lemma in own:
            taken |= own
            yield lemma, own


def render_proposals(proposals: list[Proposal]) -> str:
    """Return lines for core.tsv, each below a comment with its count and forms: what is wrong is deleted by hand."""
    return "".join(
        f"# {proposal.count}: {' '.join(proposal.forms) or 'only so'}\n{proposal.word}\tnoun\n"
        for proposal in proposals
    )
