"""Every way a site can misbehave ends in a named answer, in time, with memory flat. Real sockets, raw bytes."""

import gzip
import io
import socket
import struct
import time
import tracemalloc
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from worker.web import Accept, Fetched, Limits, Reason, Refused, WebClient

MB = 1_000_000
DEADLINE_S = 0.3
GRACE_S = 1.0  # a busy machine
LIMITS = Limits(deadline_s=DEADLINE_S, max_bytes=MB)
PATIENT = Limits(deadline_s=20.0, max_bytes=MB)
HTML = b"<html><body>ok</body></html>"
PACKED = gzip.compress(HTML, mtime=0)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


def reason_of(answer: object) -> Reason:
    assert isinstance(answer, Refused), answer
    return answer.reason


def answers(*pieces):
    return lambda talk: talk.send(*pieces)


def no_answer(talk):
    talk.stopped.wait(10)


def reset(talk):
    talk.conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    talk.conn.close()


def reset_in_body(talk):
    talk.send(HEAD, b"Content-Length: 1000\r\n\r\n", HTML[:-3])
    reset(talk)


def drip(before, piece):
    return lambda talk: talk.forever(piece, pause_s=0.02, first=before)


def flood(before, piece):
    return lambda talk: talk.forever(piece, first=before)


EMPTY_BLOCK = b"\x00\x00\x00\xff\xff"  # of deflate: stored, of length zero, not the last one
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"

DRIPS = {
    "status line": drip(b"", b"H"),
    "header value": drip(HEAD + b"X-Long: ", b"a"),
    "header lines": drip(HEAD, b"A: b\r\n"),
    "interim answers": drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "early hints": drip(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"),
    "blank lines": drip(b"", b"\r\n"),
    "body": drip(HEAD + b"\r\n", b"a"),
    "body of known length": drip(HEAD + b"Content-Length: 5000\r\n\r\n", b"a"),
    "chunks": drip(CHUNKED, b"1\r\na\r\n"),
    "chunk size": drip(CHUNKED, b"0"),
    "trailers": drip(CHUNKED + b"1\r\na\r\n0\r\n", b"A: b\r\n"),
    "gzip that yields nothing": drip(HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"")[:10], EMPTY_BLOCK),
    "no answer": no_answer,
}

FLOODS = {
    "status line": (flood(b"", b"H" * 4096), Reason.PROTOCOL),
    "one header": (flood(HEAD + b"X-Long: ", b"a" * 4096), Reason.PROTOCOL),
    "many headers": (flood(HEAD, b"A: b\r\n" * 500), Reason.PROTOCOL),
    "folded header": (flood(HEAD + b"A: b\r\n", b" more\r\n" * 500), Reason.PROTOCOL),
    "interim answers": (flood(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 200), Reason.PROTOCOL),
    "early hints": (flood(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 200), Reason.PROTOCOL),
    "blank lines": (flood(b"", b"\r\n" * 1000), Reason.PROTOCOL),
    "body": (flood(HEAD + b"\r\n", b"<p>" * 20_000), Reason.TOO_LARGE),
    "chunks": (flood(CHUNKED, b"10\r\n" + b"a" * 16 + b"\r\n"), Reason.TOO_LARGE),
    "chunks of one byte": (flood(CHUNKED, b"1\r\na\r\n" * 1000), Reason.TOO_LARGE),
    "chunk size": (flood(CHUNKED, b"0" * 4096), Reason.PROTOCOL),
    "chunk extension": (flood(CHUNKED + b"1;", b"x" * 4096), Reason.PROTOCOL),
    "trailers": (flood(CHUNKED + b"1\r\na\r\n0\r\n", b"A: b\r\n" * 500), Reason.TOO_LARGE),
    "empty gzip members": (
        flood(HEAD + b"Content-Encoding: gzip\r\n\r\n", gzip.compress(b"") * 200),
        Reason.TOO_LARGE,
    ),
}

