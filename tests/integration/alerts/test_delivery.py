"""Notifications on a real broker to real servers on loopback: none lost, and doubled only with the same key."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from secrets import token_hex
from types import SimpleNamespace

import pytest
from aiosmtpd.controller import Controller

from pipelines.alerts.alert import parse_alerts
from pipelines.alerts.signals import WatchHealth
from pipelines.alerts.speaking import Notification
from pipelines.errors import EngineRefusedError, EngineUnavailableError, KuzetError
from pipelines.stories.story import FACTS
from tests.support.leases import LEASE_S
from tests.unit.alerts.test_alerts import story
from worker.alerts.delivery import Never, NotYet, Sender, Sent, signature
from worker.alerts.signals import Senses, SignalLooker
from worker.alerts.speaker import Speaker
from worker.state import State
from worker.state.alerts import ToSay
from worker.tasks.alerts import MOST_ATTEMPTS, deliver

NOW = 1_772_366_400.357
"""With a fraction: it must be the same number in Redis, in Lua and here."""
FILE = """
targets:
  hook: {{kind: webhook, url: "{url}", secret_file: "{secret}", most_a_day: 3}}
alerts:
  grave: {{topics: [drugs], targets: [hook], wait_seconds: 0, cool_down_minutes: 0}}
"""


class Sink(BaseHTTPRequestHandler):
    """Answers with the statuses that it is given in turn, then 200; keeps what it accepted."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status, headers = self.server.answers.pop(0) if self.server.answers else (200, {})
        self.server.got.append((status, self.headers, body))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_args):
        """Keep the tests' output clean."""


