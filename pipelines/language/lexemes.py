"""The Russian half of the dictionary, out of pymorphy3.

Decided here, each measured on word forms of Russian texts: no abbreviations, initials, archaic, misspelt or distorted
forms; no «по-» comparatives; superlatives are words of their own (лучший is no form of хороший); participles belong to
their verb unless the participle is also an adjective or a noun (следующий, заключенный); a form that the annotated
corpus behind pymorphy3 gives to a lemma much less often than to another one is left out there.

The data is OpenCorpora's (CC BY-SA): tables are built where they are used, and never published.
"""

from __future__ import annotations

import functools
import re
from binascii import a2b_base64
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple

from pipelines.language.hunspell import CONTEXT, Affix, affix, affixes
from pipelines.language.normalise import fold
from pipelines.language.russian import morphology

DROPPED = frozenset({"Arch", "Erro", "Dist", "Init", "Abbr"})
"""OpenCorpora's grammemes."""

RARE = 0.15
"""A reading less than this likely, compared with the form's best one, is left out."""

ONE_LETTER_WORDS = frozenset("аивкосуя")
_CYRILLIC = re.compile("[а-я]+$")
_SEPARATOR = 1


class Lexeme(NamedTuple):
    """A lemma as the dictionary spells it, and the number of its paradigm."""

    word: str
    paradigm: int


class Group(NamedTuple):
    """Folded endings of forms that share a lemma. kind: PRTF, Supr or empty; nominal: an adjective or noun."""

    kind: str
    nominal: bool
    suffixes: tuple[str, ...]


def read_lexemes() -> list[Lexeme]:
    """List every lexeme of pymorphy3 (185,000, in 8 s).

    The dictionary is an automaton of five million forms; it is walked node by node instead, keeping the branches that
    end in a first form of a paradigm.
    """
    words = morphology().dictionary.words
    children = _children_of(words)

    @functools.cache
    def paradigms(node: int) -> tuple[int, ...]:
        records = (a2b_base64(path) for path in _paths(node, children, words.dct.has_value))
        return tuple(record[0] << 8 | record[1] for record in records if record[2:4] == b"\0\0")

    @functools.cache
    def branch(node: int) -> _Branch | None:
        ends: tuple[int, ...] = ()
        below: list[tuple[int, _Branch]] = []
        for label, child in children(node):
            if label == _SEPARATOR:
                ends = paradigms(child)
            elif found := branch(child):
                below.append((label, found))
        return _Branch(ends, tuple(below)) if ends or below else None

    root = branch(words.dct.ROOT)
    return [Lexeme(word.decode(), number) for word, number in root.walk(b"")] if root else []


class _Branch(NamedTuple):
    ends: tuple[int, ...]
    below: tuple[tuple[int, Any], ...]

    def walk(self, prefix: bytes) -> Iterator[tuple[bytes, int]]:
        yield from ((prefix, number) for number in self.ends)
        for label, branch in self.below:
            yield from branch.walk(prefix + bytes((label,)))


Children = Callable[[int], Iterator[tuple[int, int]]]


def _children_of(words: Any) -> Children:  # noqa: ANN401 - pymorphy3 has no types
    first, following, follow = words.guide.child, words.guide.sibling, words.dct.follow_char

    def children(node: int) -> Iterator[tuple[int, int]]:
        label = first(node)
        while label:
            child = follow(label, node)
            yield label, child
            label = following(child)

    return children


def _paths(node: int, children: Children, ends: Callable[[int], bool], path: bytes = b"") -> Iterator[bytes]:
    if ends(node):
        yield path
    for label, child in children(node):
        yield from _paths(child, children, ends, path + bytes((label,)))


@functools.cache
def groups_of(paradigm: int) -> tuple[Group, ...]:
    """Split a paradigm: each superlative and each participle, declined, is a group; the first group is the lemma's."""
    groups: list[tuple[str, bool, list[str]]] = []
    for prefix, tag, suffix in morphology().dictionary.build_paradigm_info(paradigm):
        grammemes = set(re.split("[ ,]", str(tag)))
        if prefix or grammemes & DROPPED:
            continue
        kind = next((kind for kind in ("Supr", "PRTF") if kind in grammemes), "")
        if not groups or groups[-1][0] != kind or (kind and {"masc", "sing", "nomn"} <= grammemes):
            groups.append((kind, bool(grammemes & {"ADJF", "NOUN"}), []))
        groups[-1][2].append(fold(suffix))
    return tuple(Group(kind, nominal, tuple(suffixes)) for kind, nominal, suffixes in groups)


@functools.cache
def first_ending(paradigm: int) -> int:
    """Return the length of a paradigm's first ending, the one that lexemes are listed with."""
    return len(morphology().dictionary.build_paradigm_info(paradigm)[0][2])


def corpus_forms() -> frozenset[str]:
    """Return the folded forms of the annotated corpus behind pymorphy3."""
    return frozenset(fold(key.partition(":")[0]) for key in morphology().prob_estimator.p_t_given_w.iterkeys())


