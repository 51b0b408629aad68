"""Hostile feeds and pages through the running watch: each ends in time with a name, and ordinary news go on."""

from __future__ import annotations

import gzip
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache

import psutil
import pytest
import yaml

from pipelines.models import ArticleDocument, Stage
from pipelines.urls import article_id
from tests.support.hostile_site import HostileSite, Talk
from tests.support.running_watch import StartWatch, Watch
from worker.state import Trace

pytestmark = pytest.mark.timeout(240)

MB = 1_000_000
LIMITS = {"fetch_deadline_s": 2.0, "cpu_deadline_s": 3.0, "page_retry_s": 0.5, "cpu_processes": 2}
MOMENT_S = 0.3
MOST_RSS_MB = 500
TITLE = "Полиция задержала подозреваемых: {}"
SUMMARY = "Об этом сообщили в департаменте полиции города Алматы, подробностей пока нет."
SENTENCE = "Сотрудники полиции задержали двух жителей Алматы по подозрению в краже скота. "
HTML = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
XML = b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml; charset=utf-8\r\n\r\n"
BOMB = b'<!DOCTYPE x [<!ENTITY a0 "ha">' + b"".join(
    b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 12)
)

ORDINARY = ("ordinary-1", "ordinary-2", "ordinary-3")
ENDS = {  # page → its outcome, and what its journey has to say
    "huge": ("indexed", "too_large"),
    "inflated": ("indexed", "too_large"),
    "siblings": ("indexed", ""),
    "dripping": ("indexed", "timeout"),
    "to-loopback": ("indexed", "bad_redirect"),
    "to-itself": ("indexed", "bad_redirect"),
    "hanging": ("indexed", "unreadable"),
}


@cache
def inflated() -> bytes:
    """A few kilobytes that become five times what a page may have."""
    return gzip.compress(b"<p>x</p>" * 3 * MB)


ANSWERS: dict[str, Callable[[Talk], None]] = {  # connections end where the answer does
    "robots.txt": lambda talk: talk.send(b"HTTP/1.1 404 Not Found\r\n\r\n"),
    "news.xml": lambda talk: talk.send(XML, rss(talk, *ENDS, *ORDINARY).encode()),
    "markup.xml": lambda talk: talk.page(f"<html><body><h1>Лента</h1><p>{SENTENCE}</p></body></html>".encode()),
    "empty.xml": lambda talk: talk.send(XML),
    "bomb.xml": lambda talk: talk.send(XML, BOMB, bombed(talk).encode()),
    "cp1251.xml": lambda talk: talk.send(XML, rss(talk, "encoded").encode("cp1251")),
    "huge": lambda talk: talk.forever(b"<p>" + b"x" * MB, first=HTML + b"Content-Length: 200000000\r\n\r\n"),
    "inflated": lambda talk: talk.send(HTML, b"Content-Encoding: gzip\r\n\r\n", inflated()),
    "siblings": lambda talk: talk.send(HTML, b"\r\n", article("siblings", "<p>x</p>" * 100_000)),
    "dripping": lambda talk: talk.forever(b"x", pause_s=1.0, first=HTML + b"\r\n"),
    "to-loopback": lambda talk: talk.redirect("http://127.0.0.1:9/"),
    "to-itself": lambda talk: talk.redirect("/to-itself"),
    "hanging": lambda talk: talk.send(HTML, b"\r\n", article("hanging", ("<p>" + "<b>x</b> " * 2900 + "</p>") * 5)),
}


def answer(talk: Talk) -> None:
    """Be hostile at the addresses that are named for it, and an ordinary page elsewhere."""
    name = talk.path.strip("/")
    if name in ANSWERS:
        ANSWERS[name](talk)
    else:
        talk.send(HTML, b"\r\n", article(name, f"<p>{SENTENCE * 3}</p>"))


def rss(talk: Talk, *names: str) -> str:
    host = talk.request.partition(b"Host: ")[2].partition(b"\r\n")[0].decode()
    items = "".join(
        f"<item><title>{TITLE.format(name)}</title><link>http://{host}/{name}</link>"
        f"<description>{SUMMARY}</description></item>"
        for name in names
    )
    return f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>x</title>{items}</channel></rss>'


