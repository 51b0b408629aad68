"""The page store on S3-compatible storage, which several machines share: moto's server, over real sockets."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import s3fs
from moto.server import ThreadedMotoServer

from pipelines.errors import EngineUnavailableError, PageUnusableError
from pipelines.models import Page
from worker.files.pages import PageStore
from worker.local.broker import free_port

FETCHED_AT = datetime(2025, 9, 14, 1, 30, tzinfo=UTC)
URL = "s3://kuzet/pages"


def page(number: int = 1, *, days: int = 0) -> Page:
    at = FETCHED_AT + timedelta(days=days)
    url = f"http://dala.example/{number}"
    return Page(url=url, final_url=url, status=200, headers={"a": "b"}, body=b"\xff\x00" * number, fetched_at=at)


@pytest.fixture(scope="module")
def address() -> str:
    return f"http://127.0.0.1:{free_port()}"


@pytest.fixture(scope="module")
def storage(address: str) -> Iterator[ThreadedMotoServer]:
    """The storage, with a bucket. Where it is and who we are is given as for every program that speaks S3."""
    given = {"AWS_ENDPOINT_URL": address, "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"}
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=int(address.rpartition(":")[2]), verbose=False)
    with pytest.MonkeyPatch.context() as environment:
        for name, value in {**given, "AWS_DEFAULT_REGION": "us-east-1"}.items():
            environment.setenv(name, value)
        server.start()
        s3fs.S3FileSystem.clear_instance_cache()  # one of another test asks that test's server
        s3fs.S3FileSystem(skip_instance_cache=True).mkdir("kuzet")
        yield server
        server.stop()


@pytest.fixture
def store(storage: ThreadedMotoServer) -> PageStore:
    return PageStore(URL, min_free_mb=10**9, keep_days=30)


def test_pages_of_many_threads_come_back(store: PageStore) -> None:
    """Sixteen threads of the io worker write, processes of other machines read."""
    pages = [page(number) for number in range(1, 17)]
    with ThreadPoolExecutor(8) as pool:
        references = list(pool.map(store.put, pages))
    assert [store.get(reference) for reference in references] == pages
    assert set(references) <= set(PageStore(URL, min_free_mb=0).references())


def test_a_forked_process_reads_and_writes(store: PageStore) -> None:
    """Processes of the cpu worker are forked from one that may have used the store."""
    reference = store.put(page())
    child = os.fork()
    if not child:
        again = PageStore(URL, min_free_mb=0)
        os._exit(0 if again.get(reference) == page() and again.get(again.put(page(3))) == page(3) else 1)
    assert os.waitpid(child, 0)[1] == 0


def test_old_days_are_pruned(store: PageStore) -> None:
    """Else the bucket grows for ever: only folders have a floor of free space."""
    old, new = store.put(page(days=-60)), store.put(page())
    assert store.prune(FETCHED_AT.timestamp()) == 1
    assert store.get(new) == page()
    with pytest.raises(PageUnusableError) as raised:
        store.get(old)
    assert raised.value.reason == "page_gone"


def test_a_storage_that_is_away_or_refuses_is_waited_for(store: PageStore, storage: ThreadedMotoServer) -> None:
    """The article waits and is tried again; as an unknown error it would be quarantined at the fourth try."""
    reference = store.put(page())
    with pytest.raises(EngineUnavailableError):
        PageStore("s3://missing/pages", min_free_mb=0).put(page())
    storage.stop()
    for ask in (lambda: store.put(page()), lambda: store.get(reference), lambda: list(store.references())):
        with pytest.raises(EngineUnavailableError, match="page store"):
            ask()
    with pytest.raises(EngineUnavailableError, match="page store"):
        store.prune(FETCHED_AT.timestamp() + 40 * 86_400)
