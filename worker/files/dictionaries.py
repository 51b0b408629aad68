"""Build the search engine's kk+ru dictionary on disk, once for each content."""

from __future__ import annotations

import fcntl
import hashlib
import importlib.metadata
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from pipelines.errors import ConfigError
from pipelines.language import hunspell, kazakh, lexemes, lexicon, paradigm
from pipelines.language.hunspell import Dictionary, Rendered, affixes
from pipelines.language.lexicon import Lexicon, parse_lexicon

Progress = Callable[[str, float], None]
"""Told what is being done and which share of the whole is done."""

_SOURCES = (hunspell, kazakh, lexemes, lexicon, paradigm)


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

    Takes about 30 s the first time. Two processes at once: one builds, the other waits for it. Folders of other
    contents are left alone, for an index may use them.
    """
    name = dictionary_name(lexicon_dir)
    folder = directory / name
    directory.mkdir(parents=True, exist_ok=True)
    with _lock(directory / ".lock"):
        if not folder.is_dir():
            _write(folder, _render(read_lexicon(lexicon_dir), progress))
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


def _render(known: Lexicon, progress: Progress) -> Rendered:
    """Build both halves, one after the other: processes of their own would save a third, and may not be had here."""
    progress("reading Russian words", 0.0)
    words = lexemes.read_lexemes()
    progress("leaving out rare readings", 0.25)
    without = lexemes.rare_readings(lexemes.corpus_forms()) | _ghosts(known)
    progress("inflecting Russian words", 0.5)
    russian_half = lexemes.table(words, without=without, extra=known.russian)
    progress("inflecting Kazakh words", 0.7)
    kazakh_half = {lemma: affixes(lemma, forms) for lemma, forms in known.forms()}
    progress("writing the dictionary", 0.9)
    return hunspell.render({"kk": kazakh_half, "ru": russian_half})


def _ghosts(known: Lexicon) -> set[tuple[str, str]]:
    """Return the Russian readings of words that only Kazakh texts use."""
    read = {(form, lemma) for form in known.kazakh_only for lemma in lexemes.lemmas_of(form)}
    return read - {(form, lemma) for form in known.kazakh_only for lemma in known.lemmas_of(form)}


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