@contextmanager
def open_sink() -> Iterator[SimpleNamespace]:
    """Serve on loopback until the end of the block."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Sink)
    server.answers, server.got = [], []
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    host = f"127.0.0.1:{server.server_port}"
    yield SimpleNamespace(url=f"http://{host}/hook", host=host, server=server)
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def sink() -> Iterator[SimpleNamespace]:
    with open_sink() as opened:
        yield opened


@pytest.fixture
def state(redis):
    return State(redis, prefix=f"t{token_hex(3)}:", lease_s=LEASE_S)


@pytest.fixture
def rules(sink, tmp_path):
    (tmp_path / "secret").write_text("s3cret\n", encoding="utf-8")
    return parse_alerts(FILE.format(url=sink.url, secret=tmp_path / "secret"))


@pytest.fixture
def runtime(state, rules, sink):
    """What a task of the watch works with, with a clock that the test moves."""
    clock = SimpleNamespace(now=NOW)
    settings = SimpleNamespace(allowed_hosts=frozenset({sink.host}))
    return SimpleNamespace(
        state=state, alert_file=SimpleNamespace(rules=rules), settings=settings, now=lambda: clock.now, clock=clock
    )


def found_by_all(ids, queries):
    return dict.fromkeys(ids, frozenset(queries))


@pytest.fixture
def speaker(state, rules):
    return Speaker(
        state.alerts,
        state.stories,
        rules=lambda: rules,
        search=found_by_all,
    )


def report(state, name="a", **more):
    """Let a story come in, as the joiner writes it."""
    for member in story(name=name, **more)["members"]:
        state.stories.join(member["id"], name, member=member, features={}, at=1.0, now=NOW)


def spoken(state, speaker, *, now=NOW):
    speaker.look(now=now)
    speaker.speak(now=now)
    return state.alerts.due_notices(now=now, limit=100)


def test_a_story_is_sent_once_and_again_when_it_grows(state, speaker, runtime, sink):
    """The way of a message from the story to the receiver, signed, with its key."""
    report(state)
    (key,) = spoken(state, speaker)
    deliver(runtime, state.alerts.take(key, now=NOW, lease_s=60))
    ((_, headers, body),) = sink.server.got
    assert headers["X-Kuzet-Signature"] == signature("s3cret", body)
    assert headers["Idempotency-Key"] == key == json.loads(body)["key"]
    report(state, reports=3)
    assert spoken(state, speaker) == []
    report(state, reports=4, detained=9.0)
    assert len(spoken(state, speaker)) == 1
    assert state.alerts.outcomes(now=NOW) == {"hook:delivered": 1}


def test_a_step_that_is_done_twice_says_it_once(state, speaker):
    """A killed process leaves its step to the next one."""
    report(state)
    changed = state.alerts.changed(limit=10, now=NOW)
    speaker.look(now=NOW)
    state.alerts.pend([ToSay(story=changed[0][0], seen=changed[0][1])])
    report(state)  # the drain sends its batch again
    keys = spoken(state, speaker)
    assert keys == spoken(state, speaker)
    assert len(keys) == 1


def test_a_killed_sender_sends_again_with_the_same_key(state, speaker, runtime, sink):
    """A process that dies between the wire and the broker cannot know that the message arrived."""
    report(state)
    (key,) = spoken(state, speaker)
    killed = state.alerts.take(key, now=NOW, lease_s=60)
    assert state.alerts.take(key, now=NOW + 59, lease_s=60) is None
    runtime.clock.now = NOW + 61
    deliver(runtime, state.alerts.take(key, now=NOW + 61, lease_s=60))
    assert not state.alerts.end(killed, "quarantined", now=NOW + 62)
    assert [headers["Idempotency-Key"] for _, headers, _ in sink.server.got] == [key]
    assert state.alerts.outcomes(now=NOW) == {"hook:delivered": 1}


def test_a_target_in_trouble_gets_its_message_later(state, speaker, runtime, sink):
    """500, 429 with a time, a target that is down: put off, never lost."""
    sink.server.answers = [(500, {}), (429, {"Retry-After": "120"})]
    report(state)
    (key,) = spoken(state, speaker)
    deliver(runtime, state.alerts.take(key, now=NOW, lease_s=60))
    assert state.alerts.take(key, now=NOW + 4, lease_s=60) is None
    runtime.clock.now = NOW + 5
    deliver(runtime, state.alerts.take(key, now=NOW + 5, lease_s=60))
    assert state.alerts.take(key, now=NOW + 120, lease_s=60) is None
    runtime.clock.now = NOW + 126
    deliver(runtime, state.alerts.take(key, now=NOW + 126, lease_s=60))
    assert [status for status, _, _ in sink.server.got] == [500, 429, 200]
    assert state.alerts.waiting == 0


def test_a_refusal_goes_to_quarantine_and_names_no_secret(state, speaker, runtime, sink):
    """404 will not get better by itself; a person must see it."""
    sink.server.answers = [(404, {})]
    report(state)
    (key,) = spoken(state, speaker)
    deliver(runtime, state.alerts.take(key, now=NOW, lease_s=60))
    assert state.alerts.quarantined() == {key: "HTTP 404"}
    assert state.alerts.waiting == 0


def test_a_refused_message_is_sent_again_when_a_person_says_so(state, speaker, runtime, sink):
    """The address was wrong, and has been put right; or it is given up. Until then `kuzet status` names it."""
    sink.server.answers = [(404, {})]
    report(state)
    (key,) = spoken(state, speaker)
    deliver(runtime, state.alerts.take(key, now=NOW, lease_s=60))
    assert state.alerts.retry(key, now=NOW)
    assert state.alerts.quarantined() == {}
    deliver(runtime, state.alerts.take(key, now=NOW, lease_s=60))
    assert state.alerts.outcomes(now=NOW) == {"hook:quarantined": 1, "hook:delivered": 1}
    state.alerts.drop(key)
    assert state.alerts.due_notices(now=NOW + 9999, limit=9) == []


def test_a_target_in_trouble_is_named(state, speaker, runtime, sink):
    """Messages that wait for hours are seen in `kuzet status`, and a hiccup is not."""
    sink.server.answers = [(500, {})] * 3
    report(state)
    (key,) = spoken(state, speaker)
    for attempt in range(3):
        assert state.problems.current(now=runtime.clock.now) == []
        runtime.clock.now = NOW + 100 * attempt
        deliver(runtime, state.alerts.take(key, now=runtime.clock.now, lease_s=60))
    (said,) = state.problems.current(now=runtime.clock.now)
    assert said == "The target hook takes no notifications (HTTP 500); they are tried again."


def test_a_retag_renews_what_a_story_knows(state):
    """The rules found a graver word: the story says so, keeps its reasons, and no alert takes it for news."""
    report(state)
    ((_, seen),) = state.alerts.changed(limit=9, now=NOW)
    state.alerts.pend([ToSay(story="a", seen=seen)])
    (member,) = state.stories.members("a")
    state.stories.renew("a0", "a", {**member, "severity": "critical"} | {"topics": ["fraud"]}, names=FACTS)
    (renewed,) = state.stories.members("a")
    assert (renewed["severity"], renewed["topics"]) == ("critical", ["fraud"])
    assert renewed["reasons"] == member["reasons"]
    assert "a" in state.stories.unwritten(limit=9)
    assert state.alerts.changed(limit=9, now=NOW) == []
    state.stories.renew("elsewhere", "a", {"severity": "low"}, names=FACTS)
    assert len(state.stories.members("a")) == 1


def test_trying_ends(state, speaker, runtime, sink):
    """A target that is gone for good must not be asked for ever."""
    sink.server.answers = [(500, {})] * MOST_ATTEMPTS
    report(state)
    (key,) = spoken(state, speaker)
    while claim := state.alerts.take(key, now=runtime.clock.now, lease_s=60):
        deliver(runtime, claim)
        runtime.clock.now += 4000
    assert len(sink.server.got) == MOST_ATTEMPTS
    assert state.alerts.quarantined() == {key: "HTTP 500"}


def test_the_cap_of_a_day_holds(state, speaker):
    """A mistake in a rule must not send a thousand messages at night."""
    for number in range(5):
        report(state, name=f"n{number}")
        spoken(state, speaker)
    assert len(state.alerts.due_notices(now=NOW, limit=100)) == 3
    assert state.alerts.outcomes(now=NOW) == {"hook:capped": 2}


def test_muted_alerts_and_acknowledged_stories_are_silent(state, speaker):
    """Somebody has said that it is enough."""
    state.alerts.mute("grave", until=NOW + 100, now=NOW)
    report(state)
    assert spoken(state, speaker) == []
    state.alerts.unmute("grave")
    state.alerts.acknowledge("b")
    report(state, name="b")
    assert spoken(state, speaker) == []
    report(state, name="c")
    assert len(spoken(state, speaker)) == 1


def test_what_nobody_acknowledges_goes_to_the_next_target(state, sink):
    """The person on duty sleeps: after ten minutes the next one is asked, and after ten more the last one."""
    asked = parse_alerts(f"""
