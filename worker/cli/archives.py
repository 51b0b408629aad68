"""Files of JSON lines, plain or compressed by their name: .jsonl, .jsonl.gz, .jsonl.zst."""

from __future__ import annotations

import gzip
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from io import BufferedReader
from pathlib import Path
from typing import IO, cast

import zstandard

from pipelines.errors import KuzetError, UsageError
from worker.files.text import remedy_for
from worker.local.atomic import replacing

COMPRESSED = frozenset({".gz", ".zst"})


def kind_of(file: Path) -> str:
    """The suffix of what is in the file: `.jsonl` for archive.jsonl.gz."""
    return Path(file.stem if file.suffix.lower() in COMPRESSED else file.name).suffix.lower()


@contextmanager
def reading(file: str) -> Iterator[IO[bytes]]:
    """The file's bytes, decompressed; `-` is standard input. Raises KuzetError for a damaged archive."""
    try:
        with nullcontext(sys.stdin.buffer) if file == "-" else _opened(Path(file)) as stream:
            yield stream
    except (zstandard.ZstdError, gzip.BadGzipFile, EOFError) as error:
        raise KuzetError(file, f"is damaged ({error})") from error
    except FileNotFoundError as error:
        raise UsageError(file, "is not there") from error
    except OSError as error:
        remedy = remedy_for(error, Path(file))
        raise KuzetError(file, f"cannot be read ({error.strerror or error})", remedy=remedy) from error


@contextmanager
def writing(file: str) -> Iterator[IO[bytes]]:
    """Where bytes go, compressed by the name; `-` is standard output. A file appears when it is whole."""
    if file == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    path = Path(file)
    try:
        with replacing(path) as new, new.open("wb") as raw, _compressing(raw, path.suffix.lower()) as stream:
            yield stream
    except OSError as error:
        raise KuzetError(file, f"cannot be written ({error.strerror or error})") from error


def _opened(path: Path) -> IO[bytes]:
    match path.suffix.lower():
        case ".gz":
            return cast("IO[bytes]", gzip.open(path, "rb"))
        case ".zst":
            raw = zstandard.ZstdDecompressor().stream_reader(path.open("rb"), read_across_frames=True, closefd=True)
            return BufferedReader(raw)  # it reads lines, as the raw one does not
        case _:
            return path.open("rb")


def _compressing(raw: IO[bytes], suffix: str) -> IO[bytes]:
    match suffix:
        case ".gz":
            return cast("IO[bytes]", gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=6))
        case ".zst":
            return cast("IO[bytes]", zstandard.ZstdCompressor(level=10).stream_writer(raw, closefd=False))
        case _:
            return cast("IO[bytes]", nullcontext(raw))
