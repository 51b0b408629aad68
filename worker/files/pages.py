"""The page store: what was fetched, one compressed record a page, in a folder or behind any fsspec URL."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_hex
from typing import Any

import fsspec
import zstandard

from pipelines.errors import EngineUnavailableError, PageUnusableError
from pipelines.models import Page
from worker.local.atomic import write_bytes

LEVEL = 6
BYTES_PER_MB = 1_000_000
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
REFERENCE = re.compile(rf"{DAY.pattern}/[0-9a-f]{{16}}\.zst")


class PageStore:
    """Pages by reference, e.g. `2025-09-14/8c1f….zst`: the day it was fetched, and a random name.

    A record is zstd over one line of JSON (the page without its body) and the body. In a folder it is written under
    another name and then renamed; object stores show a whole object or none. Only folders have a free-space floor.
    """

    def __init__(self, url: str, *, min_free_mb: int, keep_days: int = 30) -> None:
        self.url = url
        self.min_free_mb = min_free_mb
        self.keep_days = keep_days
        self._files, self._root = fsspec.core.url_to_fs(url, **_options(url))
        self._is_folder = isinstance(self._files, fsspec.get_filesystem_class("file"))
        self._failures = (OSError,) if self._is_folder else _failures()

    def put(self, page: Page) -> str:
        """Store the page and return its reference. Raises EngineUnavailableError when there is no room or no answer."""
        reference = f"{page.fetched_at.astimezone(UTC):%Y-%m-%d}/{token_hex(8)}.zst"
        record = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True).compress(_pack(page))
        with self._answering("written"):
            self.check_room()
            self._write(f"{self._root}/{reference}", record)
        return reference

    def get(self, reference: str) -> Page:
        """Read the page. Raises PageUnusableError when it is gone or damaged, EngineUnavailableError for the store."""
        if not REFERENCE.fullmatch(reference):
            raise PageUnusableError(reference, "is no page reference", reason="page_gone")
        with self._answering("read"):
            try:
                record: bytes = self._files.cat_file(f"{self._root}/{reference}")
            except FileNotFoundError as error:
                raise PageUnusableError(reference, "is not in the page store (any more)", reason="page_gone") from error
        try:
            return _unpack(zstandard.ZstdDecompressor().decompress(record))
        except (zstandard.ZstdError, ValueError, KeyError, TypeError) as error:
            raise PageUnusableError(
                reference, f"the stored page is damaged ({error})", reason="page_damaged"
            ) from error

    def references(self, *, after: str = "") -> Iterator[str]:
        """List what is stored and comes after a reference (or a day), in order: day by day, names in a day.

        Raises EngineUnavailableError.
        """
        self._files.invalidate_cache()
        for day in self._days():
            if day >= after[:10]:
                found = (f"{day}/{name}" for name in self._names(day))
                yield from (one for one in found if one > after and REFERENCE.fullmatch(one))

    def prune(self, now: float) -> int:
        """Delete the days that are older than keep_days, and return how many went. Raises EngineUnavailableError."""
        oldest = f"{datetime.fromtimestamp(now, UTC) - timedelta(days=self.keep_days):%Y-%m-%d}"
        self._files.invalidate_cache()
        days = [f"{self._root}/{day}" for day in self._days() if day < oldest]
        with self._answering("pruned"):
            for path in days:
                self._files.rm(path, recursive=True)
        return len(days)

    def _days(self) -> list[str]:
        return [name for name in self._names("") if DAY.fullmatch(name)]

    def _names(self, folder: str) -> list[str]:
        """Return the names in a folder of the store, sorted; none in one that is not there."""
        with self._answering("listed"):
            try:
                return sorted(Path(path).name for path in self._files.ls(f"{self._root}/{folder}", detail=False))
            except FileNotFoundError:
                return []

    @contextmanager
    def _answering(self, done: str) -> Iterator[None]:
        """Raise EngineUnavailableError for what the store or the way to it does not let be done."""
        try:
            yield
        except self._failures as error:
            raise EngineUnavailableError(self.url, f"the page store cannot be {done} ({error})") from error

    def check_room(self) -> None:
        """Raise EngineUnavailableError when the folder's disk is down to the floor: ask before you fetch."""
        if not self._is_folder:
            return
        Path(self._root).mkdir(parents=True, exist_ok=True)
        free_mb = shutil.disk_usage(self._root).free // BYTES_PER_MB
        if free_mb < self.min_free_mb:
            raise EngineUnavailableError(
                self.url,
                f"only {free_mb} MB are free, the floor is {self.min_free_mb} MB",
                remedy="Free some space, or lower KUZET_PAGES_MIN_FREE_MB",
            )

    def _write(self, path: str, record: bytes) -> None:
        if not self._is_folder:
            self._files.pipe_file(path, record)
            return
        Path(path).parent.mkdir(exist_ok=True)
        write_bytes(Path(path), record)


def _options(url: str) -> dict[str, Any]:
    """Bound the waiting for object storage below the deadlines of our stages; AWS_* variables say the rest."""
    if not url.startswith("s3:"):
        return {}
    return {"config_kwargs": {"connect_timeout": 3, "read_timeout": 10, "retries": {"max_attempts": 2}}}


def _failures() -> tuple[type[Exception], ...]:
    """Return what a store raises when it is away: for S3 also errors of its client, such as a refused connection."""
    try:
        from botocore.exceptions import BotoCoreError  # noqa: PLC0415  of the extra s3
    except ImportError:
        return (OSError,)
    return OSError, BotoCoreError


def _pack(page: Page) -> bytes:
    facts = {field.name: getattr(page, field.name) for field in dataclasses.fields(page) if field.name != "body"}
    facts |= {"headers": dict(page.headers), "fetched_at": page.fetched_at.isoformat()}
    return json.dumps(facts).encode() + b"\n" + page.body


def _unpack(record: bytes) -> Page:
    line, _, body = record.partition(b"\n")
    facts = json.loads(line)
    facts["fetched_at"] = datetime.fromisoformat(facts["fetched_at"])
    return Page(**facts, body=body)
