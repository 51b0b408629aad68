"""The search node's jars: named and checksummed in a lock of ours, fetched in parallel, kept in the cache folder."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from shutil import copyfile
from threading import Lock
from urllib.request import getproxies

import urllib3

from pipelines.errors import ConfigError, EngineUnavailableError
from worker.local.atomic import replacing
from worker.local.report import Report

LINE = re.compile(r"([\w.-]+):([\w.-]+):([\w.-]+)(?::([\w.-]+))? ([0-9a-f]{64}) (\d+)")
THREADS = 8
TRIES = 3
CHUNK_BYTES = 1 << 16
TIMEOUT = urllib3.Timeout(connect=10, read=30)
RETRIES = urllib3.Retry(total=4, connect=1, backoff_factor=0.5, status_forcelist=(429, 500, 502, 503, 504))
FIXED_MTIME_S = 315_532_800  # the JVM ties its start-up archive to the jars' times; 1980, as in the jars themselves
NO_JARS = (
    "Connect to the internet for the first start, name a mirror in KUZET_JARS_URL,"
    " or point KUZET_SEARCH_URL at an Elasticsearch or OpenSearch that runs elsewhere."
)


@dataclass(frozen=True, slots=True)
class Jar:
    """One line of the lock."""

    group: str
    artifact: str
    version: str
    classifier: str
    sha256: str
    size_bytes: int

    @property
    def path(self) -> str:
        """Where it lies in a repository of jars, and below our cache."""
        tail = f"-{self.classifier}" if self.classifier else ""
        name = f"{self.artifact}-{self.version}{tail}.jar"
        return f"{self.group.replace('.', '/')}/{self.artifact}/{self.version}/{name}"

    @property
    def line(self) -> str:
        names = filter(None, (self.group, self.artifact, self.version, self.classifier))
        return f"{':'.join(names)} {self.sha256} {self.size_bytes}"


def read_lock(text: str, *, file: str) -> tuple[Jar, ...]:
    """Read the jars of a lock: `group:artifact:version[:classifier] sha256 bytes` a line, # starts a comment."""
    lines = ((number, line.partition("#")[0].strip()) for number, line in enumerate(text.splitlines(), 1))
    return tuple(_read_jar(line, file=file, number=number) for number, line in lines if line)


def _read_jar(line: str, *, file: str, number: int) -> Jar:
    found = LINE.fullmatch(line)
    if found is None:
        raise ConfigError(file, "not `group:artifact:version[:classifier] sha256 bytes`", line=number)
    group, artifact, version, classifier, sha256, size = found.groups(default="")
    return Jar(group, artifact, version, classifier, sha256, int(size))


def fetch_jars(jars: Iterable[Jar], *, cache: Path, report: Report, base_url: str = "") -> tuple[Path, ...]:
    """Have every jar in the cache folder, with the checksum of the lock; return their paths in the lock's order.

    A copy in Maven's own cache is taken when its checksum fits; a damaged one of ours is fetched again. Safe for two
    processes at once: files appear whole. Raises EngineUnavailableError when a jar cannot be had.
    """
    jars = tuple(jars)
    with ThreadPoolExecutor(THREADS) as pool:
        there = list(pool.map(lambda jar: is_intact(cache / jar.path, jar) or _adopt(jar, cache), jars))
    missing = [jar for jar, found in zip(jars, there, strict=True) if not found]
    if missing:
        _download_all(missing, cache=cache, report=report, base_url=base_url or _central())
    return tuple(cache / jar.path for jar in jars)


def is_intact(path: Path, jar: Jar) -> bool:
    """Whether the file is the jar of the lock, byte for byte."""
    try:
        if path.stat().st_size != jar.size_bytes:
            return False
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == jar.sha256
    except FileNotFoundError:
        return False


def _adopt(jar: Jar, cache: Path) -> bool:
    local = Path(os.environ.get("M2_REPO", Path.home() / ".m2" / "repository")) / jar.path
    if not is_intact(local, jar):
        return False
    _place(cache / jar.path, lambda new: copyfile(local, new))
    return True


def _place(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` fill a new file, then put it in place whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path, mode=0o600) as new:
        write(new)
        os.utime(new, (FIXED_MTIME_S, FIXED_MTIME_S))


def _central() -> str:
    from jgo.constants import MAVEN_CENTRAL_URL  # noqa: PLC0415  # slow to import, and rarely needed

    return str(MAVEN_CENTRAL_URL)


def _download_all(jars: list[Jar], *, cache: Path, report: Report, base_url: str) -> None:
    tally = _Tally(report, sum(jar.size_bytes for jar in jars))
    with _pool(base_url) as http, ThreadPoolExecutor(THREADS) as pool:
        downloads = [pool.submit(_download, http, jar, cache=cache, base_url=base_url, tally=tally) for jar in jars]
        try:
            for download in as_completed(downloads):
                download.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _pool(base_url: str) -> urllib3.PoolManager:
    proxy = getproxies().get(base_url.partition(":")[0])
    return urllib3.ProxyManager(proxy, maxsize=THREADS) if proxy else urllib3.PoolManager(maxsize=THREADS)


def _download(http: urllib3.PoolManager, jar: Jar, *, cache: Path, base_url: str, tally: _Tally) -> None:
    url = f"{base_url.rstrip('/')}/{jar.path}"
    try:
        _place(cache / jar.path, lambda new: _write(http, url, jar=jar, path=new, tally=tally))
    except urllib3.exceptions.HTTPError as error:
        problem = f"cannot be downloaded from {url}: {_reason(error)}"
        raise EngineUnavailableError("The search node", problem, remedy=NO_JARS) from error


def _reason(error: Exception) -> str:
    cause = getattr(error, "reason", None) or error
    return str(cause).rpartition("object at ")[2].rpartition(">: ")[2] or type(error).__name__


def _write(http: urllib3.PoolManager, url: str, *, jar: Jar, path: Path, tally: _Tally) -> None:
    """Write the jar; begin again when the connection breaks in the middle."""
    for tries_left in reversed(range(TRIES)):
        try:
            return _write_checked(http, url, jar=jar, path=path, tally=tally)
        except (urllib3.exceptions.ProtocolError, urllib3.exceptions.ReadTimeoutError):
            if not tries_left:
                raise
            tally.add(-path.stat().st_size)
    raise AssertionError("unreachable")


def _write_checked(http: urllib3.PoolManager, url: str, *, jar: Jar, path: Path, tally: _Tally) -> None:
    digest = hashlib.sha256()
    with (
        path.open("wb") as file,
        http.request("GET", url, preload_content=False, timeout=TIMEOUT, retries=RETRIES) as response,
    ):
        if response.status != HTTPStatus.OK:
            raise urllib3.exceptions.HTTPError(f"HTTP {response.status}")
        for chunk in response.stream(CHUNK_BYTES, decode_content=False):
            digest.update(chunk)
            file.write(chunk)
            tally.add(len(chunk))
    if digest.hexdigest() != jar.sha256:
        raise urllib3.exceptions.HTTPError("the checksum is not the lock's")


class _Tally:
    """Bytes so far, over all threads."""

    def __init__(self, report: Report, total: int) -> None:
        self._report = report
        self._total = total
        self._done = 0
        self._lock = Lock()

    def add(self, count: int) -> None:
        with self._lock:
            self._done += count
            self._report.progress("Downloading the search node", done=self._done, total=self._total)
