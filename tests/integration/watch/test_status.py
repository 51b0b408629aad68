"""`kuzet doctor` and `metrics` on a real watch: well, and with an engine away."""

from __future__ import annotations

import json

import pytest
from prometheus_client.parser import text_string_to_metric_families

from pipelines.search.request import SearchRequest
from tests.support.running_watch import Watch
from worker.cli.console import FAILED, OK

pytestmark = pytest.mark.timeout(240)

ABOUT = {"alerts", "broker", "search", "certificates", "clock", "disk", "settings", "files", "workers", "feeds"}


@pytest.fixture(scope="module")
def watch(shared_watch: Watch) -> Watch:
    return shared_watch


def test_the_doctor_finds_a_healthy_watch_healthy(watch: Watch):
    """Its test article goes through every worker; afterwards nothing of it is left but its count in the books."""
    answer = watch.kuzet("doctor", "--json")
    findings = json.loads(answer.stdout)["findings"]
    assert answer.returncode == OK, answer.stdout
    assert {one["about"] for one in findings} == {*ABOUT, "article"}
    assert not [one for one in findings if one["verdict"] != "ok" and not one["remedy"]]
    watch.runtime.search.refresh()
    assert not [one for one in watch.runtime.search.scan(SearchRequest()) if one.document["source"] == "kuzet-doctor"]
    assert not watch.runtime.state.forgotten.ids()
    stories = watch.runtime.settings.redis_prefix + "story:doctor-*"
    assert not list(watch.runtime.redis.scan_iter(stories)), "people read of it in the list of stories"
    assert watch.runtime.state.outcomes.audit(now=watch.runtime.now()).is_balanced


def test_the_doctor_names_an_engine_that_is_away(watch: Watch):
    """The other checks go on: a person sees everything at once."""
    answer = watch.kuzet("doctor", "--no-article", "--json", KUZET_SEARCH_URL="http://127.0.0.1:9")
    findings = json.loads(answer.stdout)["findings"]
    assert answer.returncode == FAILED
    assert {one["about"] for one in findings if one["verdict"] == "problem"} == {"search"}
    assert {one["about"] for one in findings} == ABOUT


def test_metrics_agree_with_the_books(watch: Watch):
    """A curve that says something else than `kuzet audit` would be worse than none."""
    families = {family.name: family for family in text_string_to_metric_families(watch.kuzet("metrics").stdout)}
    books = watch.runtime.state.outcomes.audit(now=watch.runtime.now())
    ended = {
        each.labels["outcome"] + each.labels["reason"]: each.value for each in families["kuzet_sightings_ended"].samples
    }
    assert ended == {name.replace(":", "", 1): count for name, count in books.outcomes.items()}
    [sighted] = families["kuzet_sightings"].samples
    assert sighted.value == books.sighted
    count = next(each for each in families["kuzet_searchable_seconds"].samples if each.name.endswith("_count"))
    assert count.value == books.outcomes["indexed"] + books.outcomes.get("revised", 0)
    assert families["kuzet_search_up"].samples[0].value == 1
    assert families["kuzet_books_missing"].samples[0].value == 0


def test_metrics_say_that_the_broker_is_away(watch: Watch):
    """A scrape must not end with an error page: the alert is on this very number."""
    answer = watch.kuzet("metrics", KUZET_BROKER_URL="redis://127.0.0.1:9/0")
    assert answer.returncode == OK
    assert "kuzet_broker_up 0.0" in answer.stdout