targets:
  a: {{kind: webhook, url: "{sink.url}"}}
  b: {{kind: webhook, url: "{sink.url}"}}
  c: {{kind: webhook, url: "{sink.url}"}}
alerts:
  grave: {{topics: [drugs], targets: [a], escalate_to: [b, c], escalate_minutes: 10, wait_seconds: 0}}
""")
    speaker = Speaker(
        state.alerts,
        state.stories,
        rules=lambda: asked,
        search=found_by_all,
    )
    report(state)
    spoken(state, speaker)
    assert speaker.escalate(now=NOW + 599) == 0
    assert speaker.escalate(now=NOW + 601) == 1
    assert speaker.escalate(now=NOW + 601) == 0
    assert speaker.escalate(now=NOW + 1300) == 1
    assert speaker.escalate(now=NOW + 9000) == 0
    bodies = [state.alerts.notice(key) for key in state.alerts.due_notices(now=NOW + 9000, limit=9)]
    assert [body["target"] for body in bodies] == ["a", "b", "c"]
    assert [body.get("next_minutes") for body in bodies] == [10, 10, None]
    assert [body.get("waited_minutes") for body in bodies] == [None, 10, 22]
    report(state, name="b")
    spoken(state, speaker, now=NOW + 9000)
    state.alerts.acknowledge("b")
    assert speaker.escalate(now=NOW + 20_000) == 0
    assert state.alerts.escalations(now=NOW + 99_999) == []


def test_a_signal_is_said_once_while_it_lasts(state):
    """An engine that is away is looked at each minute; what began anew is said anew."""
    asked = parse_alerts("""
