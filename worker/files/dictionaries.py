"""Build the search engine's kk+ru dictionary on disk, once for each content."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

from filelock import FileLock

from pipelines.errors import ConfigError
from pipelines.language import analysis, classes, hunspell, kazakh, lexemes, lexicon, paradigm
from pipelines.language.hunspell import Affix, Dictionary, Rendered
from pipelines.language.lexicon import Lexicon, parse_core, parse_lexicon
from pipelines.language.related import NEAR_FILE, RELATED_FILE, Meaning, parse_related, verb_groups
from worker.files.text import Stamp, read_text, stamp
from worker.local.atomic import write_text

Progress = Callable[[str, float], None]
"""Called with what is being done, and which share of the whole is done."""

_SOURCES = (classes, hunspell, kazakh, lexemes, lexicon, paradigm)
_RUSSIAN_SOURCES = (hunspell, lexemes)


def read_lexicon(*folders: Path) -> Lexicon:
    """Read config/lexicon, and the words that a site adds in a folder of its own. Raises ConfigError."""
    return parse_lexicon(_read_texts(folders))


def read_related(*folders: Path) -> tuple[Meaning, ...]:
    """Read the words with one meaning: related.tsv, and the verbs with their -у nouns. Raises ConfigError."""
    core = parse_core(_read_words(folders, lexicon.CORE_FILE))
    return parse_related(_read_words(folders, RELATED_FILE)) + verb_groups(core.verbs)


def read_near(*folders: Path) -> tuple[Meaning, ...]:
    """Read the words near in meaning: near.tsv. Raises ConfigError."""
    return parse_related(_read_words(folders, NEAR_FILE), file=NEAR_FILE)


def dictionary_name(*folders: Path) -> str:
    """Name the dictionary by its content: the lexicon, the Russian data and the code that puts them together."""
    digest = _digest(_SOURCES, _read_texts(folders).values())
    return f"kk_ru_{digest[:6]}"


def read_analysis(*folders: Path) -> dict[str, Any]:
    """Return how an index analyses texts by the words of these folders; read again when a file changes.

    Takes 0.1 s the first time. The result is shared: it is not to be changed. Raises ConfigError.
    """
    files = tuple(folder / name for folder in folders for name in (*lexicon.FILES, RELATED_FILE, NEAR_FILE))
    return _analysis_of(folders, tuple(map(stamp, files)))


@lru_cache(maxsize=2)
def _analysis_of(folders: tuple[Path, ...], _stamps: tuple[Stamp, ...]) -> dict[str, Any]:
    return render_analysis(dictionary_name(*folders), *folders)


def render_analysis(name: str, *folders: Path) -> dict[str, Any]:
    """Return how an index analyses texts by a dictionary of this name and the words of these folders."""
    return analysis.render(name, related=read_related(*folders), near=read_near(*folders))


def build_dictionaries(
    directory: Path, *, lexicons: Sequence[Path], progress: Progress = lambda _step, _share: None
) -> str:
    """Write `directory`/NAME/NAME.aff and .dic unless they are there, and return NAME.

    Takes about 35 s and 0.65 GB the first time, and 10 s after an edit of the lexicon. Of two processes one builds and
    the other waits for it. Folders of other contents are left alone, for an index may use them.
    """
    name = dictionary_name(*lexicons)
    folder = directory / name
    directory.mkdir(parents=True, exist_ok=True)
    with FileLock(directory / ".lock"):
        if not folder.is_dir():
            _write(folder, _render(read_lexicon(*lexicons), progress, directory=directory))
    progress("ready", 1.0)
    return name


def export_analyzer(folder: Path, *, dictionary: Path, lexicons: Sequence[Path]) -> Path:
    """Write hunspell/NAME and index.json into a folder; return the path of index.json."""
    shutil.copytree(dictionary, folder / "hunspell" / dictionary.name, dirs_exist_ok=True)
    index = {
        "settings": {"analysis": render_analysis(dictionary.name, *lexicons)},
        "mappings": {"properties": {"text": analysis.TEXT_FIELD}},
    }
    file = folder / "index.json"
    file.write_text(json.dumps(index, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return file


def read_dictionary(directory: Path, name: str) -> Dictionary:
    """Load a built dictionary for Python (0.3 s)."""
    aff, dic = (directory / name / f"{name}.{ending}" for ending in ("aff", "dic"))
    return Dictionary(Rendered(aff=aff.read_text(encoding="utf-8"), dic=dic.read_text(encoding="utf-8")))


def _read_texts(folders: Sequence[Path]) -> Mapping[str, str]:
    return {file: _read_words(folders, file) for file in lexicon.FILES}


def _read_words(folders: Sequence[Path], name: str) -> str:
    """Return the lines of the first folder's file, then those of the others that have one."""
    first, *others = folders
    own = [folder / name for folder in others if (folder / name).exists()]
    for file in own:
        _check_alone(file)
    return "\n".join(map(read_text, [first / name, *own]))


