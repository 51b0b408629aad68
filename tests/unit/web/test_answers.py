"""Decisions of the web client that need no socket: waiting, types of documents, reasons, robots.txt."""

import gzip
import time

import pytest

from worker.web import Accept, Reason, Refused, WebClient, crawl_delay_s, fetch_robots, robots_allows, robots_url
from worker.web.client import status_reason
from worker.web.content import wrong_body, wrong_coding, wrong_type
from worker.web.robots import ROBOTS_LIMITS
from worker.web.waiting import retry_at

NOW = 1_790_000_000.0  # 2026-09-21 14:13:20 UTC
ROBOT = "kuzet/0.1 (+https://example.org; news monitor)"


@pytest.mark.parametrize(
    ("header", "wait_s"),
    [
        ("120", 120),
        (" 60 ", 60),
        ("0", 10),
        ("99999999", 86_400),
        ("9" * 400, 86_400),
        ("Mon, 21 Sep 2026 14:18:20 GMT", 300),
        ("Monday, 21-Sep-26 14:18:20 GMT", 300),
        ("Mon, 21 Sep 2026 19:18:20 +0500", 300),
        ("Mon, 21 Sep 2020 00:00:00 GMT", 10),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 86_400),
    ],
)
def test_retry_after_is_believed_within_reason(header, wait_s):
    """Seconds or a date; never at once, never more than a day."""
    assert retry_at(header, now=NOW) == NOW + wait_s


def test_an_address_that_is_not_public_has_no_robots_txt():
    """It was «away» for ten minutes, three times, and its host held, before the article was rejected."""
    client = WebClient(user_agent=ROBOT)
    assert fetch_robots(client, "http://10.0.0.1/news/1") == ""
    assert client.get("http://10.0.0.1/news/1", limits=ROBOTS_LIMITS).reason is Reason.UNSAFE_ADDRESS


@pytest.mark.parametrize("header", ["", "soon", "-5", "1.5", "١٢", "Mon, 99 Sep 2026 14:18:20 GMT"])
def test_unreadable_retry_after_says_nothing(header):
    """The caller then decides by the status alone."""
    assert retry_at(header, now=NOW) is None


@pytest.mark.parametrize(
    ("content_type", "accept", "reason"),
    [
        ("text/html; charset=utf-8", Accept.PAGE, None),
        ("TEXT/HTML", Accept.PAGE, None),
        ("application/xhtml+xml", Accept.PAGE, None),
        ("", Accept.PAGE, None),
        ("application/pdf", Accept.PAGE, Reason.NOT_HTML),
        ("application/json", Accept.PAGE, Reason.NOT_HTML),
        ("application/rss+xml", Accept.PAGE, Reason.NOT_HTML),
        ("image/jpeg", Accept.PAGE, Reason.NOT_HTML),
        ("application/rss+xml", Accept.FEED, None),
        ("text/html", Accept.FEED, None),
        ("application/octet-stream", Accept.FEED, None),
        ("video/mp4", Accept.FEED, Reason.NOT_TEXT),
        ("text/html, text/html; charset=utf-8", Accept.PAGE, None),
        ("application/octet-stream, text/html", Accept.PAGE, None),
        ("text/html charset=utf-8", Accept.PAGE, None),
        ("html", Accept.PAGE, None),
        ("application/pdf; text", Accept.PAGE, Reason.NOT_HTML),
        ("image/svg+xml", Accept.TEXT, Reason.NOT_TEXT),
    ],
)
def test_types_are_judged_before_the_body(content_type, accept, reason):
    """A film is not worth reading to its end to learn that it is one."""
    assert wrong_type(content_type, accept=accept) is reason


RSS = b'<?xml version="1.0"?><rss version="2.0"><channel/></rss>'


@pytest.mark.parametrize(
    ("body", "content_type", "accept", "reason"),
    [
        pytest.param(b"<!DOCTYPE html><html>", "", Accept.PAGE, None, id="html"),
        pytest.param(
            b"\xef\xbb\xbf \n<!-- x --><HTML lang=kk>",
            "text/plain",
            Accept.PAGE,
            None,
            id="html after a mark and a comment",
        ),
        pytest.param(
            b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">',
            "application/xml",
            Accept.PAGE,
            None,
            id="xhtml",
        ),
        pytest.param("<html>".encode("utf-16"), "text/xml", Accept.PAGE, None, id="utf-16 html"),
        pytest.param(b"<p>begins late", "text/html", Accept.PAGE, None, id="html that begins late"),
        pytest.param(b"plain words", "text/plain", Accept.PAGE, Reason.NOT_HTML, id="words as html"),
        pytest.param(RSS, "text/xml", Accept.PAGE, Reason.NOT_HTML, id="rss as a page"),
        pytest.param(b"\xff\xd8\xff\xe0", "text/html", Accept.PAGE, Reason.NOT_HTML, id="jpeg"),
        pytest.param(gzip.compress(b"<html>", mtime=0), "text/html", Accept.PAGE, Reason.NOT_HTML, id="gzip"),
        pytest.param(b" \r\n", "text/html", Accept.PAGE, Reason.EMPTY, id="blank"),
        pytest.param(RSS, "text/html", Accept.FEED, None, id="rss"),
        pytest.param(RSS.decode().encode("utf-16"), "", Accept.FEED, None, id="utf-16 rss"),
        pytest.param(b"<html>a page</html>", "application/rss+xml", Accept.FEED, None, id="html as a feed"),
        pytest.param(b"PK\x03\x04", "application/rss+xml", Accept.FEED, Reason.NOT_TEXT, id="zip"),
        pytest.param(b"", "application/rss+xml", Accept.FEED, Reason.EMPTY, id="no bytes as a feed"),
        pytest.param(b"", "text/plain", Accept.TEXT, None, id="no bytes as text"),
    ],
)
def test_first_bytes_are_judged(body, content_type, accept, reason):
    """Types lie. Whether HTML holds a feed is the parser's business; bytes that are no text are ours."""
    assert wrong_body(body, content_type=content_type, accept=accept) is reason


