"""Fetching the search node's jars, from a repository of our own on the loopback."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

import pytest

from pipelines.errors import EngineUnavailableError
from worker.local.jars import Jar, fetch_jars
from worker.local.report import Silence


class Repository:
    """Serves a folder of jars and notes what was asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: list[str] = []
        self.cuts: dict[str, int] = {}  # path → bytes after which its next answer breaks off
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handle)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    def _handle(self, *args: Any) -> None:
        repository = self

        class Handler(SimpleHTTPRequestHandler):
            def copyfile(self, source: Any, outputfile: Any) -> None:
                cut = repository.cuts.pop(self.path, None)
                outputfile.write(source.read(cut))

            def log_message(self, *_: object) -> None:
                repository.asked.append(self.path)

        Handler(*args, directory=str(self.folder))

    def add(self, name: str, content: bytes) -> Jar:
        jar = Jar("org.example", name, "1.0", "", hashlib.sha256(content).hexdigest(), len(content))
        path = self.folder / jar.path
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
        return jar

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Repository]:
    monkeypatch.setenv("M2_REPO", str(tmp_path / "m2"))
    with Repository(tmp_path / "repository") as repository:
        yield repository


@pytest.fixture
def jars(repository: Repository) -> list[Jar]:
    return [repository.add(f"part{number}", bytes([number]) * 100_000) for number in range(12)]


class Said(Silence):
    """Remembers the last progress."""

    last = (0, 0)

    def progress(self, what: str, *, done: int, total: int) -> None:
        assert what == "Downloading the search node"
        self.last = (done, total)


def test_second_start_downloads_nothing(repository: Repository, jars: list[Jar], tmp_path: Path):
    """The promise of the demo: the network is needed once."""
    report = Said()
    paths = fetch_jars(jars, cache=tmp_path / "cache", report=report, base_url=repository.url)
    assert [path.read_bytes()[:1] for path in paths] == [bytes([number]) for number in range(12)]
    assert report.last == (1_200_000, 1_200_000)
    repository.asked.clear()
    fetch_jars(jars, cache=tmp_path / "cache", report=report, base_url=repository.url)
    assert repository.asked == []


def test_damaged_jar_is_fetched_again(repository: Repository, jars: list[Jar], tmp_path: Path):
    """A disk that lies, or a person who edits: the node never runs what the lock does not name."""
    first, *_ = fetch_jars(jars, cache=tmp_path / "cache", report=Silence(), base_url=repository.url)
    before = first.stat().st_mtime
    first.write_bytes(b"\xff" * 100_000)
    repository.asked.clear()
    fetch_jars(jars, cache=tmp_path / "cache", report=Silence(), base_url=repository.url)
    assert repository.asked == [f"/{jars[0].path}"]
    assert first.read_bytes() == b"\x00" * 100_000
    assert first.stat().st_mtime == before, "the JVM's start-up archive is tied to the times of the jars"


def test_copy_of_maven_is_taken(repository: Repository, jars: list[Jar], tmp_path: Path):
    """Who builds Java on this machine has most of them already."""
    for jar in jars[:3]:
        copy = tmp_path / "m2" / jar.path
        copy.parent.mkdir(parents=True)
        copy.write_bytes((repository.folder / jar.path).read_bytes())
    (tmp_path / "m2" / jars[2].path).write_bytes(b"another version")
    fetch_jars(jars[:3], cache=tmp_path / "cache", report=Silence(), base_url=repository.url)
    assert repository.asked == [f"/{jars[2].path}"]


def test_wrong_content_is_refused_and_not_kept(repository: Repository, jars: list[Jar], tmp_path: Path):
    """A mirror that serves something else must not get it run."""
    (repository.folder / jars[5].path).write_bytes(b"\x13" * 100_000)
    with pytest.raises(EngineUnavailableError, match="checksum"):
        fetch_jars(jars, cache=tmp_path / "cache", report=Silence(), base_url=repository.url)
    assert not (tmp_path / "cache" / jars[5].path).exists()
    assert not list((tmp_path / "cache").rglob(".*.part")), "no half file stays behind"


def test_broken_connection_is_no_reason_to_give_up(repository: Repository, jars: list[Jar], tmp_path: Path):
    """A hundred files over a poor line: one of them will break off."""
    repository.cuts[f"/{jars[5].path}"] = 70_000
    report = Said()
    paths = fetch_jars(jars, cache=tmp_path / "cache", report=report, base_url=repository.url)
    assert paths[5].stat().st_size == 100_000
    assert report.last == (1_200_000, 1_200_000), "what was thrown away is not counted"


def test_missing_jar_is_named(repository: Repository, jars: list[Jar], tmp_path: Path):
    """A mirror that lacks one file is reported with that file's address."""
    (repository.folder / jars[5].path).unlink()
    with pytest.raises(EngineUnavailableError, match=r"part5-1\.0\.jar: HTTP 404"):
        fetch_jars(jars, cache=tmp_path / "cache", report=Silence(), base_url=repository.url)


def test_no_network_is_one_sentence_with_the_way_out(jars: list[Jar], tmp_path: Path):
    """The first thing that goes wrong for a newcomer behind a closed door."""
    with pytest.raises(EngineUnavailableError) as caught:
        fetch_jars(jars, cache=tmp_path / "cache", report=Silence(), base_url="http://127.0.0.1:9")
    assert "refused" in str(caught.value)
    assert "KUZET_JARS_URL" in str(caught.value)
    assert "object at 0x" not in str(caught.value)
