"""What goes wrong between kuzet and its search engine: each fault is one sentence with the way out."""

from __future__ import annotations

import json
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from config.settings import Settings
from pipelines.errors import EngineRefusedError, EngineUnavailableError, KuzetError
from pipelines.search.request import SearchRequest
from tests.support.builders import SentDocument
from tests.support.canned_server import canned_server, version
from tests.support.short_analysis import short_analysis
from worker.search.engine import SearchEngine

ANALYSIS = short_analysis()


def engine_at(url: str, **settings: Any) -> SearchEngine:
    return SearchEngine.connect(
        Settings(search_url=url, search_index=f"faults-{uuid4().hex[:8]}", search_timeout_s=2, **settings)
    )


@pytest.fixture
def engine(search_url: str) -> Iterator[SearchEngine]:
    """An engine with an index of its own, gone afterwards."""
    engine = engine_at(search_url)
    engine.ensure_index(ANALYSIS)
    yield engine
    engine.client.indices.delete(index=engine.first_index)
    engine.close()


def sentence(engine: SearchEngine, kind: type[KuzetError]) -> str:
    """The sentence that a person sees; the error must be of this kind and must not hold a password."""
    with pytest.raises(kind) as caught:
        engine.search(SearchRequest())
    assert engine.health().problem == str(caught.value)
    engine.close()
    return str(caught.value)


def test_a_port_without_a_server():
    """The engine is down: what is written waits."""
    assert "nothing listens there" in sentence(engine_at("http://127.0.0.1:9"), EngineUnavailableError)


def test_no_address():
    """A worker started by hand without the setting."""
    assert "KUZET_SEARCH_URL" in sentence(engine_at(""), EngineRefusedError)


def test_unknown_host():
    """A typo in the setting."""
    assert "its name is unknown" in sentence(engine_at("http://engine.invalid:9200"), EngineUnavailableError)


def test_wrong_password():
    """Named with the settings to check, and without the password itself."""
    body = json.dumps({"error": {"type": "security_exception", "reason": "unable to authenticate"}, "status": 401})
    with canned_server(401, body.encode()) as at:
        answer = sentence(engine_at(f"http://kuzet:geheim@{at}"), EngineRefusedError)
    assert "password" in answer
    assert "geheim" not in answer


@pytest.mark.parametrize("number", ["7.17.1", "8.19.0"])
def test_older_elasticsearch(number):
    """It would fail later, and in canned_server words."""
    with canned_server(200, version(number)) as at:
        assert f"Elasticsearch {number}, which is too old" in sentence(engine_at(f"http://{at}"), EngineRefusedError)


def test_older_opensearch():
    """The same for the other engine."""
    with canned_server(200, version("2.19.0", distribution="opensearch")) as at:
        assert "OpenSearch 2.19.0, which is too old" in sentence(engine_at(f"http://{at}"), EngineRefusedError)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"<html>It works!</html>", id="html"),
        pytest.param(b"{}", id="empty object"),
        pytest.param(b'{"version": "1.2"}', id="version is text"),
        pytest.param(b'{"version": {"number": 5}}', id="number is no text"),
    ],
)
def test_another_kind_of_server(body):
    """A web server behind the port."""
    with canned_server(200, body) as at:
        assert "neither Elasticsearch nor OpenSearch" in sentence(engine_at(f"http://{at}"), EngineRefusedError)


@pytest.mark.parametrize("status", [408, 429, 502, 503])
def test_busy_or_behind_a_proxy_that_has_lost_it(status):
    """Passing faults must be tried again, not reported as refusals."""
    with canned_server(status, b'{"error": {"type": "x", "reason": "later"}}') as at:
        assert "busy or not ready" in sentence(engine_at(f"http://{at}"), EngineUnavailableError)


def test_https_to_a_plain_server(search_url):
    """The commonest wrong setting of TLS."""
    url = search_url.replace("http:", "https:")
    assert "it does not speak TLS" in sentence(engine_at(url), EngineRefusedError)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for `localhost`, signed by itself, with its key in the same file."""
    if not shutil.which("openssl"):
        pytest.skip("NO OPENSSL to make a certificate with")
    folder = tmp_path_factory.mktemp("tls")
    files = ("-keyout", str(folder / "key.pem"), "-out", str(folder / "certificate.pem"))
    name = ("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost")
    made = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *name, *files)
    subprocess.run(made, check=True, capture_output=True)
    return folder / "certificate.pem"


@pytest.fixture
def tls_server(certificate: Path) -> Iterator[str]:
    """A server that speaks TLS; what it says does not matter."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))
    with canned_server(200, version("7.0.0"), context=context) as at:
        yield at.replace("127.0.0.1", "localhost")


