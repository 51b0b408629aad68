"""Kazakh in Latin letters: recognised, and read into Cyrillic."""

from pipelines.language.latin.alphabets import ALPHABETS_FILE, Alphabet, parse_alphabets
from pipelines.language.latin.reader import LatinReader, Reading
from pipelines.language.latin.recognise import is_kazakh_in_latin, one_spelling

__all__ = [
    "ALPHABETS_FILE",
    "Alphabet",
    "LatinReader",
    "Reading",
    "is_kazakh_in_latin",
    "one_spelling",
    "parse_alphabets",
]