def _check_alone(file: Path) -> None:
    """Raise ConfigError for a line that cannot be read, with its number in this file."""
    text = read_text(file)
    try:
        if file.name in {RELATED_FILE, NEAR_FILE}:
            parse_related(text, file=file.name)
        else:
            parse_lexicon({**dict.fromkeys(lexicon.FILES, ""), file.name: text})
    except ConfigError as error:
        raise ConfigError(str(file), error.problem, line=error.line, key=error.key) from error


def _render(known: Lexicon, progress: Progress, *, directory: Path) -> Rendered:
    """Build both halves, one after the other: a process for each would take twice the memory."""
    russian_words = _russian_words(directory, progress)
    russian_half = lexemes.refine(russian_words, without=_russian_lookalikes(known), extra=known.russian)
    progress("inflecting Kazakh words", 0.75)
    return hunspell.render({"kk": known.entries(), "ru": russian_half.items()})


def _russian_words(directory: Path, progress: Progress) -> Mapping[str, frozenset[Affix]]:
    """Return the Russian half as pymorphy3 has it. It takes most of the time, so it is kept: no lexicon changes it."""
    file = directory / f".ru_{_digest(_RUSSIAN_SOURCES)[:12]}"
    try:
        return lexemes.parse_table(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, IndexError):  # missing or damaged
        words = _build_russian_words(progress)
        write_text(file, lexemes.render_table(words))
        return words


def _build_russian_words(progress: Progress) -> dict[str, frozenset[Affix]]:
    progress("reading Russian words", 0.0)
    words = lexemes.read_lexemes()
    progress("leaving out rare readings", 0.25)
    rare = lexemes.rare_readings(lexemes.corpus_forms())
    progress("inflecting Russian words", 0.5)
    return lexemes.table(words, without=rare)


def _russian_lookalikes(known: Lexicon) -> set[tuple[str, str]]:
    """Return the Russian readings of words that only Kazakh texts use."""
    read = {(form, lemma) for form in known.kazakh_only for lemma in lexemes.lemmas_of(form)}
    return read - {(form, lemma) for form in known.kazakh_only for lemma in known.lemmas_of(form)}


def _digest(sources: Iterable[ModuleType], texts: Iterable[str] = ()) -> str:
    """Return what changes with the texts, the code of the modules, and the Russian data."""
    digest = hashlib.sha256()
    for text in texts:
        digest.update(text.encode())
    for package in ("pymorphy3", "pymorphy3-dicts-ru"):
        digest.update(importlib.metadata.version(package).encode())
    for module in sources:
        digest.update(Path(str(module.__file__)).read_bytes())
    return digest.hexdigest()


def _write(folder: Path, rendered: Rendered) -> None:
    """Write into a folder of another name, then rename it: a dictionary is whole or missing."""
    written = folder.with_name(f".{folder.name}.{os.getpid()}")
    shutil.rmtree(written, ignore_errors=True)
    written.mkdir()
    (written / f"{folder.name}.aff").write_text(rendered.aff, encoding="utf-8")
    (written / f"{folder.name}.dic").write_text(rendered.dic, encoding="utf-8")
    written.rename(folder)
