"""What an alert asks for, when it speaks, and what it says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time

import pytest

from pipelines.alerts.alert import Alert, AlertRules, QuietHours, lint, parse_alerts
from pipelines.alerts.markup import html_of, marked
from pipelines.alerts.matching import concerns, heard_of, is_news, what_is_new
from pipelines.alerts.speaking import (
    cool_keys,
    judge,
    length_of,
    notification,
    pending_of,
    quiet_until,
    speak_at,
    split_text,
    subject_of,
    text_of,
)
from pipelines.errors import ConfigError
from pipelines.language.normalise import fold
from pipelines.models import Severity
from pipelines.stories.frequencies import stem
from pipelines.stories.joining import Decision
from pipelines.stories.story import build_story, excerpt, member_of
from worker.alerts.delivery import Never, NotYet, Sent, judged, message_of, signature
from worker.alerts.replay import play

FILE = """
targets:
  duty: {kind: email, url: "smtp://127.0.0.1:25", sender: a@b.kz, to: [c@d.kz]}
  hook: {kind: webhook, url: "https://h.kz/x"}
quiet_hours: {begin: "22:00", end: "07:00"}
alerts:
  grave:
    topics: [drugs]
    regions: [Abay, Almaty]
    least_severity: high
    figures: {detained: 3}
    targets: [duty]
"""
RULES = parse_alerts(FILE)
GRAVE = RULES.alerts[0]
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp()


def story(*, reports=1, severity="high", detained=5.0, name="a", **more):
    members = [
        member_of(
            {
                "id": f"{name}{number}", "url": f"http://{name}/{number}", "title": f"Title <{name}>",
                "source": f"s{number}",
                "family": f"s{number}", "language": "ru", "observed_at": f"2026-03-01T12:{number:02}:00.000Z",
                "published_at": "2026-03-01T11:50:00.000Z", "topics": ["drugs"], "regions": ["Abay"],
                "severity": severity, "figures": {"detained": [detained]}, **more,
            },
            Decision(article_id=f"{name}{number}", story=name, reasons=("same numbers: 5",)),
        )
        for number in range(reports)
    ]  # fmt: skip
    return build_story(name, members)


@pytest.mark.parametrize(
    ("other", "wanted"),
    [({}, True), ({"severity": "medium"}, False), ({"detained": 2.0}, False), ({"topics": ["fraud"]}, False),
     ({"regions": []}, False), ({"regions": ["Almaty", "Aktobe"]}, True)],
)  # fmt: skip
def test_all_that_an_alert_names_must_hold(other, wanted):
    """One field that is read loosely makes an alert that people switch off."""
    assert concerns(GRAVE, story(**other)) is wanted


def test_a_further_report_says_nothing_new_and_a_greater_figure_does():
    """A reprint is no reason to wake somebody; three more detained are."""
    heard = heard_of(story())
    assert what_is_new(story(), None) == "new"
    assert what_is_new(story(reports=4), heard) == ""
    assert what_is_new(story(detained=8.0), heard) == "detained 5 → 8"
    assert what_is_new(story(severity="critical"), heard) == "severity rose to critical"
    assert what_is_new(story(severity="low"), heard) == ""


def test_an_archive_is_no_news():
    """A new feed brings fifty articles of last month, and no one wants fifty messages."""
    assert is_news(story(), RULES)
    assert not is_news(story(published_at="2026-02-01T11:50:00.000Z"), RULES)


def test_a_cool_down_lets_a_higher_severity_pass():
    """Alerts that a cool-down has swallowed were missed by others."""
    one = pending_of(story(), news="new")
    cooling = dict.fromkeys(cool_keys(GRAVE, one), Severity.HIGH.rank)
    assert judge(GRAVE, [one], cooling=cooling, quiet=None, now=NOON).speak == ()
    graver = pending_of(story(severity="critical"), news="new")
    assert judge(GRAVE, [graver], cooling=cooling, quiet=None, now=NOON).speak == (graver,)


def test_a_cool_down_of_one_region_leaves_the_others():
    """Abay must not silence Almaty."""
    cooling = {"grave|Abay|drugs": Severity.CRITICAL.rank}
    elsewhere = pending_of(story(regions=["Almaty"]), news="new")
    assert judge(GRAVE, [elsewhere], cooling=cooling, quiet=None, now=NOON).speak == (elsewhere,)


@pytest.mark.parametrize(
    ("hour", "quiet_for_h"), [(16, 0), (17, 9), (23, 3), (1, 1), (2, 0)], ids=["21h", "22h", "4h", "6h", "7h"]
)
def test_quiet_hours_are_those_of_kazakhstan(hour, quiet_for_h):
    """Hours are UTC here: 17 is 22 o'clock in Almaty."""
    now = datetime(2026, 3, 1, hour, tzinfo=UTC).timestamp()
    until = quiet_until(QuietHours(begin=time(22), end=time(7)), now=now)
    assert (until - now if until else 0) == quiet_for_h * 3600


