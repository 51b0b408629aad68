"""One hunspell dictionary for several languages: written for the search engine, and read back for Python.

Inside the engine it turns a form into its lemmas, in capitals: that marks «known» for the filters behind it.
`Dictionary` reads the same two files and gives the same answers without a JVM.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

LANGUAGES = ("kk", "ru")
"""Even flags are Kazakh, odd ones Russian. The first two have no rule: they mark an entry as a lemma."""

CONTEXT = 2
"""An added ending is at least this long, borrowed from the stem: the engine tries every rule whose ending matches."""

Affix = tuple[str, str]
"""What a form takes off its lemma's end, and what it puts there."""

Table = Mapping[str, frozenset[Affix]]
"""Lemma → the affixes of its forms."""


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


def render(tables: Mapping[str, Table]) -> Rendered:
    """Write one dictionary for the tables of LANGUAGES; the same affix has a flag for each language."""
    rules: dict[int, Affix] = {}
    flags: dict[str, set[int]] = defaultdict(set)
    for language, table in tables.items():
        lemma_flag = _flag(0, language)
        numbered = _number_affixes(table.values(), language)
        rules |= {flag: pair for pair, flag in numbered.items()}
        for lemma, found in table.items():
            flags[lemma] |= {lemma_flag, *map(numbered.__getitem__, found)}
    aliases: dict[frozenset[int], int] = {}
    entries = [f"{lemma}/{aliases.setdefault(frozenset(flags[lemma]), len(aliases) + 1)}" for lemma in sorted(flags)]
    return Rendered(
        aff="\n".join(_aff_lines(rules, aliases, letters=sorted(filter(str.isalpha, set().union(*flags))))) + "\n",
        dic="\n".join([str(len(entries)), *entries]) + "\n",
    )


def _flag(number: int, language: str) -> int:
    return (number + 1) * len(LANGUAGES) + LANGUAGES.index(language)


def _number_affixes(sets: Iterable[frozenset[Affix]], language: str) -> dict[Affix, int]:
    pairs = sorted(set().union(*set(sets)))
    return {pair: _flag(number, language) for number, pair in enumerate(pairs, start=1)}


def _aff_lines(rules: Mapping[int, Affix], aliases: Iterable[frozenset[int]], *, letters: list[str]) -> list[str]:
    """FULLSTRIP: a form may share no letter with its lemma (лет ← год)."""
    lines = ["SET UTF-8", "FLAG num", "FULLSTRIP", f"OCONV {len(letters)}"]
    lines += [f"OCONV {letter} {letter.upper()}" for letter in letters]
    sets = [",".join(map(str, sorted(flags))) for flags in aliases]
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
