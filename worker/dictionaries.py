"""Build the search engine's kk+ru dictionary on disk, once for each content."""

from __future__ import annotations

import fcntl
import hashlib
import importlib.metadata
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

from pipelines.errors import ConfigError
from pipelines.language import hunspell, induction, kazakh, lexemes, lexicon, paradigm, russian
from pipelines.language.hunspell import Affix, Dictionary, Rendered, affixes
from pipelines.language.lexicon import Lexicon, parse_lexicon

Progress = Callable[[str, float], None]
"""Told what is being done and which share of the whole is done."""

_SOURCES = (hunspell, induction, kazakh, lexemes, lexicon, paradigm, russian)


def read_lexicon(lexicon_dir: Path) -> Lexicon:
    """Read config/lexicon. Raises ConfigError."""
    return parse_lexicon(_read_texts(lexicon_dir))


def dictionary_name(lexicon_dir: Path) -> str:
    """Name the dictionary by its content: the lexicon, the Russian data and the code that puts them together."""
    digest = hashlib.sha256()
    for text in _read_texts(lexicon_dir).values():
        digest.update(text.encode())
    for package in ("pymorphy3", "pymorphy3-dicts-ru"):
        digest.update(importlib.metadata.version(package).encode())
    for module in _SOURCES:
        digest.update(Path(str(module.__file__)).read_bytes())
    return f"kk_ru_{digest.hexdigest()[:6]}"


def build_dictionaries(directory: Path, *, lexicon_dir: Path, progress: Progress = lambda _step, _share: None) -> str:
    """Write `directory`/NAME/NAME.aff and .dic unless they are there, and return NAME.

    Takes about 20 s the first time. Two processes at once: one builds, the other waits for it. Folders of other
    contents are left alone, for an index may use them.
    """
    name = dictionary_name(lexicon_dir)
    folder = directory / name
    directory.mkdir(parents=True, exist_ok=True)
    with _lock(directory / ".lock"):
        if not folder.is_dir():
            _write(folder, _render(lexicon_dir, progress))
    progress("ready", 1.0)
    return name


def read_dictionary(directory: Path, name: str) -> Dictionary:
    """Load a built dictionary for Python (0.3 s)."""
    aff, dic = (directory / name / f"{name}.{ending}" for ending in ("aff", "dic"))
    return Dictionary(Rendered(aff=aff.read_text(encoding="utf-8"), dic=dic.read_text(encoding="utf-8")))


def _read_texts(lexicon_dir: Path) -> Mapping[str, str]:
    try:
        return {file: (lexicon_dir / file).read_text(encoding="utf-8") for file in lexicon.FILES}
    except OSError as error:
        raise ConfigError(str(error.filename), f"it cannot be read ({error.strerror})") from error


def _render(lexicon_dir: Path, progress: Progress) -> Rendered:
    """Build both halves, the Kazakh one and the walk through the Russian words side by side."""
    with ProcessPoolExecutor(max_workers=2, mp_context=get_context("spawn")) as pool:
        words = pool.submit(lexemes.read_lexemes)
        rare = pool.submit(_rare_readings, lexicon_dir)
        kazakh_half = pool.submit(_kazakh_table, lexicon_dir)
        progress("reading Russian words", 0.0)
        found = words.result()
        progress("leaving out rare readings", 0.3)
        without = rare.result()
        progress("inflecting Russian words", 0.5)
        russian_half = lexemes.table(found, without=without)
        progress("inflecting Kazakh words", 0.8)
        tables = {"kk": kazakh_half.result(), "ru": russian_half}
    progress("writing the dictionary", 0.9)
    return hunspell.render(tables)


def _kazakh_table(lexicon_dir: Path) -> dict[str, frozenset[Affix]]:
    return {lemma: affixes(lemma, forms) for lemma, forms in read_lexicon(lexicon_dir).forms()}


def _rare_readings(lexicon_dir: Path) -> set[tuple[str, str]]:
    """Return what the Russian half leaves out: unlikely readings, and those of words that only Kazakh texts use."""
    known = read_lexicon(lexicon_dir)
    ghosts = {(form, lemma) for form in known.kazakh_only for lemma in lexemes.lemmas_of(form)}
    kept = {(form, known.lemma_of(form)) for form in known.kazakh_only}
    return lexemes.rare_readings(lexemes.corpus_forms()) | (ghosts - kept)


def _write(folder: Path, rendered: Rendered) -> None:
    """Write beside, then rename: a dictionary is there whole or not at all."""
    beside = folder.with_name(f".{folder.name}.{os.getpid()}")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir()
    (beside / f"{folder.name}.aff").write_text(rendered.aff, encoding="utf-8")
    (beside / f"{folder.name}.dic").write_text(rendered.dic, encoding="utf-8")
    beside.rename(folder)


@contextmanager
def _lock(file: Path) -> Iterator[None]:
    """Let one process at a time build; the lock falls with its holder."""
    with file.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