BROKEN = {
    "closes at once": (answers(), Reason.DISCONNECTED),
    "resets at once": (reset, Reason.DISCONNECTED),
    "resets in the body": (reset_in_body, Reason.DISCONNECTED),
    "speaks another protocol": (answers(b"SSH-2.0-OpenSSH_9.6\r\n"), Reason.PROTOCOL),
    "sends a page without a status": (answers(HTML), Reason.PROTOCOL),
    "promises more than it sends": (answers(HEAD, b"Content-Length: 500\r\n\r\n", HTML[:-3]), Reason.DISCONNECTED),
    "names two lengths": (answers(HEAD, b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n", HTML), Reason.PROTOCOL),
    "sends chunks of garbage": (answers(CHUNKED, b"zz\r\n", HTML), Reason.DISCONNECTED),
    "stops amid chunks": (answers(CHUNKED, b"5\r\n<html\r\n"), Reason.DISCONNECTED),
    "says gzip and sends noise": (answers(HEAD, b"Content-Encoding: gzip\r\n\r\n\x1f", HTML), Reason.BAD_ENCODING),
    "compresses with what was not asked for": (
        answers(HEAD, b"Content-Encoding: compress\r\n\r\n", HTML),
        Reason.BAD_ENCODING,
    ),
    "compresses in two ways": (
        answers(HEAD, b"Content-Encoding: deflate, gzip\r\n\r\n", gzip.compress(zlib.compress(HTML))),
        Reason.BAD_ENCODING,
    ),
    "sends a part": (
        answers(b"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-27/90\r\n\r\n", HTML),
        Reason.HTTP_OTHER,
    ),
    "switches protocols": (answers(b"HTTP/1.1 101 Switching Protocols\r\n\r\n"), Reason.HTTP_OTHER),
    "stops after the hints": (answers(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"), Reason.DISCONNECTED),
    "announces 200 MB": (answers(HEAD, b"Content-Length: 200000000\r\n\r\n", HTML), Reason.TOO_LARGE),
    "sends a film": (answers(b"HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\n\r\n"), Reason.NOT_HTML),
    "sends a PDF as HTML": (answers(HEAD, b"\r\n%PDF-1.7\n"), Reason.NOT_HTML),
    "sends zero bytes as HTML": (answers(HEAD, b"\r\n<html>\x00\x00"), Reason.NOT_HTML),
    "sends JSON without a type": (answers(b'HTTP/1.1 200 OK\r\n\r\n{"a": 1}'), Reason.NOT_HTML),
    "sends nothing": (answers(HEAD, b"Content-Length: 0\r\n\r\n"), Reason.EMPTY),
    "sends blanks": (answers(HEAD, b"\r\n \r\n\t"), Reason.EMPTY),
    "has no place to redirect to": (answers(b"HTTP/1.1 302 Found\r\n\r\n"), Reason.BAD_REDIRECT),
    "says not modified unasked": (answers(b"HTTP/1.1 304 Not Modified\r\n\r\n"), Reason.HTTP_OTHER),
    "invents a status": (answers(b"HTTP/1.1 799 Hm\r\n\r\n"), Reason.HTTP_OTHER),
}


@pytest.mark.parametrize("script", DRIPS.values(), ids=DRIPS.keys())
def test_dripping_ends_at_the_deadline(hostile, script):
    """A byte at a time starts every ordinary time-out anew; one such site would hold a thread for hours."""
    site = hostile(script)
    began = time.monotonic()
    assert reason_of(site.get(limits=LIMITS)) is Reason.TIMEOUT
    assert time.monotonic() - began < DEADLINE_S + GRACE_S


@pytest.mark.parametrize(("script", "reason"), FLOODS.values(), ids=FLOODS.keys())
def test_floods_end_at_a_byte_limit(hostile, script, reason):
    """Whatever part of an answer has no end, it costs a bounded number of bytes, long before the deadline."""
    site = hostile(script)
    tracemalloc.start()
    try:
        assert reason_of(site.get(limits=PATIENT)) is reason
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 6 * MB


@pytest.mark.parametrize(("script", "reason"), BROKEN.values(), ids=BROKEN.keys())
def test_broken_answers_have_names(hostile, script, reason):
    """An operator reads the reason, not a traceback; counters need a closed set."""
    assert reason_of(hostile(script).get(limits=PATIENT)) is reason


def zeros(compressor: "zlib._Compress", *, megabytes: int) -> bytes:
    pieces = [compressor.compress(bytes(MB)) for _ in range(megabytes)]
    return b"".join([*pieces, compressor.flush()])


BOMBS = {
    "gzip": lambda: zeros(zlib.compressobj(9, wbits=31), megabytes=200),
    "deflate": lambda: zeros(zlib.compressobj(9, wbits=15), megabytes=200),
    "x-gzip": lambda: gzip.compress(bytes(50_000)) * 4000,  # a bomb of many small members
}


@pytest.mark.parametrize("coding", BOMBS)
def test_bombs_never_inflate(hostile, coding):
    """200 MB in 200 kB would take sixteen threads' memory at once if it were unpacked before it is measured."""
    bomb = BOMBS[coding]()
    site = hostile(answers(HEAD, f"Content-Encoding: {coding}\r\n\r\n".encode(), bomb))
    tracemalloc.start()
    try:
        assert reason_of(site.get(limits=PATIENT)) is Reason.TOO_LARGE
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 4 * MB


def test_a_cut_document_is_its_beginning(hostile):
    """robots.txt is read up to a limit and obeyed that far (RFC 9309, 2.5)."""
    site = hostile(flood(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n", b"Disallow: /a\n" * 1000))
    limits = Limits(deadline_s=20.0, max_bytes=50_000, accept=Accept.TEXT, cut=True)
    answer = site.get(limits=limits)
    assert isinstance(answer, Fetched)
    assert len(answer.page.body) == 50_000


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"Content-Length: 28\r\n\r\n" + HTML + b"more", id="more than announced"),
        pytest.param(b"Content-Encoding: utf-8\r\n\r\n" + HTML, id="unknown encoding"),
        pytest.param(b"Content-Length: 500\r\n\r\n" + HTML, id="less than announced"),
        pytest.param(b"Transfer-Encoding: chunked\r\n\r\n1c\r\n" + HTML + b"\r\n", id="no last chunk"),
        pytest.param(b"Content-Type: text/html; charset=utf-8\r\n\r\n" + HTML, id="type twice"),
        pytest.param(b"Content-Encoding: gzip\r\n" * 2 + b"\r\n" + PACKED, id="coding twice, packed once"),
        pytest.param(b"Content-Encoding: gzip, gzip\r\n\r\n" + gzip.compress(PACKED), id="packed twice"),
        pytest.param(b"\r\n" + PACKED, id="packed without a word"),
        pytest.param(b"Set-Cookie: a=1\r\n" * 300 + b"\r\n" + HTML, id="300 headers"),
        pytest.param(b"Content-Encoding: gzip\r\n\r\n" + HTML, id="says gzip, is plain"),
        pytest.param(
            b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n1c\r\n" + HTML + b"\r\n0\r\n\r\n",
            id="says gzip, is plain, in chunks",
        ),
    ],
)
def test_harmless_mistakes_are_forgiven(hostile, body):
    """Wrong headers that leave the document readable are common in the wild."""
    answer = hostile(answers(HEAD, body)).get(limits=PATIENT)
    assert isinstance(answer, Fetched)
    assert answer.page.body == HTML


@pytest.mark.parametrize(
    "added",
    [b"\n<!-- 0.2 s, cached > 1 -->", b"<script>go()</script>\n<noscript><img></noscript>", b"<style>a{}</style>"],
    ids=["comment", "scripts", "style"],
)
def test_what_servers_add_behind_a_page_does_not_make_it_cut(hostile, added):
    """The length was counted before the server wrote its own words behind the page, or wrongly."""
    answer = hostile(answers(HEAD, b"Content-Length: 5000\r\n\r\n", HTML, added)).get(limits=PATIENT)
    assert isinstance(answer, Fetched)
    assert answer.page.body == HTML + added


@pytest.mark.parametrize(
    "first",
    [
        b"HTTP/1.1 103 Early Hints\r\nLink: </s.css>; rel=preload\r\n\r\nHTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n",
        b"\r\n\r\nHTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 203 Non-Authoritative Information\r\n",
        b"HTTP/1.1 202 Accepted\r\n",
        b"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-27/28\r\n",
        b"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-27/*\r\n",
        b"HTTP/1.1 206 Partial Content\r\n",
    ],
    ids=["early hints", "processing", "blank lines", "203", "202", "206 of the whole", "206 of *", "206"],
)
@pytest.mark.parametrize("kind", [b"text/html", b"text/html charset=utf-8", b"text/html, text/plain", b"html"])
def test_a_document_is_read_whatever_comes_before_it(hostile, first, kind):
    """Proxies and caches say more than 200 in front of a page that is whole; it was the feed's sentence then."""
    answer = hostile(answers(first, b"Content-Type: ", kind, b"\r\n\r\n", HTML)).get(limits=PATIENT)
    assert isinstance(answer, Fetched)
    assert answer.page.body == HTML


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b" \r\n" * 2000 + b"<rss></rss>", id="blanks first"),
        pytest.param("<?xml version='1.0'?><rss>Қ</rss>".encode("utf-16-le"), id="utf-16 without a mark"),
        pytest.param(b"<?xml version='1.0'?><rss><channel><title>\x00News</title></channel></rss>", id="one zero"),
        pytest.param(gzip.compress(b"<rss></rss>", mtime=0), id="a packed file"),
    ],
)
def test_odd_beginnings_of_feeds_are_no_reason_to_refuse(hostile, body):
    """The parser reads them all; a look at the first bytes must not know less than the parser."""
    limits = Limits(deadline_s=20.0, max_bytes=100_000, accept=Accept.FEED)
    answer = hostile(answers(b"HTTP/1.1 200 OK\r\nContent-Type: application/x-gzip\r\n\r\n", body)).get(limits=limits)
    assert isinstance(answer, Fetched)


