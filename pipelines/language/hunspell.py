"""One hunspell dictionary for several languages: written for the search engine, and read back for Python.

Inside the engine it turns a form into its lemmas, in capitals: that marks «known» for the filters behind it.
`Dictionary` reads the same two files and gives the same answers without a JVM.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

LANGUAGES = ("kk", "ru")
"""Even flags are Kazakh, odd ones Russian. The first two have no rule: they mark an entry as a lemma."""

CONTEXT = 2
"""An added ending is at least this long, borrowed from the stem: the engine tries every rule whose ending matches."""

Affix = tuple[str, str]
"""What a form takes off its lemma's end, and what it puts there."""

Entry = tuple[str, Iterable[Affix]]
"""A lemma, and the affixes of its forms."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """The text of the two files."""

    aff: str
    dic: str


def affix(lemma: str, form: str) -> Affix:
    """Return the shortest change from lemma to form, with CONTEXT letters added where the words are long enough."""
    same = _shared(lemma, form)
    kept = max(1, min(same, len(form) - CONTEXT)) if same else 0
    return lemma[kept:], form[kept:]


def _shared(lemma: str, form: str) -> int:
    """Count the letters both begin with; mostly these are all of the lemma's, or all but one."""
    length = len(lemma)
    while not form.startswith(lemma[:length]):
        length -= 1
    return length


def affixes(lemma: str, forms: Iterable[str]) -> frozenset[Affix]:
    """Return the affixes of a lemma's forms, less the lemma itself."""
    return frozenset(affix(lemma, form) for form in forms if form != lemma)


class _Half:
    """The entries of one language, kept small: each affix has a number, and each set of them is stored once."""

    def __init__(self, language: str, entries: Iterable[Entry]) -> None:
        self._language = language
        self._numbers: dict[Affix, int] = {}
        self._sets: dict[bytes, int] = {}
        self._of_lemma = {lemma: self._set_number(changes) for lemma, changes in entries}
        self._flags = self._flags_by_number()

    def _set_number(self, changes: Iterable[Affix]) -> int:
        numbers = sorted({self._numbers.setdefault(change, len(self._numbers)) for change in changes})
        return self._sets.setdefault(array("I", numbers).tobytes(), len(self._sets))

    def _flags_by_number(self) -> list[int]:
        """Return the flag of each number: flags follow the order of the affixes, whichever came first."""
        order = sorted(range(len(self._numbers)), key=list(self._numbers).__getitem__)
        places = {number: place for place, number in enumerate(order, start=1)}
        return [_flag(places[number], self._language) for number in range(len(places))]

    def rules(self) -> dict[int, Affix]:
        """Return the affix of each flag."""
        flagged = dict(zip(self._flags, self._numbers, strict=True))
        return {flag: flagged[flag] for flag in sorted(flagged)}

    def lemmas(self) -> Mapping[str, int]:
        """Return the number of the set of each lemma."""
        return self._of_lemma

    def sets(self) -> list[bytes]:
        return list(self._sets)

    def flags(self, numbers: bytes) -> list[int]:
        """Return the flags of a set, with the flag that makes an entry a lemma of this language."""
        return [_flag(0, self._language), *map(self._flags.__getitem__, array("I", numbers))]


def render(tables: Mapping[str, Iterable[Entry]]) -> Rendered:
    """Write one dictionary for the entries of LANGUAGES; the same affix has a flag for each language.

    Each lemma comes once in a language. The entries may be generated: only a few bytes of each are kept.
    """
    halves = [_Half(language, entries) for language, entries in tables.items()]
    lemmas = sorted(set().union(*(half.lemmas() for half in halves)))
    aliases: dict[tuple[int | None, ...], int] = {}
    keys = (tuple(half.lemmas().get(lemma) for half in halves) for lemma in lemmas)
    entries = [f"{lemma}/{aliases.setdefault(key, len(aliases) + 1)}" for lemma, key in zip(lemmas, keys, strict=True)]
    rules = {flag: change for half in halves for flag, change in half.rules().items()}
    letters = sorted(filter(str.isalpha, set().union(*lemmas)))
    return Rendered(
        aff="\n".join(_aff_lines(rules, _alias_flags(halves, aliases), letters=letters)) + "\n",
        dic="\n".join([str(len(entries)), *entries]) + "\n",
    )


def _alias_flags(halves: Sequence[_Half], aliases: Iterable[tuple[int | None, ...]]) -> list[str]:
    """Return the flags of each alias, as hunspell writes them."""
    sets = [half.sets() for half in halves]
    written = []
    for key in aliases:
        chosen = zip(halves, sets, key, strict=True)
        flags = [flag for half, known, number in chosen if number is not None for flag in half.flags(known[number])]
        written.append(",".join(map(str, sorted(flags))))
    return written


def _flag(number: int, language: str) -> int:
    return (number + 1) * len(LANGUAGES) + LANGUAGES.index(language)


def _aff_lines(rules: Mapping[int, Affix], sets: Sequence[str], *, letters: Sequence[str]) -> list[str]:
    """FULLSTRIP: a form may share no letter with its lemma (лет ← год)."""
    lines = ["SET UTF-8", "FLAG num", "FULLSTRIP", f"OCONV {len(letters)}"]
    lines += [f"OCONV {letter} {letter.upper()}" for letter in letters]
    lines += [f"AF {len(sets)}", *(f"AF {flags}" for flags in sets)]
    for flag, (strip, add) in rules.items():
        lines += [f"SFX {flag} N 1", f"SFX {flag} {strip or 0} {add or 0} ."]
    return lines


class Dictionary:
    """The two files, read back: what the engine's hunspell filter answers for a folded word."""

    def __init__(self, rendered: Rendered) -> None:
        self._rules = _read_rules(rendered.aff)
        aliases = _read_aliases(rendered.aff)
        entries = (line.partition("/") for line in rendered.dic.splitlines()[1:])
        self._flags = {lemma: aliases[int(alias)] for lemma, _, alias in entries}
        self._longest = max(map(len, self._rules), default=0)

    def __len__(self) -> int:
        return len(self._flags)

    def lemmas(self, word: str, *, language: str = "") -> set[str]:
        """Return the lemmas of a folded word, of one language or of all; none for an unknown word."""
        found = {word} if self._flags.get(word, _NONE) & _LEMMA_FLAGS[language] else set()
        for start in range(max(0, len(word) - self._longest), len(word) + 1):
            for strip, flag in self._rules.get(word[start:], ()):
                lemma = word[:start] + strip
                if flag in self._flags.get(lemma, _NONE) and language in {"", LANGUAGES[flag % len(LANGUAGES)]}:
                    found.add(lemma)
        return found


_NONE: frozenset[int] = frozenset()
_LEMMA_FLAGS = {language: frozenset({_flag(0, language)}) for language in LANGUAGES}
_LEMMA_FLAGS[""] = frozenset().union(*_LEMMA_FLAGS.values())


def _read_rules(aff: str) -> dict[str, list[tuple[str, int]]]:
    rules: dict[str, list[tuple[str, int]]] = {}
    for line in aff.splitlines():
        if line.startswith("SFX") and line.endswith("."):
            _, flag, strip, add, _ = line.split(" ")
            rules.setdefault(add.replace("0", ""), []).append((strip.replace("0", ""), int(flag)))
    return rules


def _read_aliases(aff: str) -> list[frozenset[int]]:
    lines = [line for line in aff.splitlines() if line.startswith("AF ")]
    return [_NONE, *(frozenset(map(int, line[3:].split(","))) for line in lines[1:])]
