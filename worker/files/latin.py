"""The reader of Kazakh in Latin letters, made of config/lexicon."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from config.settings import HERE
from pipelines.language.latin import ALPHABETS_FILE, LatinReader, parse_alphabets
from worker.files.dictionaries import read_lexicon
from worker.files.text import read_text

NAMES_FILE = "latin_names.txt"


def read_latin(folders: Sequence[Path]) -> LatinReader:
    """Make the reader from the folders of words, ours first: 1 s. Raises ConfigError with file and line.

    Files that the folders do not have, as in a configuration of 0.1.0, are kuzet's own.
    """
    ours = HERE / "lexicon"
    known = [folder for folder in folders if (folder / ALPHABETS_FILE).exists()] or [ours]
    lexicons = [folder for folder in folders if folder.is_dir()] or [ours]
    names = [word for folder in known for word in _names(folder / NAMES_FILE)]
    return LatinReader(parse_alphabets(read_text(known[-1] / ALPHABETS_FILE)), read_lexicon(*lexicons), names=names)


def _names(file: Path) -> list[str]:
    lines = read_text(file).splitlines() if file.exists() else []
    return [line.strip().lower() for line in lines if line.strip() and not line.startswith("#")]