@pytest.mark.parametrize("coding", ["", "gzip", "GZIP", "identity", "gzip, gzip", "utf-8, gzip"])
def test_usual_codings_are_undone(coding):
    """Nothing at all, what the client asked for, and words that are no coding."""
    assert not wrong_coding(coding)


@pytest.mark.parametrize("coding", ["gzip, br", "compress", "deflate,gzip,br"])
def test_unusual_codings_are_refused(coding):
    """Chains of codings multiply a bomb."""
    assert wrong_coding(coding)


@pytest.mark.parametrize(
    ("status", "reason", "passing"),
    [
        (404, Reason.HTTP_404, False),
        (403, Reason.HTTP_403, False),
        (418, Reason.HTTP_4XX, False),
        (503, Reason.HTTP_503, True),
        (500, Reason.HTTP_5XX, True),
        (204, Reason.HTTP_OTHER, False),
        (206, Reason.HTTP_OTHER, False),
    ],
)
def test_statuses_have_reasons(status, reason, passing):
    """Retrying a 404 wastes the site's time, giving up on a 503 loses an article."""
    assert status_reason(status) is reason
    assert reason.is_passing is passing


def test_a_refusal_reads_as_a_sentence():
    """It is shown to people as it is."""
    assert str(Refused(Reason.DNS, "unknown name")) == "dns (unknown name)"
    assert str(Refused(Reason.ROBOTS)) == "robots"


RULES = """
User-agent: *
Disallow: /private/
Crawl-delay: 5

User-agent: Kuzet
Disallow: /search
Allow: /search/about
Disallow: /жаңа
Crawl-delay: 900

User-agent: kuz
Disallow: /
"""


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/news/1", True),
        ("/private/", True),
        ("/search?q=a", False),
        ("/search/about", True),
        ("/%D0%B6%D0%B0%D2%A3%D0%B0/1", False),
        ("/robots.txt", True),
    ],
)
def test_the_group_of_our_name_rules(path, allowed):
    """Only the most specific group counts (RFC 9309, 2.2.1), and a beginning of our name is another robot."""
    assert robots_allows(RULES, f"https://example.kz{path}", ROBOT) is allowed


def test_other_robots_follow_the_star():
    """Groups of other robots do not concern us."""
    assert not robots_allows(RULES, "https://example.kz/private/a", "other/1")
    assert robots_allows("User-agent: Googlebot\nDisallow: /\n", "https://example.kz/", ROBOT)
    assert not robots_allows("User-agent: Googlebot\nUser-agent: *\nDisallow: /\n", "https://example.kz/", ROBOT)


@pytest.mark.parametrize("text", ["", "<html>not found</html>", "\x00\x01", "Disallow: /", "User-agent:\nDisallow: /"])
def test_no_rules_allow_everything(text):
    """Most sites have none, and many answer with a page."""
    assert robots_allows(text, "https://example.kz/a", ROBOT)
    assert crawl_delay_s(text, ROBOT) is None


def test_crawl_delay_is_taken_within_reason():
    """A spacing of fifteen minutes would starve a source of a hundred articles a day."""
    assert crawl_delay_s(RULES, "other/1") == 5
    assert crawl_delay_s(RULES, ROBOT) == 60


def test_robots_txt_of_a_host_includes_its_port():
    """Rules are per scheme, host and port."""
    assert robots_url("https://Example.kz:8443/a?b#c") == "https://example.kz:8443/robots.txt"


@pytest.mark.parametrize("name", ["x{}", "*k{}", "kuzet*{}", "{}"])
def test_a_hostile_robots_txt_costs_little(name):
    """Every rule once for each of 14,000 robots would be 200 million rules and all of the memory."""
    agents = "\r".join("User-agent: " + name.format(number) for number in range(14_000))
    rules = "\r".join(f"Disallow: /{number}" for number in range(14_000))
    began = time.process_time()
    assert robots_allows(f"{agents}\r{rules}\r", "https://example.kz/news", ROBOT)
    assert time.process_time() - began < 3