targets: {hook: {kind: webhook, url: "https://h.kz"}}
alerts: {ill: {health: {}, targets: [hook], wait_seconds: 0}, busier: {spike: {}, targets: [hook]}}
""")
    engine = ["It does not answer."]
    away = lambda: WatchHealth(engine=engine[0], outbox=0, oldest_s=0.0, quarantined=0, unserved=())  # noqa: E731
    looker = SignalLooker(state.alerts, Senses(engine=None, feeds=list, health=away), rules=lambda: asked)
    assert [looker.look(["health"], now=NOW + after_s) for after_s in (0, 240, 301, 360)] == [0, 0, 1, 0]
    assert state.alerts.due(now=NOW + 301) == ["ill"]
    engine[0] = ""
    assert looker.look(["health"], now=NOW + 400) == 0
    engine[0] = "It does not answer."
    assert [looker.look(["health"], now=NOW + after_s) for after_s in (500, 801)] == [0, 1]
    assert len(state.alerts.pending("ill")) == 2
    assert state.alerts.take_turn("health", every_s=60)
    assert not state.alerts.take_turn("health", every_s=60)


def test_a_query_waits_until_the_article_is_searchable(state, rules):
    """A story is known a second before its article can be searched: it is neither missed nor holds others up."""
    asked = parse_alerts(
        FILE.format(url="http://h.kz", secret="") + '  words: {query: "x", targets: [hook], wait_seconds: 0}'
    )
    answers = [{}, EngineUnavailableError("engine", "is away"), {"a0": frozenset()}]

    asked_queries = []

    def search(ids, queries):
        assert ids == ["a0"]
        if queries:
            asked_queries.append(dict(queries))
            return {"a0": frozenset({"words"})}
        answer = answers.pop(0)
        if isinstance(answer, KuzetError):
            raise answer
        return answer

    speaker = Speaker(state.alerts, state.stories, rules=lambda: asked, search=search)
    report(state)
    assert speaker.look(now=NOW) == 0
    assert set(state.alerts.due(now=NOW)) == {"grave"}
    assert state.alerts.changed(limit=9, now=NOW + 0.4) == []
    assert speaker.look(now=NOW + 700) == 0  # an engine that was away for long
    assert speaker.look(now=NOW + 800) == 1
    assert set(state.alerts.due(now=NOW + 800)) == {"grave", "words"}
    assert state.alerts.changed(limit=9, now=NOW + 9e6) == []
    assert state.alerts.waits_since("a") == 0
    assert asked_queries == [{"words": "x"}]  # no query is run for what is not searchable


def test_a_query_that_the_engine_refuses_holds_up_no_other(state):
    """One mistake in the file must not silence every alert that has a query."""
    names = [f"q{number}" for number in range(5)]
    lines = "".join(f'  {name}: {{query: "{name}", targets: [hook], wait_seconds: 0}}\n' for name in names)
    asked = parse_alerts(f'targets: {{hook: {{kind: webhook, url: "http://h.kz"}}}}\nalerts:\n{lines}')

    def search(ids, queries):
        if "q3" in queries:
            raise EngineRefusedError("engine", "takes no such query")
        return dict.fromkeys(ids, frozenset(queries))

    speaker = Speaker(state.alerts, state.stories, rules=lambda: asked, search=search)
    report(state)
    assert speaker.look(now=NOW) == 1
    assert set(state.alerts.due(now=NOW)) == {"q0", "q1", "q2", "q4"}


def test_what_never_becomes_searchable_is_let_go(state, rules):
    """An article that the engine refused must not be looked at for ever, and one that is not found is done at once."""
    asked = parse_alerts(
        FILE.format(url="http://h.kz", secret="") + '  words: {query: "x", targets: [hook], wait_seconds: 0}'
    )
    found = {}
    speaker = Speaker(state.alerts, state.stories, rules=lambda: asked, search=lambda _ids, _queries: found)
    report(state)
    assert speaker.look(now=NOW) == 0
    assert speaker.look(now=NOW + 86_401) == 1
    found["b0"] = frozenset()
    report(state, name="b")
    assert speaker.look(now=NOW + 86_402) == 1
    assert set(state.alerts.due(now=NOW + 99_999)) == {"grave"}


def sender(*hosts, **more):
    return Sender(allowed_hosts=frozenset(hosts), clock=lambda: NOW, **more)


def notice(state, speaker) -> Notification:
    report(state)
    (key,) = spoken(state, speaker)
    return state.alerts.take(key, now=NOW, lease_s=60).body


def test_a_local_address_is_refused_unless_it_is_allowed(state, speaker, rules):
    """A webhook to the metadata service of a cloud is how alert tools were broken into."""
    refused = sender().send(rules.targets["hook"], notice(state, speaker))
    assert isinstance(refused, Never)
    assert "not one of the web" in refused.error


def test_a_target_that_is_down_is_asked_again(state, speaker, tmp_path):
    """Nothing listens there: that is no refusal."""
    down = parse_alerts(FILE.format(url="http://127.0.0.1:9/x", secret=tmp_path / "none")).targets["hook"]
    said = notice(state, speaker)
    assert isinstance(sender("127.0.0.1:9").send(down, said), Never)  # its secret is missing
    (tmp_path / "none").write_text("x", encoding="utf-8")
    assert isinstance(sender("127.0.0.1:9").send(down, said), NotYet)


def test_telegram_gets_a_text_and_its_token_is_in_no_error(state, speaker, sink, tmp_path):
    """The token is part of the address, and errors quote addresses."""
    (tmp_path / "token").write_text("123:abc", encoding="utf-8")
    text = f'targets: {{bot: {{kind: telegram, to: ["-100"], secret_file: "{tmp_path / "token"}"}}}}'
    bot = parse_alerts(text).targets["bot"]
    said = notice(state, speaker)
    assert sender(sink.host, telegram_url=f"http://{sink.host}").send(bot, said) == Sent()
    assert json.loads(sink.server.got[0][2])["chat_id"] == "-100"
    refused = sender(telegram_url="http://127.0.0.1:1").send(bot, said)
    assert isinstance(refused, Never)
    assert "123:abc" not in refused.error


def test_a_part_that_a_chat_has_is_not_sent_again(state, runtime, rules, sink, tmp_path):
    """The second of two chats is busy: after the wait only what it lacks is sent, also after a retry by hand."""
    (tmp_path / "token").write_text("123:abc", encoding="utf-8")
    text = f'targets: {{bot: {{kind: telegram, to: ["-1", "-2"], secret_file: "{tmp_path / "token"}"}}}}'
    bot = parse_alerts(text).targets["bot"]
    said = {**notice(state, Speaker(state.alerts, state.stories, rules=lambda: rules, search=found_by_all))}
    said["stories"] = [{**said["stories"][0], "title": f"{number} " + "слово " * 200} for number in range(5)]
    sink.server.answers = [(200, {}), (200, {}), (429, {}), (200, {}), (404, {})]
    send = sender(sink.host, telegram_url=f"http://{sink.host}").send
    first = send(bot, said)
    assert isinstance(first, NotYet)
    second = send(bot, said, accepted=first.accepted)
    assert isinstance(second, Never)
    assert send(bot, said, accepted=second.accepted) == Sent()
    taken = [
        (json.loads(body)["chat_id"], json.loads(body)["text"]) for status, _, body in sink.server.got if status == 200
    ]
    assert len(taken) == len(set(taken)) >= 4
    claim = state.alerts.take(key := said["key"], now=NOW + 61, lease_s=60)
    state.alerts.put_off(claim, until=NOW + 70, now=NOW + 61, error="x", accepted=first.accepted)
    assert state.alerts.take(key, now=NOW + 71, lease_s=60).accepted == first.accepted


class Mailbox:
    def __init__(self):
        self.got = []
        self.refuse = ""
        self.unknown = {}

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802  as the next one
        if said := self.unknown.pop(address, ""):
            return said
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802  the name that aiosmtpd calls
        if self.refuse:
            said, self.refuse = self.refuse, ""
            return said
        self.got.append(envelope)
        return "250 OK"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def mail_server() -> Iterator[tuple[Mailbox, int]]:
    mailbox = Mailbox()
    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        yield mailbox, controller.port
    finally:
        controller.stop()


def test_a_mail_arrives_plain_and_html(state, speaker):
    """A real SMTP server gets one message with both texts and the key as its id; 451 is «later», 550 «never»."""
    said = notice(state, speaker)
    with mail_server() as (mailbox, port):
        text = f'targets: {{duty: {{kind: email, url: "smtp://127.0.0.1:{port}", sender: a@b.kz, to: [c@d.kz]}}}}'
        duty = parse_alerts(text).targets["duty"]
        mailbox.refuse = "451 later"
        assert isinstance(sender().send(duty, said), NotYet)
        mailbox.refuse = "550 never"
        assert isinstance(sender().send(duty, said), Never)
        assert sender().send(duty, said) == Sent()
    (envelope,) = mailbox.got
    content = envelope.content.decode()
    assert f"<{said['key']}@kuzet>" in content
    assert "text/plain" in content
    assert "text/html" in content
    assert envelope.rcpt_tos == ["c@d.kz"]


def test_an_address_that_is_refused_holds_up_no_other(state, speaker):
    """Greylisting says 450 to one address of three: the others have the mail, and only this one gets it later."""
    said = notice(state, speaker)
    with mail_server() as (mailbox, port):
        text = (
            f'targets: {{duty: {{kind: email, url: "smtp://127.0.0.1:{port}", sender: a@b.kz, to: [c@d.kz, e@f.kz]}}}}'
        )
        duty = parse_alerts(text).targets["duty"]
        mailbox.unknown = {"e@f.kz": "450 later"}
        later = sender().send(duty, said)
        assert isinstance(later, NotYet)
        mailbox.unknown = {"e@f.kz": "550 unknown"}
        never = sender().send(duty, said, accepted=later.accepted)
        assert isinstance(never, Never)
        assert "e@f.kz (550)" in never.error
        assert sender().send(duty, said, accepted=never.accepted) == Sent()
    assert [envelope.rcpt_tos for envelope in mailbox.got] == [["c@d.kz"], ["e@f.kz"]]
