"""The page store on a real folder and on another fsspec file system."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import fsspec
import pytest

from pipelines.errors import EngineUnavailableError, PageUnusableError
from pipelines.models import Page
from worker.files.pages import PageStore

FETCHED_AT = datetime(2025, 9, 14, 1, 30, tzinfo=UTC)
PAGE = Page(
    url="http://dala.example/1",
    final_url="http://dala.example/kk/1",
    status=200,
    headers={"content-type": "text/html; charset=windows-1251"},
    body="Су тасқыны".encode() + b"\n\x00\xff\n" * 1000,
    fetched_at=FETCHED_AT,
)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "pages"


@pytest.fixture
def store(folder):
    return PageStore(str(folder), min_free_mb=0, keep_days=30)


def files(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_page_comes_back_as_it_was_fetched(store, folder):
    """Extraction runs later and elsewhere, and again after a change of code: every byte and header counts."""
    reference = store.put(PAGE)
    assert store.get(reference) == PAGE
    assert reference.startswith("2025-09-14/")
    (file,) = files(folder)
    assert file.stat().st_size < len(PAGE.body) / 5


def test_an_empty_page_is_a_page(store):
    """A server may answer with nothing; that is for the extraction to judge."""
    page = Page(url="u", final_url="u", status=200, headers={}, body=b"", fetched_at=FETCHED_AT)
    assert store.get(store.put(page)) == page


def test_the_day_is_that_of_utc(store):
    """Pruning compares days: one calendar for all machines."""
    early_in_almaty = datetime(2025, 9, 14, 3, 30, tzinfo=timezone(timedelta(hours=5)))
    page = Page(url="u", final_url="u", status=200, headers={}, body=b"x", fetched_at=early_in_almaty)
    reference = store.put(page)
    assert reference.startswith("2025-09-13/")
    assert store.get(reference) == page


def test_the_store_can_be_any_fsspec_url():
    """More than one machine shares an s3:// store; the same code must write there."""
    store = PageStore("memory://kuzet-pages", min_free_mb=10**9)
    reference = store.put(PAGE)
    assert store.get(reference) == PAGE
    assert store.prune((FETCHED_AT + timedelta(days=40)).timestamp()) == 1
    assert fsspec.filesystem("memory").find("/kuzet-pages") == []


def test_many_threads_write_at_once(store, folder):
    """The io worker has sixteen of them; none may see another's half page."""
    with ThreadPoolExecutor(8) as pool:
        references = list(pool.map(lambda _: store.put(PAGE), range(50)))
        pages = list(pool.map(store.get, references))
    assert len(set(references)) == 50
    assert all(page == PAGE for page in pages)
    assert not [path for path in files(folder) if path.suffix != ".zst"]


def test_old_days_are_pruned(store, folder):
    """Disks are finite; what is still needed for a replay or a reextract stays."""
    old = store.put(Page(url="u", final_url="u", status=200, headers={}, body=b"x", fetched_at=FETCHED_AT))
    kept = store.put(
        Page(url="u", final_url="u", status=200, headers={}, body=b"x", fetched_at=FETCHED_AT + timedelta(days=1))
    )
    (folder / "lost+found").mkdir()
    assert store.prune((FETCHED_AT + timedelta(days=31)).timestamp()) == 1
    assert store.get(kept).body == b"x"
    assert (folder / "lost+found").exists()
    with pytest.raises(PageUnusableError) as caught:
        store.get(old)
    assert caught.value.reason == "page_gone"


def test_pruning_an_absent_folder_is_nothing(store):
    """Upkeep runs before the first page is fetched."""
    assert store.prune(FETCHED_AT.timestamp()) == 0


@pytest.mark.parametrize(
    "damage",
    [pytest.param(b"", id="empty"), pytest.param(b"not zstd", id="not zstd"), pytest.param(None, id="cut off")],
)
def test_a_damaged_record_says_so(store, folder, damage):
    """A torn disk must cost one article its page, not the worker its life."""
    reference = store.put(PAGE)
    (file,) = files(folder)
    record = file.read_bytes()
    file.write_bytes(
        record[: len(record) // 2] + b"\x00" + record[len(record) // 2 + 1 :] if damage is None else damage
    )
    with pytest.raises(PageUnusableError) as caught:
        store.get(reference)
    assert (caught.value.reason, caught.value.subject) == ("page_damaged", reference)


@pytest.mark.parametrize(
    "reference", ["", "../../etc/passwd", "2025-09-14/../x.zst", "/2025-09-14/0123456789abcdef.zst"]
)
def test_a_reference_never_leaves_the_store(store, reference):
    """References pass through Redis; a forged one must not read other files."""
    with pytest.raises(PageUnusableError):
        store.get(reference)


def test_below_the_floor_nothing_is_stored(folder):
    """A full disk takes the broker and the search node with it: stop fetching before, and say how to go on."""
    store = PageStore(str(folder), min_free_mb=10**9)
    with pytest.raises(EngineUnavailableError, match="MB are free") as caught:
        store.put(PAGE)
    assert "KUZET_PAGES_MIN_FREE_MB" in caught.value.remedy
    assert files(folder) == []


def test_a_store_that_cannot_be_written_says_so(tmp_path):
    """A folder that is a file, a mount that is gone: the work stays where it is."""
    blocked = tmp_path / "pages"
    blocked.write_text("")
    with pytest.raises(EngineUnavailableError, match="cannot be written"):
        PageStore(str(blocked), min_free_mb=0).put(PAGE)


def test_an_interrupted_write_is_no_page(store, folder, monkeypatch):
    """A worker killed while writing leaves no file that looks whole."""

    def killed(self, *_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", killed)
    monkeypatch.setattr(Path, "unlink", killed)  # the dead tidy nothing away
    with pytest.raises(KeyboardInterrupt):
        store.put(PAGE)
    assert [path.suffix for path in files(folder)] == [".part"]