def test_quiet_hours_hold_back_and_let_the_gravest_through():
    """What waits is said in the morning; what cannot wait is said now."""
    night = datetime(2026, 3, 1, 20, tzinfo=UTC).timestamp()
    high, critical = (
        pending_of(story(name="a"), news="new"),
        pending_of(story(name="b", severity="critical"), news="new"),
    )
    verdict = judge(GRAVE, [high, critical], cooling={}, quiet=RULES.quiet, now=night)
    assert verdict.speak == (critical,)
    assert verdict.wait_until == datetime(2026, 3, 2, 2, tzinfo=UTC).timestamp()


def test_a_digest_comes_at_the_end_of_its_period():
    """A daily digest begins with the day of Kazakhstan, not with that of Greenwich."""
    daily = replace(GRAVE, digest_hours=24.0)
    assert speak_at(daily, now=NOON) == datetime(2026, 3, 1, 19, tzinfo=UTC).timestamp()
    assert speak_at(GRAVE, now=NOON) == NOON + 30


def test_a_flood_is_one_message_with_a_number():
    """«12 more» in place of thirteen messages; the gravest first."""
    many = [pending_of(story(name=f"s{number:02}"), news="new") for number in range(13)]
    alert = replace(GRAVE, most_stories=3)
    spoken = judge(alert, many, cooling={}, quiet=None, now=NOON).speak
    notice = notification(alert, "duty", spoken, now=NOON)
    assert (len(notice["stories"]), notice["more"]) == (3, 10)
    assert subject_of(notice) == "[high] Title <s00> (and 12 more)"
    assert "10 more." in text_of(notice)


def test_the_key_is_the_same_at_each_attempt_and_another_for_other_news():
    """By the key a receiver drops what it has; news of the same story must not be dropped."""
    one, risen = pending_of(story(), news="new"), pending_of(story(detained=8.0), news="detained 5 → 8")
    assert (
        notification(GRAVE, "duty", [one], now=NOON)["key"] == notification(GRAVE, "duty", [one], now=NOON + 9)["key"]
    )
    assert notification(GRAVE, "duty", [one], now=NOON)["key"] != notification(GRAVE, "duty", [risen], now=NOON)["key"]
    assert notification(GRAVE, "duty", [one], now=NOON)["key"] != notification(GRAVE, "hook", [one], now=NOON)["key"]


def test_a_mail_escapes_what_strangers_wrote():
    """A title is text of the web; in HTML it must stay text, and it must add no header."""
    title = "Title <script>\r\nBcc: x@y"
    notice = notification(GRAVE, "duty", [pending_of(story(title=title), news="new")], now=NOON)
    assert "<script>" not in html_of(notice)
    message = message_of(RULES.targets["duty"], notice)
    assert message["Bcc"] is None
    assert message["Message-ID"] == f"<{notice['key']}@kuzet>"


def test_the_words_that_matched_are_marked():
    """A reader of forty mails sees at once why one came: by the words of the rule, in any form, and of the query."""
    tags = {"topics": [{"spans": [{"form": "Мефедрон", "field": "body", "start": 24}]}]}
    body = "В городе тихо. Полиция нашла мефедрон & соль. Суд решит."
    one = pending_of(
        story(title="Мефедрона больше", tags=tags, body=body), news="new", query="regions:Abay полицией -тихо"
    )
    shown = html_of(notification(GRAVE, "duty", [one], now=NOON))
    assert "<mark>Мефедрона</mark> больше" in shown
    assert "<mark>Полиция</mark> нашла <mark>мефедрон</mark> &amp; соль." in shown
    assert "<mark>Abay" not in shown
    assert "Полиция нашла мефедрон & соль." in text_of(notification(GRAVE, "duty", [one], now=NOON))
    assert marked("a<b", frozenset({stem(fold("b"))})) == "a&lt;<mark>b</mark>"


