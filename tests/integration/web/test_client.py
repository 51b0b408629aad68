"""The client against an ordinary site: conditional requests, waiting, robots.txt, what is sent."""

import threading
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from pipelines.models import Validators
from worker.web import (
    Accept,
    Fetched,
    Later,
    Limits,
    NotModified,
    Reason,
    Refused,
    WebClient,
    fetch_robots,
    robots_allows,
)

PAGE_LIMITS = Limits(deadline_s=10.0, max_bytes=100_000)
FEED_LIMITS = Limits(deadline_s=10.0, max_bytes=100_000, accept=Accept.FEED)
ROBOTS_LIMITS = Limits(deadline_s=10.0, max_bytes=1000, accept=Accept.TEXT, cut=True)
NOW = 1_790_000_000.0
ETAG = '"v1"'
FEED = b'<?xml version="1.0"?><rss version="2.0"><channel/></rss>'


class Site:
    """Answers each path with a status, headers and a body; remembers what it was asked."""

    def __init__(self):
        self.pages = {}
        self.asked = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler_for(self))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()
        self.endpoint = f"127.0.0.1:{self._server.server_address[1]}"
        self.url = f"http://{self.endpoint}"

    def serve(self, path, status=200, body=b"<html>page</html>", **headers):
        self.pages[path] = (status, {name.replace("_", "-"): value for name, value in headers.items()}, body)

    def close(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def handler_for(site):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            site.asked.append((self.path, dict(self.headers)))
            status, headers, body = site.pages.get(self.path, (404, {}, b"nothing here"))
            if headers.get("ETag") and self.headers["If-None-Match"] == headers["ETag"]:
                status, body = 304, b""
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    return Handler


@pytest.fixture
def site():
    site = Site()
    yield site
    site.close()


@pytest.fixture
def client(site):
    return WebClient(
        user_agent="kuzet/0.1 (test)",
        contact="desk@example.kz",
        allowed_hosts=frozenset({site.endpoint}),
        clock=lambda: NOW,
    )


def test_a_page_comes_with_its_facts(site, client):
    """Later stages know the page only by this record."""
    site.serve("/old", 301, Location="/new?a=1")
    site.serve("/new?a=1", Content_Type="text/html; charset=windows-1251", Set_Cookie="session=1", ETag=ETAG)
    answer = client.get(f"{site.url}/old", limits=PAGE_LIMITS)
    assert isinstance(answer, Fetched)
    page = answer.page
    assert (page.url, page.final_url) == (f"{site.url}/old", f"{site.url}/new?a=1")
    assert answer.hops == (page.url, page.final_url)
    assert (page.status, page.body, page.fetched_at.timestamp()) == (200, b"<html>page</html>", NOW)
    assert page.headers["content-type"] == "text/html; charset=windows-1251"
    assert "set-cookie" not in page.headers


def test_the_request_says_who_asks(site, client):
    """Site owners can recognise the robot, reach its owner, and are asked for what is wanted."""
    site.serve("/")
    client.get(site.url, limits=PAGE_LIMITS)
    headers = site.asked[0][1]
    assert headers["User-Agent"] == "kuzet/0.1 (test)"
    assert headers["From"] == "desk@example.kz"
    assert headers["Host"] == site.endpoint
    assert headers["Accept-Encoding"].startswith("gzip")
    assert "If-None-Match" not in headers


def test_validators_bring_not_modified(site, client):
    """The polling of hundreds of feeds lives on 304."""
    site.serve("/rss", body=FEED, ETag=ETAG, Last_Modified="Mon, 21 Sep 2026 10:00:00 GMT")
    first = client.get(f"{site.url}/rss", limits=FEED_LIMITS)
    assert isinstance(first, Fetched)
    assert first.validators == Validators(
        etag=ETAG, last_modified="Mon, 21 Sep 2026 10:00:00 GMT", final_url=f"{site.url}/rss"
    )
    second = client.get(f"{site.url}/rss", limits=FEED_LIMITS, validators=first.validators)
    assert second == NotModified(f"{site.url}/rss")
    assert site.asked[1][1]["If-Modified-Since"] == "Mon, 21 Sep 2026 10:00:00 GMT"


def test_a_changed_feed_comes_anew(site, client):
    """Validators that no longer match bring the document."""
    site.serve("/rss", body=FEED, ETag='"v2"')
    answer = client.get(f"{site.url}/rss", limits=FEED_LIMITS, validators=Validators(etag=ETAG))
    assert isinstance(answer, Fetched)


def test_validators_are_sent_to_the_final_url_only(site, client):
    """A redirect may lead elsewhere tomorrow; the tag of one URL says nothing about another."""
    site.serve("/feed", 302, Location="/rss", ETag=ETAG)
    site.serve("/rss", body=FEED, ETag=ETAG)
    first = client.get(f"{site.url}/feed", limits=FEED_LIMITS)
    site.asked.clear()
    assert client.get(f"{site.url}/feed", limits=FEED_LIMITS, validators=first.validators) == NotModified(
        f"{site.url}/rss"
    )
    assert ["If-None-Match" in headers for _, headers in site.asked] == [False, True]


@pytest.mark.parametrize("status", [403, 429, 503])
def test_retry_after_means_later(site, client, status):
    """A site that names a time is not asked before it."""
    site.serve("/", status, Retry_After="120")
    assert client.get(site.url, limits=PAGE_LIMITS) == Later(NOW + 120, Reason(f"http_{status}"))


def test_retry_after_may_be_a_date(site, client):
    """Half of the servers write it so."""
    site.serve("/", 503, Retry_After=formatdate(NOW + 3600, usegmt=True))
    assert client.get(site.url, limits=PAGE_LIMITS) == Later(NOW + 3600, Reason.HTTP_503)


def test_too_many_requests_means_later_even_without_a_time(site, client):
    """Going on at the same pace would get the robot banned."""
    site.serve("/", 429)
    assert client.get(site.url, limits=PAGE_LIMITS) == Later(NOW + 300, Reason.HTTP_429)


@pytest.mark.parametrize("status", [401, 403, 404, 410, 451, 500, 503])
def test_error_pages_are_no_articles(site, client, status):
    """Their text must never be indexed; the reason says which it was."""
    site.serve("/", status)
    answer = client.get(site.url, limits=PAGE_LIMITS)
    assert isinstance(answer, Refused)
    assert answer.reason.startswith("http_")
    assert str(status) in answer.detail


def test_robots_txt_is_fetched_and_obeyed(site, client):
    """The whole way: from the site's file to the verdict on a page."""
    site.serve("/robots.txt", body=b"\xef\xbb\xbfUser-agent: *\nDisallow: /private\n", Content_Type="text/plain")
    text = fetch_robots(client, f"{site.url}/news/1", limits=ROBOTS_LIMITS)
    assert isinstance(text, str)
    assert robots_allows(text, f"{site.url}/news/1", client.user_agent)
    assert not robots_allows(text, f"{site.url}/private/1", client.user_agent)


@pytest.mark.parametrize("status", [401, 403, 404, 410, 418])
def test_a_site_without_robots_txt_allows_everything(site, client, status):
    """RFC 9309, 2.3.1.3: the file is unavailable."""
    site.serve("/robots.txt", status)
    assert fetch_robots(client, site.url) == ""


@pytest.mark.parametrize(("status", "wait_s"), [(500, 600), (503, 600), (429, 300)])
def test_a_site_that_cannot_say_is_left_alone_for_a_while(site, client, status, wait_s):
    """RFC 9309, 2.3.1.4: the file is unreachable, so nothing may be fetched yet."""
    site.serve("/robots.txt", status)
    answer = fetch_robots(client, site.url)
    assert isinstance(answer, Later)
    assert answer.not_before == NOW + wait_s


def test_a_dead_site_is_left_alone_for_a_while():
    """So is one that does not answer at all."""
    client = WebClient(user_agent="kuzet/0.1", allowed_hosts=frozenset({"127.0.0.1:1"}), clock=lambda: NOW)
    assert fetch_robots(client, "http://127.0.0.1:1/news") == Later(NOW + 600, Reason.CONNECT)


def test_robots_txt_is_followed_through_redirects(site, client):
    """Five hops (RFC 9309, 2.3.1.2); a circle counts as no file."""
    site.serve("/robots.txt", 301, Location="/rules")
    site.serve("/rules", body=b"User-agent: *\nDisallow: /\n", Content_Type="text/plain")
    assert fetch_robots(client, site.url) == "User-agent: *\nDisallow: /\n"
    site.serve("/robots.txt", 301, Location="/robots.txt")
    assert fetch_robots(client, site.url) == ""


def test_a_long_robots_txt_is_read_as_far_as_the_limit(site, client):
    """Its beginning still counts."""
    site.serve("/robots.txt", body=b"User-agent: *\nDisallow: /a\n" + b"# more\n" * 1000, Content_Type="text/plain")
    text = fetch_robots(client, site.url, limits=ROBOTS_LIMITS)
    assert len(text) == 1000
    assert not robots_allows(text, f"{site.url}/a", client.user_agent)


REFRESH = b'<html><head><META content="0; URL=%s" http-equiv=refresh><title>x</title></head><body>%s</body></html>'


@pytest.mark.parametrize("target", [b"/whole?a=1&amp;b=2", b"'/whole?a=1&b=2'"])
def test_a_page_without_words_sends_its_reader_on(site, client, target):
    """Sites leave such pages at an article's old address; the article is where they lead."""
    site.serve("/old", body=REFRESH % (target, b"<script>var x = 1;</script>"))
    site.serve("/whole?a=1&b=2", body=b"<html><body>whole</body></html>")
    answer = client.get(f"{site.url}/old", limits=PAGE_LIMITS)
    assert (answer.page.final_url, b"whole" in answer.page.body) == (f"{site.url}/whole?a=1&b=2", True)


@pytest.mark.parametrize("body", [b"", b"<html><body>Wait</body></html>"], ids=["empty", "a word"])
def test_a_header_sends_a_reader_on_like_markup(site, client, body):
    """Old engines answer 200 with `Refresh: 0; url=…`."""
    site.serve("/old", body=body, Refresh="0; url=/whole")
    site.serve("/whole", body=b"<html><body>whole</body></html>")
    assert client.get(f"{site.url}/old", limits=PAGE_LIMITS).page.final_url == f"{site.url}/whole"


def test_a_page_with_words_refreshes_itself_in_vain(site, client):
    """Front pages and articles reload themselves; a robot that followed would fetch them for ever."""
    site.serve("/news", body=REFRESH % (b"/news", b"<p>%s</p>" % ("Мәтін. " * 60).encode()))
    assert client.get(f"{site.url}/news", limits=PAGE_LIMITS).page.final_url == f"{site.url}/news"


def test_a_page_that_sends_to_itself_or_to_another_network_is_refused(site, client):
    """The same rules as for any redirect: no circles, no address of this machine."""
    site.serve("/circle", body=REFRESH % (b"/circle", b""))
    site.serve("/inward", body=REFRESH % (b"http://127.0.0.1:9/", b""))
    assert client.get(f"{site.url}/circle", limits=PAGE_LIMITS).reason is Reason.BAD_REDIRECT
    assert client.get(f"{site.url}/inward", limits=PAGE_LIMITS).reason is Reason.BAD_REDIRECT


def test_redirects_for_good_are_known_from_passing_ones(site, client):
    """Only the first kind may change where a feed is asked for."""
    for path, status in (("/moved", 301), ("/away", 302)):
        site.serve(path, status, Location="/feed")
    site.serve("/feed", body=FEED, Content_Type="application/rss+xml")
    moved = {path: client.get(site.url + path, limits=FEED_LIMITS).moved_to for path in ("/moved", "/away", "/feed")}
    assert moved == {"/moved": f"{site.url}/feed", "/away": "", "/feed": ""}
