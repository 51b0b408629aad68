"""Words that mean the same: a search for one finds the others, in the other language too.

Two sources: config/lexicon/related.tsv, which analysts edit, and the verbs of the lexicon, whose -у noun is what people
look a verb up by (ұстау finds ұстады). Only queries are widened, never articles.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pipelines.errors import ConfigError
from pipelines.language.kazakh import harmonies, verbal_noun
from pipelines.language.normalise import fold
from pipelines.language.paradigm import attach

RELATED_FILE = "related.tsv"
NEAR_FILE = "near.tsv"
"""Words near in meaning: the same kind of lines, for the order of answers only."""

Meaning = tuple[str, ...]
"""Folded words with one meaning."""


def parse_related(text: str, *, file: str = RELATED_FILE) -> tuple[Meaning, ...]:
    """Read «Kazakh words TAB Russian words» lines. Raises ConfigError with file and line."""
    return tuple(_groups(text, file))


def _groups(text: str, file: str) -> Iterator[Meaning]:
    for number, line in enumerate(text.splitlines(), start=1):
        if not line or line.startswith("#"):
            continue
        words = tuple(fold(line).split())
        if line.count("\t") != 1 or not all(map(str.isalpha, words)):
            raise ConfigError(file, "a line is words, a tab, and words", line=number)
        yield words


def verb_groups(stems: Iterable[str]) -> tuple[Meaning, ...]:
    """Return each verb's -у noun with a form that only the verb has: ұстау, ұстамады."""
    return tuple((verbal_noun(stem), _negated(stem)) for stem in sorted(stems) if harmonies(stem))


def _negated(stem: str) -> str:
    """Return «did not»: the bare stem and the affirmed past may be nouns as well (бас, алды)."""
    back = harmonies(stem)[0]
    return attach(attach(stem, "БА", back=back), "ДЫ", back=back)