def bombed(talk: Talk) -> str:
    return "]>" + rss(talk, "bombed").replace(TITLE.format("bombed"), "&a11;").partition("?>")[2]


def article(name: str, text: str) -> bytes:
    head = f"<h1>{TITLE.format(name)}</h1>"
    return f"<html><body>{head}<article><p>{SENTENCE * 3}</p>{text}</article></body></html>".encode()


FEEDS = ("news", "markup", "empty", "bomb", "cp1251")


@dataclass
class Memory:
    """The most memory that any process of the run had, looked at five times a second."""

    watch: Watch
    peaks_mb: dict[str, float] = field(default_factory=dict)
    stopped: threading.Event = field(default_factory=threading.Event)

    def look(self) -> None:
        while not self.stopped.wait(0.2):
            for name, pid in self.watch.run.pids().items():
                self._note(name, pid)

    def _note(self, name: str, pid: int) -> None:
        try:
            parent = psutil.Process(pid)
            sizes = [process.memory_info().rss / MB for process in (parent, *parent.children())]
        except psutil.NoSuchProcess:
            return
        self.peaks_mb[name] = max(self.peaks_mb.get(name, 0.0), *sizes)


@dataclass(frozen=True)
class HostileWatch:
    """A watch that has seen everything the site has, besides the newsroom's ordinary news."""

    watch: Watch
    site: HostileSite
    memory: Memory

    def trace(self, name: str) -> Trace:
        found = self.watch.runtime.state.articles.trace(article_id(self.site.url + name))
        assert found is not None, name
        return found

    def stored(self, name: str) -> ArticleDocument:
        found = self.watch.runtime.search.get(article_id(self.site.url + name))
        assert found is not None, (name, self.trace(name))
        return found

    def has_ended(self) -> bool:
        state = self.watch.runtime.state
        links = [self.site.url + name for name in (*ENDS, *ORDINARY, "encoded", "bombed")]
        links += [expectation.link for expectation in self.watch.newsroom.expectations()]
        traces = [state.articles.trace(article_id(link)) for link in links]
        polled = [state.feeds.snapshot(feed) for feed in FEEDS]
        return all(trace and trace.outcome for trace in traces) and all(feed and feed.polls for feed in polled)


@pytest.fixture(scope="module")
def hostile_watch(tmp_path_factory: pytest.TempPathFactory, start_watch: StartWatch) -> Iterator[HostileWatch]:
    folder = tmp_path_factory.mktemp("hostile_watch")
    site = HostileSite(answer)
    feeds = [{"id": name, "url": f"{site.url}{name}.xml", "source": name, "family": "hostile"} for name in FEEDS]
    (folder / "feeds.yaml").write_text(yaml.safe_dump({"feeds": feeds}), encoding="utf-8")
    with start_watch(folder, allow_hosts=site.endpoint, **LIMITS) as watch:
        hostile_watch = HostileWatch(watch, site, Memory(watch))
        looking = threading.Thread(target=hostile_watch.memory.look, daemon=True)
        looking.start()
        watch.newsroom.publish_all()
        hang(watch, article_id(site.url + "hanging"))
        hang(watch, article_id(site.url + "hanging"))
        watch.wait(hostile_watch.has_ended)
        hostile_watch.memory.stopped.set()
        looking.join()
        yield hostile_watch
    site.close()


def hang(watch: Watch, key: str) -> None:
    """Stop the process that reads this article's page, as if it ran in circles."""
    redis, prefix = watch.runtime.redis, watch.runtime.settings.redis_prefix
    due, record = f"{prefix}due:{Stage.EXTRACT}", f"{prefix}article:{key}"

    def is_read() -> bool:
        return redis.zscore(due, key) is not None and bool(redis.hget(record, "token"))

    def stopped() -> bool:
        working = at_work(psutil.Process(watch.run.pids()["cpu"]).children()) if is_read() else []
        for child in working:
            send_signal(child, signal.SIGSTOP)
        if working and not is_read():
            for child in working:  # it was another article's, or too late
                send_signal(child, signal.SIGCONT)
        return bool(working) and is_read()

    watch.wait(stopped, slowest_s=0.02)
    until = float(redis.hget(record, "lease_until"))
    assert redis.hget(record, "token"), "it was quicker"
    watch.wait(lambda: time.time() > until)