def test_an_excerpt_is_a_sentence():
    """A text without a full stop is cut around the word."""
    assert excerpt("Раз. Два три. Четыре", 6) == "Два три."
    assert excerpt("слово " * 200, 600).startswith("…")
    assert len(excerpt("слово " * 200, 600)) <= 322
    assert excerpt("", 0) == ""


def test_a_long_text_comes_in_parts():
    """Telegram refuses more than 4,096 units, and an emoji is two of them; nothing may be lost."""
    text = "\n\n".join(["Абзац " + "ә" * 700, "Эмодзи " + "🔥" * 900, "строка\n" * 200, "x" * 5000])
    parts = split_text(text, most=1000)
    assert all(length_of(part) <= 1000 for part in parts)
    assert "".join(parts).replace("\n", "") == text.replace("\n", "")
    assert split_text("short", most=1000) == ["short"]


@pytest.mark.parametrize(
    ("status", "kind"), [(204, Sent), (429, NotYet), (503, NotYet), (408, NotYet), (404, Never), (301, Never)]
)
def test_an_answer_is_understood(status, kind):
    """A redirect of a webhook would send the message to a place that was not checked."""
    assert isinstance(judged(status, "", now=NOON), kind)


def test_429_says_when():
    """A target that asks for two minutes gets two minutes."""
    assert judged(429, "120", now=NOON) == NotYet("HTTP 429", NOON + 120)


def test_a_body_is_signed():
    """The value is that of RFC 4231's way to use HMAC-SHA256, computed apart."""
    assert signature("key", b"The quick brown fox jumps over the lazy dog").endswith(
        "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8"
    )


def test_a_replay_groups_and_counts():
    """How often an alert would have spoken is asked before it is switched on."""
    stories = (story(name="a", reports=3), story(name="b"), story(name="c", severity="low"))
    found = play(replace(GRAVE, cool_down_s=0.0), AlertRules(), stories)
    assert (found.stories, found.matched, len(found.notices)) == (3, 2, 1)


def test_a_replay_speaks_of_what_the_query_finds():
    """The most common alert is a query; it was tried on all stories, whatever they say."""
    stories = (story(name="a", reports=3), story(name="b"))
    words = replace(GRAVE, query="х")
    later = stories[0]["members"][1]["id"]
    assert play(words, AlertRules(), stories, found=frozenset()).matched == 0
    found = play(words, AlertRules(), stories, found=frozenset({later}))
    assert [one["story"] for notice in found.notices for one in notice["stories"]] == ["a"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("alerts: {a: {topics: [drugs], targets: [duty]}}", "no target 'duty'"),
        ("alerts: {a: {targets: []}}", "asks for nothing"),
        ("targets: {a: {kind: email}}", "needs the key 'url'"),
        ("targets: {a: {kind: fax}}", "'fax' is not known"),
        ("alerts: {a: {topic: [drugs], targets: []}}", "unknown key"),
        ('quiet_hours: {begin: "25:00", end: "07:00"}', "time of day"),
        ("alerts: {a: {topics: [drugs], targets: [], wait_seconds: -1}}", "from 0"),
        ("alerts: {a: {topics: [], targets: []}}", "names nothing"),
        ("alerts: {a: {spike: {}, silence: {}, targets: []}}", "one of spike"),
        ("alerts: {a: {health: {}, topics: [drugs], targets: []}}", "is for stories"),
        ("alerts: {a: {spike: {weeks: 3}, targets: []}}", "from 4"),
        ("alerts: {a: {topics: [drugs], targets: [], escalate_to: [x]}}", "no target 'x'"),
    ],
)
def test_a_mistake_is_named(text, said):
    """An alert that is silent because of a typing error is worse than none."""
    with pytest.raises(ConfigError, match=said) as raised:
        parse_alerts(text)
    assert raised.value.line == 1


def test_an_empty_file_has_no_alerts_and_lint_finds_what_is_not_meant():
    """As kuzet comes, the file has only remarks."""
    assert parse_alerts("# nothing\n\n") == AlertRules()
    assert lint(RULES) == ["no alert uses the target hook"]
    off = AlertRules(alerts=(Alert(name="a", targets=(), enabled=False),))
    assert lint(off) == ["the alert a is switched off"]
