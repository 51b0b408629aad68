"""The forms of the rules' words, kept in the user's cache: expanding them takes seconds, reading them back a moment.

A file of forms is named by what expands words: our code, the Russian dictionary, the version of Python. It is data and
never code, it is checked when it is read, and it may be thrown away at any time.
"""

from __future__ import annotations

import gc
import hashlib
import importlib.metadata
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

import structlog
import zstandard

import pipelines.language
from pipelines.tagging import Ruleset, parse_ruleset
from pipelines.tagging.matching import word_forms
from pipelines.tagging.matching.word_forms import WordForms, parse_stems, render_stems
from worker.local.atomic import write_bytes

log = structlog.get_logger(__name__)

KEPT_FILES = 3
"""Files of forms in the folder; older ones were written by other code."""

MOST_BYTES = 64_000_000
"""A file that unpacks to more than this is not ours (the product's own rules take 1 MB)."""

DIGEST_BYTES = 32
EXPANDERS = ("pymorphy3", "pymorphy3-dicts-ru")


def compile_rules(texts: Mapping[str, str], *, folder: Path) -> Ruleset:
    """Compile the texts with the word forms known in `folder`, and keep there what was new. Raises ConfigError."""
    file = folder / f"{_expander()}.forms"
    with garbage_left_alone():
        forms = WordForms(_read(file))
        ruleset = parse_ruleset(texts, word_forms=forms)
    if forms.has_grown:
        _write(forms, file)
    return ruleset


@contextmanager
def garbage_left_alone() -> Iterator[None]:
    """Keep Python from looking for garbage meanwhile.

    A ruleset is half a million objects that stay, and going through them again and again is 40% of the time that
    compiling takes.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _read(file: Path) -> dict[word_forms.Key, tuple[word_forms.Stem, ...]]:
    """Return the forms of a file; nothing for one that is missing, damaged or of another shape."""
    try:
        raw = file.read_bytes()
    except OSError:
        return {}
    try:
        return parse_stems(_unpacked(raw))
    except (ValueError, zstandard.ZstdError) as error:
        log.warning("the cache of word forms is written anew", file=str(file), error=str(error))
        return {}


def _unpacked(raw: bytes) -> bytes:
    """Return what a file holds behind its digest. Raises ValueError or ZstdError for anything but that."""
    digest, packed = raw[:DIGEST_BYTES], raw[DIGEST_BYTES:]
    if hashlib.sha256(packed).digest() != digest:
        raise ValueError("its digest is wrong")
    if zstandard.frame_content_size(packed) > MOST_BYTES:
        raise ValueError("it is too large")
    return zstandard.ZstdDecompressor().decompress(packed)


def _write(forms: WordForms, file: Path) -> None:
    """Keep the forms for the next start. Skip a folder that is read-only."""
    packed = zstandard.ZstdCompressor().compress(render_stems(forms.worth_keeping()))
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(file, hashlib.sha256(packed).digest() + packed)
        _drop_old(file.parent)


def _drop_old(folder: Path) -> None:
    """Delete all but the newest files of forms, and every pickle of an older kuzet."""
    newest = sorted(folder.glob("*.forms"), key=lambda each: -each.stat().st_mtime)
    for old in (*newest[KEPT_FILES:], *folder.glob("*.pickle")):
        old.unlink(missing_ok=True)


@cache
def _expander() -> str:
    """Return 16 hex digits that change with anything that decides the forms of a word."""
    digest = hashlib.sha256(f"{sys.version_info[:2]}".encode())
    sources = sorted(Path(pipelines.language.__path__[0]).rglob("*.py"))
    for file in (*sources, Path(word_forms.__file__)):
        digest.update(file.read_bytes())
    for package in EXPANDERS:
        digest.update(importlib.metadata.version(package).encode())
    return digest.hexdigest()[:16]