def _needs_cookie(talk):
    if b"seen=1" in talk.request:
        talk.page()
    else:
        talk.send(b"HTTP/1.1 302 Found\r\nSet-Cookie: seen=1; path=/\r\nLocation: /\r\nContent-Length: 0\r\n\r\n")


def test_a_cookie_is_sent_back_within_one_fetch_only(hostile):
    """Some sites redirect to themselves until their cookie comes back; and the next fetch is a stranger again."""
    site = hostile(_needs_cookie)
    assert [isinstance(site.get(limits=PATIENT), Fetched) for _ in range(2)] == [True, True]
    assert [b"Cookie:" in request for request in site.requests] == [False, True, False, True]


def test_a_cookie_goes_to_no_other_host(hostile):
    """What a site sets goes back to that site alone."""
    other = hostile(answers(HEAD, b"\r\n", HTML), address="127.0.0.2")
    site = hostile(answers(b"HTTP/1.1 302 Found\r\nSet-Cookie: a=1\r\nLocation: ", other.url.encode(), b"\r\n\r\n"))
    client = WebClient(user_agent="kuzet-test/1", allowed_hosts=frozenset({site.endpoint, other.endpoint}))
    assert isinstance(client.get(site.url, limits=PATIENT), Fetched)
    assert b"Cookie" not in other.requests[0]


