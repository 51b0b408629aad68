"""`kuzet quarantine`: many articles at once, on a real broker."""

from __future__ import annotations

import json

import pytest
from redis import Redis

from pipelines.models import Entry, Feed, Outcome, Stage
from tests.support.commands import Answer, kuzet
from worker.cli.console import FAILED, OK, USAGE
from worker.state import ArticleAddress, State

FEED = Feed(id="kaz", url="https://kaz.kz/rss", source="kaz.kz", family="kaz")
ERRORS = {"https://kaz.kz/a": "MemoryError: a", "https://kaz.kz/b": "MemoryError: b", "https://kaz.kz/c": "ValueError"}


@pytest.fixture
def state(redis: Redis) -> State:
    """Three articles that were given up, two of them for the same reason."""
    made = State(redis, "kuzet:", lease_s=dict.fromkeys(Stage, 30.0))
    for url, error in ERRORS.items():
        address = ArticleAddress.of(url)
        made.articles.sight(Entry(link=url, title="A"), address, feed=FEED, now=1.0)
        claim = made.articles.claim(address.article_id, stage=Stage.FETCH, now=2.0)
        assert claim is not None
        made.articles.finish(claim, Outcome.QUARANTINED, now=3.0, reason=error)
    return made


def quarantine(broker_url: str, *arguments: str) -> Answer:
    return kuzet("quarantine", *arguments, KUZET_BROKER_URL=broker_url, KUZET_SEARCH_URL="http://127.0.0.1:9")


def test_all_of_one_error_go_on(state: State, broker_url: str) -> None:
    """One cause fills the quarantine; no one types a hundred addresses when it is gone."""
    answer = quarantine(broker_url, "replay", "--all", "--error", "MemoryError", "--json")
    assert len(json.loads(answer.stdout)["replayed"]) == 2
    assert [kept.error for kept in state.quarantine.list()] == ["ValueError"]


def test_all_can_be_dropped(state: State, broker_url: str) -> None:
    """The rest is given up in one go."""
    assert quarantine(broker_url, "drop", "--all").stdout == "3 articles dropped.\n"
    assert state.quarantine.size == 0


@pytest.mark.parametrize(
    ("arguments", "code"), [((), USAGE), (("https://kaz.kz/a", "--all"), USAGE), (("https://kaz.kz/x",), FAILED)]
)
def test_a_slip_changes_nothing(state: State, broker_url: str, arguments: tuple[str, ...], code: int) -> None:
    """Forgetting the address must not mean all of them."""
    assert quarantine(broker_url, "replay", *arguments).returncode == code
    assert state.quarantine.size == len(ERRORS)


def test_one_goes_on_by_its_address(state: State, broker_url: str) -> None:
    """As before."""
    assert quarantine(broker_url, "replay", "https://kaz.kz/a").returncode == OK
    assert state.quarantine.size == len(ERRORS) - 1