def test_unknown_authority(tls_server):
    """Verification is never off; the way out is the authority's certificate."""
    assert "KUZET_SEARCH_CA" in sentence(engine_at(f"https://{tls_server}"), EngineRefusedError)


def test_certificate_for_another_name(tls_server, certificate):
    """The authority is right, the name is not."""
    url = f"https://{tls_server}".replace("localhost", "127.0.0.1")
    assert "for another name" in sentence(engine_at(url, search_ca=certificate), EngineRefusedError)


def test_right_authority(tls_server, certificate):
    """With the certificate we get in, and only then does the version matter."""
    url = f"https://{tls_server}"
    assert "too old" in sentence(engine_at(url, search_ca=certificate), EngineRefusedError)


def test_missing_authority_file(tmp_path):
    """A path that leads nowhere is named."""
    engine = engine_at("https://localhost:9", search_ca=tmp_path / "ca.pem")
    assert "ca.pem: there is no such file" in sentence(engine, EngineRefusedError)


def test_plain_http_to_a_tls_server(tls_server):
    """The other commonest wrong setting."""
    answer = sentence(engine_at(f"http://{tls_server}"), EngineUnavailableError)
    assert "https://" in answer


def test_missing_dictionary(search_url):
    """The folder's name is in the index settings; without it no index can be made."""
    engine = engine_at(search_url)
    lemmas = {"filter": {"lemmas": {"type": "hunspell", "locale": "kk_ru_none"}}}
    words = {"words": {"type": "custom", "tokenizer": "standard", "filter": ["lowercase", "lemmas"]}}
    with pytest.raises(EngineRefusedError, match=r"no dictionary kk_ru_none.*kuzet dictionaries build"):
        engine.ensure_index(lemmas | {"analyzer": ANALYSIS["analyzer"] | words})
    assert "There is no index yet" in engine.health().problem
    engine.close()


def test_no_index(search_url):
    """Searching before anything was set up."""
    engine = engine_at(search_url)
    with pytest.raises(EngineRefusedError, match="index or its alias is missing"):
        engine.search(SearchRequest())
    engine.close()


@pytest.mark.parametrize(
    ("block", "words"),
    [("read_only_allow_delete", "disk is nearly full"), ("write", "closed to writes")],
)
def test_blocked_writes_wait(engine, block, words):
    """A full disk and the fence of a reindex keep documents in the outbox; lifted, the same documents go in."""
    documents = [SentDocument("a"), SentDocument("b")]
    engine.client.indices.put_settings(index=engine.first_index, settings={f"index.blocks.{block}": True})
    results = engine.bulk(documents)
    assert {str(result.status) for result in results} == {"retry"}
    assert words in results[0].detail
    assert words in engine.health().problem
    assert engine.search(SearchRequest()).total == 0
    engine.client.indices.put_settings(index=engine.first_index, settings={f"index.blocks.{block}": None})
    assert {str(result.status) for result in engine.bulk(documents)} == {"written"}
    assert engine.health().problem == ""


def test_a_lost_answer_is_found_again(engine):
    """The connection breaks after the engine has written: writing again says so and changes nothing."""
    documents = [SentDocument(str(number), 7, {"content_hash": "f00"}) for number in range(20)]
    engine.bulk(documents)
    again = engine.bulk([*documents, SentDocument("new")])
    assert [str(result.status) for result in again] == ["present"] * 20 + ["written"]


def test_a_server_that_hangs():
    """A wait has an end, and the end is «try again»."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        engine = SearchEngine.connect(Settings(search_url=url, search_timeout_s=0.3))
        assert "did not answer in time" in sentence(engine, EngineUnavailableError)


def test_engine_wakes_up_while_we_wait(search_url):
    """`kuzet up` waits for a node that is starting; a refusal is not waited out."""
    assert engine_at(search_url).wait_ready(timeout_s=5)
    with pytest.raises(EngineUnavailableError):
        engine_at("http://127.0.0.1:9").wait_ready(timeout_s=0.5)
    with canned_server(200, version("7.0.0")) as at, pytest.raises(EngineRefusedError):
        engine_at(f"http://{at}").wait_ready(timeout_s=60)