def rare_readings(forms: Iterable[str]) -> set[tuple[str, str]]:
    """Return the pairs (form, lemma) that are too unlikely to keep."""
    rare: set[tuple[str, str]] = set()
    for form in forms:
        score: Counter[str] = Counter()
        for parse in morphology().parse(form):
            score[fold(parse.normal_form)] += parse.score
        best = max(score.values())
        rare.update((form, lemma) for lemma, likely in score.items() if likely < RARE * best and lemma != form)
    return rare


def lemmas_of(form: str) -> set[str]:
    """Return the lemmas that the dictionary gives a folded form, less the form itself."""
    parses = (parse for parse in morphology().parse(form) if parse.is_known)
    return {fold(parse.normal_form) for parse in parses} - {form}


Pairs = AbstractSet[tuple[str, str]]
"""(form, lemma)."""


def table(lexemes: Iterable[Lexeme], *, without: Pairs) -> dict[str, frozenset[Affix]]:
    """Return lemma → affixes of its forms, less the readings in `without`. Takes about 5 s for all lexemes."""
    found: dict[str, frozenset[Affix]] = {}
    same: dict[frozenset[Affix], frozenset[Affix]] = {}

    def add(lemma: str, changes: frozenset[Affix]) -> None:
        joined = found.get(lemma, _NONE) | changes
        found[lemma] = same.setdefault(joined, joined)  # thousands of lemmas share a set

    participles: list[tuple[str, str, frozenset[Affix]]] = []
    nominal: set[str] = set()
    for lexeme in lexemes:
        lemma = ""
        for word, group, changes in _grouped(lexeme):
            lemma = lemma or word
            if group.kind == "PRTF":
                participles.append((lemma, word, changes))
                continue
            if not group.kind and group.nominal:
                nominal.add(word)
            add(word if group.kind == "Supr" else lemma, changes)
    for lemma, participle, changes in participles:
        if participle not in nominal:
            add(lemma, changes)
    lemmas = {lemma: changes for lemma, changes in found.items() if _is_lemma(lemma)}
    return lemmas | _without(lemmas, without)


def refine(found: Mapping[str, frozenset[Affix]], *, without: Pairs, extra: Pairs) -> dict[str, frozenset[Affix]]:
    """Return a table less the readings in `without`, plus those in `extra`."""
    refined = {**found, **_without(found, without - extra)}
    for form, lemma in extra:
        refined[lemma] = refined.get(lemma, _NONE) | {affix(lemma, form)}
    return refined


_NONE: frozenset[Affix] = frozenset()


def _grouped(lexeme: Lexeme) -> Iterator[tuple[str, Group, frozenset[Affix]]]:
    """Yield the first word of each group of a lexeme, the group, and its affixes: those of the lemma they belong to."""
    word = fold(lexeme.word)
    groups = groups_of(lexeme.paradigm)
    stem = word[: len(word) - first_ending(lexeme.paradigm)]
    tail = f"-{stem[-CONTEXT:]}" if len(stem) > CONTEXT else stem
    for number, group in enumerate(groups):
        yield stem + group.suffixes[0], group, _changes(tail, lexeme.paradigm, number)


@functools.cache
def _changes(tail: str, paradigm: int, number: int) -> frozenset[Affix]:
    """Return the affixes of a group after the last letters of a stem: the same for thousands of lexemes."""
    groups = groups_of(paradigm)
    group = groups[number]
    owner = group if group.kind == "Supr" else groups[0]
    return affixes(tail + owner.suffixes[0], (tail + suffix for suffix in group.suffixes))


def _without(found: Mapping[str, frozenset[Affix]], pairs: Pairs) -> dict[str, frozenset[Affix]]:
    """Return the lemmas of the pairs, with what is left of their affixes."""
    unwanted: dict[str, set[Affix]] = defaultdict(set)
    for form, lemma in pairs:
        unwanted[lemma].add(affix(lemma, form))
    return {lemma: found[lemma] - changes for lemma, changes in unwanted.items() if lemma in found}


def _is_lemma(word: str) -> bool:
    return bool(_CYRILLIC.match(word)) and (len(word) > 1 or word in ONE_LETTER_WORDS)


def render_table(found: Mapping[str, frozenset[Affix]]) -> str:
    """Write a table as text: a line for each set of affixes, an empty line, a line «lemma TAB number of its set»."""
    numbers = {changes: number for number, changes in enumerate(dict.fromkeys(found.values()))}
    sets = [" ".join(f"{strip}>{add}" for strip, add in sorted(changes)) or ">" for changes in numbers]
    return "\n".join([*sets, "", *(f"{lemma}\t{numbers[changes]}" for lemma, changes in found.items())])


def parse_table(text: str) -> dict[str, frozenset[Affix]]:
    """Read what `render_table` wrote. Raises ValueError for anything else."""
    listed, _, lemmas = text.partition("\n\n")
    sets = [frozenset(_affixes(line)) for line in listed.split("\n")]
    cells = (line.split("\t") for line in lemmas.split("\n"))
    return {lemma: sets[int(number)] for lemma, number in cells}


def _affixes(line: str) -> Iterator[Affix]:
    for change in line.split(" "):
        strip, add = change.split(">")
        if strip or add:
            yield strip, add