def test_good_sites_are_unharmed_by_bad_ones(hostile):
    """One client serves all threads: a dozen hostile sites must not slow or spoil the others."""
    bad = [hostile(script) for script in [*DRIPS.values(), *(flood for flood, _ in FLOODS.values())][:16]]
    good = hostile(answers(HEAD, b"\r\n", HTML))
    client = WebClient(user_agent="kuzet-test/1", allowed_hosts=frozenset(s.endpoint for s in [*bad, good]))
    with ThreadPoolExecutor(20) as pool:
        spoiled = [pool.submit(client.get, site.url, limits=LIMITS) for site in bad]
        fetched = [pool.submit(client.get, good.url, limits=PATIENT) for _ in range(20)]
        assert all(isinstance(future.result(), Fetched) for future in fetched)
        assert all(isinstance(future.result(), Refused) for future in spoiled)


def test_no_socket_is_left_open(hostile):
    """A worker fetches for months; one leaked descriptor a refusal would end it in days."""
    names = ("resets in the body", "speaks another protocol", "compresses in two ways")
    sites = [hostile(BROKEN[name][0]) for name in names]
    for site in sites:
        site.get(limits=LIMITS)
    before = len(list(Path("/proc/self/fd").iterdir()))
    for site in sites * 10:
        site.get(limits=LIMITS)
    assert len(list(Path("/proc/self/fd").iterdir())) <= before + len(sites)


def test_the_proxy_of_the_environment_is_ignored(hostile, monkeypatch):
    """A proxy would resolve names itself, behind the back of the check."""
    proxy = hostile(answers(HEAD, b"\r\n", b"<html>proxy</html>"))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, proxy.url)
    answer = hostile(answers(HEAD, b"\r\n", HTML)).get(limits=PATIENT)
    assert isinstance(answer, Fetched)
    assert answer.page.body == HTML
    assert proxy.requests == []


def test_memory_stays_flat_for_a_page_of_200_mb(hostile):
    """The whole page is never there: the limit is, once in a buffer and once as bytes."""

    def page(talk):
        talk.send(HEAD, b"\r\n")
        for _ in range(3200):
            talk.send(b"<p>" + bytes(62_497).replace(b"\x00", b"a"))

    limits = Limits(deadline_s=20.0, max_bytes=5 * MB)
    site = hostile(page)
    tracemalloc.start()
    try:
        assert reason_of(site.get(limits=limits)) is Reason.TOO_LARGE
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 15 * MB


def test_gzip_pages_are_read(hostile):
    """The caps must not break what every second site does."""
    page = b"<html>" + b"<p>abc</p>" * 50_000
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb") as file:
        file.write(page)
    answer = hostile(answers(HEAD, b"Content-Encoding: gzip\r\n\r\n", packed.getvalue())).get(limits=PATIENT)
    assert isinstance(answer, Fetched)
    assert answer.page.body == page
