"""The lexicon from word counts: write config/lexicon again, or propose what it lacks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

from pipelines.language import lexemes
from pipelines.language.induction import count_words, induce, loans
from pipelines.language.kazakh import inflect_verb, parses
from pipelines.language.letters import LOWER
from pipelines.language.lexicon import (
    CHAINS_FILE,
    CORE_FILE,
    FILES,
    KAZAKH_ONLY_FILE,
    LEMMAS_FILE,
    Core,
    parse_core,
    parse_lexicon,
    render_chains,
    render_lemmas,
)
from pipelines.language.normalise import fold
from pipelines.language.proposals import Proposal, propose
from pipelines.language.russian import is_known, is_nominative_noun
from pipelines.reading.marked_yaml import Marked, read_yaml
from worker.files.dictionaries import Progress, read_lexicon
from worker.files.layers import Layers
from worker.files.rules import RuleFiles
from worker.files.text import read_text

HEADER = "# {columns}. Written by `kuzet lexicon build`; see PROVENANCE.md.\n"
SHORTEST_WORD = 3
"""Shorter words of rules and places are left to core.tsv."""

_LATIN = re.compile("[a-zA-Z\u00c0-\u024f]")
_WORD = re.compile(rf"(?<![\w=*-])[{LOWER}]+(?![\w*-])")


@dataclass(frozen=True, slots=True, kw_only=True)
class LexiconReport:
    """What a run found: the number of words by source, and of forms wrongly read as Russian."""

    sources: Mapping[str, int]
    kazakh_only: int


def build_lexicon(
    lexicon_dir: Path,
    *,
    counts: Iterable[Path],
    config: Path,
    progress: Progress = lambda _step, _share: None,
) -> LexiconReport:
    """Write lemmas.tsv, chains.tsv and kazakh_only.txt into the folder of core.tsv, which is read and kept.

    counts: files of «word» or «word TAB count» lines; config: the folder of rules and places, whose words are taken in.
    """
    core = parse_core(read_text(lexicon_dir / CORE_FILE))
    words = count_words(line for file in counts for line in read_text(file).splitlines())
    progress("asking for loans", 0.1)
    verb_forms = {form for stem in core.verbs for form in inflect_verb(stem)}
    sources = _sources(core, words, config=config, verb_forms=verb_forms)
    progress("weighing readings", 0.3)
    induced = induce(words, known=sources.keys() - core.closed, closed=core.closed)
    sources |= dict.fromkeys(induced.lemmas.keys() - sources.keys() - verb_forms, "induced")
    _write(lexicon_dir / LEMMAS_FILE, "word, source, weight of evidence", render_lemmas(sources, induced.weights))
    _write(lexicon_dir / CHAINS_FILE, "chain of endings, share of words", render_chains(induced.weights))
    progress("comparing with Russian", 0.8)
    only_spelled = _kazakh_only(lexicon_dir, words)
    (lexicon_dir / KAZAKH_ONLY_FILE).write_text("".join(f"{word}\n" for word in only_spelled), encoding="utf-8")
    progress("ready", 1.0)
    counted = {source: list(sources.values()).count(source) for source in sorted(set(sources.values()))}
    return LexiconReport(sources=counted, kazakh_only=len(only_spelled))


def grow_lexicon(folders: Layers, *, counts: Iterable[Path], least: int = 1) -> list[Proposal]:
    """Return words that these counts have at least so often and the lexicon does not explain. Writes nothing.

    Words in Latin letters are read into Cyrillic first, which takes a few milliseconds each.
    """
    lines = [line for file in counts for line in read_text(file).splitlines()]
    latin = [line for line in lines if _LATIN.match(line)]
    words = count_words(line for line in lines if not _LATIN.match(line))
    for word, count in count_words(_in_cyrillic(latin, folders)).items():
        words[word] = words.get(word, 0) + count
    found = propose(words, read_lexicon(*folders.lexicons))
    return [proposal for proposal in found if proposal.count >= least]


def _in_cyrillic(lines: Sequence[str], folders: Layers) -> Iterator[str]:
    """Yield «word TAB count» lines of Latin words as they are in Cyrillic; foreign words are left out."""
    if not lines:
        return
    reader = RuleFiles(folders).latin()
    alphabet = reader.alphabet_of(" ".join(lines))
    for line in lines:
        word, _, count = line.partition("\t")
        read = reader.read_word(word, alphabet)
        if not _LATIN.match(read):
            yield f"{read}\t{count}" if count.isdecimal() else read


def _sources(core: Core, words: Mapping[str, int], *, config: Path, verb_forms: AbstractSet[str]) -> dict[str, str]:
    """Return word → source of what is known before the induction; the first source counts.

    Names hold possessives (облысы) and rules hold forms (ұсталған): only what cannot be one is taken.
    """
    places = _words_of([config / "places.yaml"])
    rules = _words_of([*sorted((config / "rules").glob("*.yaml")), config / "contexts.yaml", config / "classes.yaml"])
    names = {fold(name) for name in _first_names(config / "names.yaml")}
    borrowed = loans(words, is_noun=lambda word: is_known(word) and is_nominative_noun(word))
    known = core.lemmas | borrowed
    places = {word for word in places if not any(lemma in known and "his" in chain for lemma, chain in parses(word))}
    stems = {word: {lemma for lemma, _ in parses(word)} for word in rules - verb_forms}
    rules = {
        word
        for word, found in stems.items()
        if known.isdisjoint(found) and max(map(len, found), default=0) < SHORTEST_WORD
    }
    sources: dict[str, str] = {}
    found_in = {"core": core.lemmas, "place": places, "name": names, "loan": borrowed, "rule": rules}
    for source, found in found_in.items():
        sources |= dict.fromkeys(found - sources.keys() - core.closed - core.verbs, source)
    return sources


def _first_names(file: Path) -> Iterator[str]:
    lists = dict(read_yaml(file.name, read_text(file)).items())
    return (name for gender in ("male", "female") if gender in lists for name in lists[gender].texts())


def _words_of(files: Iterable[Path]) -> set[str]:
    """Return the Kazakh words of YAML files; verb stems, prefixes and words «as written» are left out."""
    texts = (text for file in files for text in _kazakh_texts(read_yaml(file.name, read_text(file)), kazakh=False))
    return {word for text in texts for word in _WORD.findall(fold(text)) if len(word) >= SHORTEST_WORD}


def _kazakh_texts(node: Marked, *, kazakh: bool) -> Iterator[str]:
    """Yield the texts below any key `kk`."""
    if node.is_empty():
        return
    if node.is_scalar():
        yield from [node.text()] if kazakh else []
    elif node.is_mapping():
        for key, value in node.items():
            yield from _kazakh_texts(value, kazakh=kazakh or key == "kk")
    else:
        for element in node.elements():
            yield from _kazakh_texts(element, kazakh=kazakh)


def _kazakh_only(lexicon_dir: Path, words: Mapping[str, int]) -> list[str]:
    """Return forms of the vocabulary that Russian knows as a form, but its annotated corpus does not have."""
    (lexicon_dir / KAZAKH_ONLY_FILE).touch()
    known = parse_lexicon({file: read_text(lexicon_dir / file) for file in FILES})
    common = lexemes.corpus_forms()
    candidates = (word for word in sorted(words) if word not in common and is_known(word))
    lemmas = ((word, known.lemmas_of(word)) for word in candidates)
    return [word for word, kazakh in lemmas if kazakh and lexemes.lemmas_of(word) - kazakh]


def _write(file: Path, columns: str, text: str) -> None:
    file.write_text(HEADER.format(columns=columns) + text, encoding="utf-8")