def send_signal(process: psutil.Process, number: signal.Signals) -> None:
    """Send a signal; who has just been replaced needs none."""
    with suppress(psutil.NoSuchProcess):
        process.send_signal(number)


def at_work(children: list[psutil.Process]) -> list[psutil.Process]:
    """Those that computed for most of a moment: who reads this page does so for seconds, other pages take less."""
    before = {child: computed_s(child) for child in children}
    time.sleep(MOMENT_S)
    return [child for child, used_s in before.items() if computed_s(child) - used_s > MOMENT_S / 4]


def computed_s(process: psutil.Process) -> float:
    """CPU seconds of a process; none of one that has just been replaced."""
    try:
        return sum(process.cpu_times()[:2])
    except psutil.NoSuchProcess:
        return 0.0


@pytest.mark.parametrize("name", ENDS)
def test_a_hostile_page_ends_with_a_name(hostile_watch: HostileWatch, name: str) -> None:
    """Each costs its deadline and no more; its journey shows what was wrong."""
    outcome, word = ENDS[name]
    trace = hostile_watch.trace(name)
    assert trace.outcome == outcome, trace
    assert any(word in f"{step.event} {step.detail}" for step in trace.steps), trace.steps


@pytest.mark.parametrize("name", [name for name, (outcome, _) in ENDS.items() if outcome == "indexed"])
def test_an_analyst_reads_the_feeds_text_where_the_page_is_of_no_use(hostile_watch: HostileWatch, name: str) -> None:
    """News behind a broken page are news: headline and summary are searchable, and said to be no more than that."""
    document = hostile_watch.stored(name).document
    assert document["title"] == TITLE.format(name)
    assert document["body"] == SUMMARY
    assert document["extraction"] == "summary"


@pytest.mark.parametrize(("feed", "word"), [("markup", "html"), ("empty", "empty")])
def test_a_hostile_feed_is_a_failed_poll_with_a_reason(hostile_watch: HostileWatch, feed: str, word: str) -> None:
    """It is looked at again later, and `kuzet feeds list` can say why it brings nothing."""
    snapshot = hostile_watch.watch.runtime.state.feeds.snapshot(feed)
    assert snapshot is not None
    assert snapshot.state == "failing"
    assert word in snapshot.polls[-1].note.lower()


def test_an_xml_bomb_does_not_go_off(hostile_watch: HostileWatch) -> None:
    """Eleven lines of entities would be a hundred gigabytes."""
    snapshot = hostile_watch.watch.runtime.state.feeds.snapshot("bomb")
    assert snapshot is not None
    assert snapshot.polls
    assert snapshot.polls[-1].took_s < LIMITS["fetch_deadline_s"]
    assert len(hostile_watch.stored("bombed").document["title"]) < 200


def test_a_feed_that_lies_about_its_encoding_is_read_right(hostile_watch: HostileWatch) -> None:
    """Half of the region's sites have done so at one time."""
    assert hostile_watch.stored("encoded").document["title"] == TITLE.format("encoded")


@pytest.mark.parametrize("name", ORDINARY)
def test_ordinary_news_are_indexed_meanwhile(hostile_watch: HostileWatch, name: str) -> None:
    """One bad page must not hold up its neighbours: same feed, same host, same workers."""
    document = hostile_watch.stored(name).document
    assert document["extraction"] == "full"
    assert document["indexed_at"] < hostile_watch.stored("hanging").document["indexed_at"]


def test_the_newsroom_did_not_notice(hostile_watch: HostileWatch) -> None:
    """Other sites' articles end as they always do."""
    for expectation in hostile_watch.watch.newsroom.expectations():
        assert hostile_watch.watch.trace(expectation).outcome in expectation.outcomes


def test_memory_stays_flat(hostile_watch: HostileWatch) -> None:
    """Two hundred megabytes that somebody else sends are his problem."""
    assert max(hostile_watch.memory.peaks_mb.values()) < MOST_RSS_MB, hostile_watch.memory.peaks_mb


def test_nothing_is_in_quarantine_and_the_books_agree(hostile_watch: HostileWatch) -> None:
    """Hostile sites are no emergency."""
    assert hostile_watch.watch.runtime.state.quarantine.size == 0
    assert hostile_watch.watch.runtime.state.outcomes.audit(now=time.time()).is_balanced
