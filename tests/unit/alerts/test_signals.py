"""Spikes, silences and the health of the watch: when they are worth a message, and what it says."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from check_jsonschema.cli import main as check_files
from click.testing import CliRunner

from config.settings import HERE
from pipelines.alerts.alert import parse_alerts
from pipelines.alerts.file_format import HealthRule, SilenceRule, SpikeRule, alerts_schema, alerts_table
from pipelines.alerts.signals import (
    JudgedFeed,
    WatchHealth,
    heard_signal,
    ills,
    news_of,
    pending_signal,
    silences,
    wrong_now,
)
from pipelines.alerts.speaking import cool_keys, judge, notification, text_of
from pipelines.alerts.spikes import chance_of, spikes, usual_of
from pipelines.feeds.health import FeedHealth, FeedState
from pipelines.search.baselines import Baseline, Spans, read_baselines
from worker.alerts.replay import replay_now, replay_spikes

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp()
RULES = parse_alerts("""
targets: {hook: {kind: webhook, url: "https://h.kz/x"}}
alerts:
  busier: {spike: {}, topics: [drugs], targets: [hook], wait_seconds: 0}
  silent: {silence: {}, targets: [hook]}
  ill: {health: {}, targets: [hook]}
""")
BUSIER, SILENT, ILL = RULES.alerts
SPIKE, SILENCE, HEALTH = SpikeRule.model_construct(), SilenceRule.model_construct(), HealthRule.model_construct()
WEEKS = (2, 1, 3, 2, 0, 2, 4, 2)


def found(now, weeks=WEEKS, region="Abay"):
    return {("drugs", region): Baseline(now=now, weeks=weeks)}


def spoken(now, weeks=WEEKS, region="Abay", *, regions=False):
    return spikes(SPIKE, found(now, weeks, region), regions=regions, now=NOW)


@pytest.mark.parametrize(
    ("count", "weeks", "is_spike"),
    [
        (14, WEEKS, True),
        (7, WEEKS, False),
        (4, (0,) * 8, False),
        (14, WEEKS[:3], False),
        (14, (2, 1, 3, 2, 0, 2, 40, 2), True),
        (14, (2, 12, 0, 14, 0, 11, 9, 1), False),
        (60, (50, 48, 55, 52, 49, 51, 47, 50), False),
    ],
    ids=["far above", "within chance", "too few", "not filled", "a spike before", "comes and goes", "many as usual"],
)
def test_a_spike_is_more_than_chance(count, weeks, is_spike):
    """Fixed thresholds cry each Monday, or never: what is usual here at this hour decides."""
    assert bool(spoken(count, weeks)) is is_spike


def test_the_message_has_the_numbers():
    """Somebody who is woken wants to see by what."""
    (signal,) = spoken(14)
    assert signal.title == "drugs in Abay: 14 reports in 6 hours, usual are 2"
    text = text_of(notification(BUSIER, "hook", [pending_signal(signal, news="new", now=NOW)], now=NOW))
    assert "2, 1, 3, 2, 0, 2, 4, 2" in text
    assert "By chance 14 or more come less than once in a million times." in text
    assert "articles" not in text


def test_the_whole_country_is_named_when_no_region_is():
    """One spike is one message, not one for its region and one for the country."""
    both = found(14) | found(20, region="")
    assert [signal.regions for signal in spikes(SPIKE, both, regions=False, now=NOW)] == [("Abay",)]
    assert [signal.title[:26] for signal in spoken(20, region="")] == ["drugs in the whole country"]
    assert spoken(20, region="", regions=True) == []


def test_chances_are_those_of_the_distribution():
    """Against the sum of the probabilities, and wider than Poisson (whose tail of 10 at a mean of 2 is 4.6e-5)."""
    usual = usual_of((2,) * 8)
    assert chance_of(0, usual) == 1.0
    assert chance_of(1, usual) > chance_of(5, usual) > chance_of(10, usual) > 4.6e-5
    assert chance_of(10, usual_of((2, 0, 4, 0, 5, 1, 6, 0))) > chance_of(10, usual)


def test_a_spike_is_said_once_a_day_and_again_when_it_doubles():
    """It lasts for hours, and is looked for each ten minutes."""
    (signal,) = spoken(14)
    before = heard_signal(signal)
    assert news_of(signal, None) == "new"
    assert news_of(spoken(20)[0], before) == ""
    assert news_of(spoken(28)[0], before) == "14 → 28"


def test_weeks_without_articles_are_no_baseline():
    """A watch that was off for a week, or began last month, has no usual number for it."""
    spans = Spans(until=datetime(2026, 3, 1, 12, tzinfo=UTC), hours=6, weeks=4)

    def bucket(total, reports):
        region = {"key": "Abay", "reports": {"value": reports}}
        topic = {"key": "drugs", "reports": {"value": reports + 1}, "regions": {"buckets": [region]}}
        return {"doc_count": total, "topics": {"buckets": [topic] if reports else []}}

    buckets = {"0": bucket(100, 9), "1": bucket(80, 2), "2": bucket(3, 1), "3": bucket(0, 0), "4": bucket(90, 0)}
    counted = read_baselines({"aggregations": {"spans": {"buckets": buckets}}}, spans)
    assert counted == {("drugs", ""): Baseline(now=10, weeks=(3, 0)), ("drugs", "Abay"): Baseline(now=9, weeks=(2, 0))}
    assert list(spans.all())[1][0] == spans.until - timedelta(weeks=1, hours=6)


def feed(name, *, source="s", state=FeedState.HEALTHY, chance=None, failures=0):
    return JudgedFeed(name, source, FeedHealth(state=state, sentence="it says", chance=chance), failures, NOW - 9_000)


def silent(*feeds, sources=frozenset()):
    return [signal.title.split(" is")[0] for signal in silences(SILENCE, feeds, sources=sources)]


def test_a_feed_is_silent_by_its_own_rhythm():
    """A weekly feed may rest for a night."""
    assert silent(feed("a", chance=0.0005), feed("b", chance=0.2)) == ["a"]
    assert silent(feed("a", state=FeedState.SILENT), feed("b")) == ["a"]
    assert silent(feed("a", state=FeedState.FAILING, failures=4), feed("b", state=FeedState.GONE)) == ["b"]
    assert silent(feed("a", state=FeedState.FAILING, failures=5), feed("b")) == ["a"]
    assert silent(feed("a", chance=0.0005), sources=frozenset({"other"})) == []


def test_a_source_whose_feeds_are_all_silent_is_one_signal():
    """Twelve feeds of one site that is down are one message; the id is the same while it lasts."""
    signals = silences(SILENCE, [feed("a", chance=0.0), feed("b", chance=0.0)], sources=frozenset())
    assert [signal.id for signal in signals] == [f"silence|s|{NOW - 9_000:.0f}"]
    assert signals[0].detail == "a: it says.\nb: it says."


def watch(**more):
    well = {"engine": "", "outbox": 0, "oldest_s": 0.0, "quarantined": 0, "unserved": ()}
    return WatchHealth(**{**well, **more})


def test_what_passes_by_itself_is_no_ill():
    """An engine that is restarted is away for half a minute each time."""
    away = watch(engine="It does not answer.", outbox=7)
    assert wrong_now(away) == ["engine"]
    assert ills(HEALTH, away, begun={"engine": NOW - 299}, now=NOW) == []
    (signal,) = ills(HEALTH, away, begun={"engine": NOW - 300}, now=NOW)
    assert (signal.title, signal.id) == ("The search engine is away for 5 minutes", f"health|engine|{NOW - 300:.0f}")
    assert "7 articles wait" in signal.detail
    assert ills(HEALTH, watch(), begun={}, now=NOW) == []


def test_each_ill_has_its_limit():
    """Articles that wait, a quarantine that fills, a queue without a worker."""
    bad = watch(outbox=3, oldest_s=901.0, quarantined=100, unserved=("cpu",))
    titles = [signal.title for signal in ills(HEALTH, bad, begun={"queue cpu": NOW - 300}, now=NOW)]
    assert titles == [
        "No worker serves the queue cpu for 5 minutes",
        "3 articles wait for the index, the oldest for 15 minutes",
        "100 articles are in quarantine",
    ]
    assert ills(HEALTH, watch(outbox=3, oldest_s=899.0, quarantined=99), begun={}, now=NOW) == []


def test_a_cool_down_of_one_silence_leaves_the_others():
    """Feeds have no region and no topic: the second that falls silent must be heard of, too."""
    first, second = (
        pending_signal(signal, news="new", now=NOW)
        for signal in silences(SILENCE, [feed("a", chance=0.0), feed("b", source="t", chance=0.0)], sources=frozenset())
    )
    cooling = dict.fromkeys(cool_keys(SILENT, first), 4)
    assert judge(SILENT, [first, second], cooling=cooling, quiet=None, now=NOW).speak == (second,)


def test_a_replay_looks_at_each_hour():
    """How often would it have cried? A spike of three hours is one message."""
    times = []

    def find(at):
        times.append(at)
        return spoken(14) if NOW + 3600 <= at < NOW + 4 * 3600 else []

    played = replay_spikes(find, BUSIER, RULES, since=NOW, until=NOW + 24 * 3600)
    assert (played.stories, played.matched, len(played.notices)) == (24, 1, 1)
    assert times[0] == NOW + 3600
    assert len(replay_now(spoken(14), BUSIER, RULES, now=NOW).notices) == 1


def test_the_schema_is_made_from_the_models():
    """Editors check alerts by the file; `kuzet alerts schema` writes it, and the guide has its table."""
    assert json.loads((HERE / "alerts.schema.json").read_text(encoding="utf-8")) == alerts_schema()
    guide = Path(__file__).resolve().parents[3] / "docs/guide/alerts.md"
    assert alerts_table() in guide.read_text(encoding="utf-8")


def test_the_schema_takes_the_guides_alerts(tmp_path):
    """A schema that underlines what is right is switched off, and one that takes all is useless."""
    guide = (Path(__file__).resolve().parents[3] / "docs/guide/alerts.md").read_text(encoding="utf-8")
    right = tmp_path / "alerts.yaml"
    right.write_text(guide.split("```yaml\n")[1].split("```")[0], encoding="utf-8")
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("alerts: {a: {topic: [drugs], targets: []}}\n", encoding="utf-8")
    schema = str(HERE / "alerts.schema.json")
    assert CliRunner().invoke(check_files, ["--schemafile", schema, str(right)]).exit_code == 0
    assert CliRunner().invoke(check_files, ["--schemafile", schema, str(wrong)]).exit_code == 1
    assert parse_alerts(right.read_text(encoding="utf-8")).alerts
