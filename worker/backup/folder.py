"""A backup on disk: a folder with a manifest, written whole or not at all, and proved before it is read.

manifest.json       who wrote it, when, and each file's lines and SHA-256
state.jsonl.zst     the keys of the state, one a line
articles.jsonl.zst  the index as `kuzet export` writes it: `kuzet import` takes it too
data/               a person's own files of the data folder: feeds, reported tags
config/             the config folder, rules and all
site/               the site's own files, where there are any
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from io import BufferedReader
from pathlib import Path

import zstandard

from pipelines.errors import KuzetError
from worker.local.atomic import write_text

MANIFEST = "manifest.json"
STATE, ARTICLES = "state.jsonl.zst", "articles.jsonl.zst"
DATA, CONFIG, SITE = "data", "config", "site"
FORMAT = 1
LEVEL = 10
GENERATED = frozenset({"__pycache__"})
SOURCE = frozenset({".py", ".pyc"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup is. `lines`: file → lines, of state and articles. `digests`: file → SHA-256 of its bytes."""

    kuzet: str
    at: str
    lines: dict[str, int]
    digests: dict[str, str]
    format: int = FORMAT


def write_lines(file: Path, lines: Iterable[str]) -> int:
    """Write lines compressed; return how many they were."""
    count = 0
    with file.open("wb") as raw, zstandard.ZstdCompressor(level=LEVEL).stream_writer(raw) as stream:
        for line in lines:
            stream.write(line.encode())
            count += 1
    return count


def read_lines(file: Path, *, written: int) -> Iterator[bytes]:
    """Yield the lines of a file. Raises KuzetError for a damaged one, and at the end for one that lacks some."""
    read = 0
    try:
        with file.open("rb") as raw, BufferedReader(zstandard.ZstdDecompressor().stream_reader(raw)) as stream:
            for line in stream:
                read += 1
                yield line
    except zstandard.ZstdError as error:
        raise KuzetError(str(file), f"is damaged ({error})") from error
    if read != written:
        raise KuzetError(str(file), f"is damaged: {read} of {written} lines are there")


def copy_files(source: Path, target: Path, *, files: Iterable[Path]) -> None:
    """Copy files of a folder to the same places in another."""
    for file in files:
        place = target / file.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, place)


def files_in(folder: Path) -> list[Path]:
    """List what a person may have edited below a folder, in order: no code, nothing hidden."""
    found = (file for file in sorted(folder.rglob("*")) if file.is_file() and file.suffix not in SOURCE)
    return [file for file in found if not _is_hidden(file.relative_to(folder))]


def seal(folder: Path, *, kuzet: str, at: str, lines: dict[str, int]) -> Manifest:
    """Write the manifest over what the folder holds."""
    digests = {str(file.relative_to(folder)): digest(file) for file in sorted(folder.rglob("*")) if file.is_file()}
    manifest = Manifest(kuzet=kuzet, at=at, lines=lines, digests=digests)
    write_text(folder / MANIFEST, json.dumps(asdict(manifest), ensure_ascii=False, indent=1) + "\n")
    return manifest


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest, once every file is proved to be as it was written. Raises KuzetError naming a file."""
    file = folder / MANIFEST
    try:
        manifest = Manifest(**json.loads(file.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise KuzetError(str(folder), "is no backup: it has no manifest.json") from error
    except (ValueError, TypeError) as error:
        raise KuzetError(str(file), f"is not readable ({error})") from error
    if manifest.format > FORMAT:
        raise KuzetError(str(folder), f"is of a newer kuzet ({manifest.kuzet})", remedy="Update kuzet first.")
    for name, written in manifest.digests.items():
        _require_same(folder / name, written)
    return manifest


def digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _require_same(file: Path, written: str) -> None:
    if not file.is_file():
        raise KuzetError(str(file), "is missing in the backup")
    if digest(file) != written:
        raise KuzetError(str(file), "is not as it was written", remedy="Nothing was restored; take another backup.")


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") or part in GENERATED for part in path.parts)
