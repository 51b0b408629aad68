"""Totals as the scripts keep them → numbers, and what is exposed of them."""

from __future__ import annotations

from worker.state.totals import totals_of

FIELDS = {
    "sighted": "7",
    "ended indexed": "4",
    "ended rejected:http_404": "2",
    "polls 200": "3",
    "polls failed": "1",
    "answers fetched": "4",
    "searchable 0.5": "1",
    "searchable 2": "2",
    "searchable count": "4",
    "searchable sum": "4003.25",
    "due poll 1": "5",
    "due poll count": "5",
    "due poll sum": "1.5",
}


def test_counts_keep_their_names() -> None:
    """An outcome's reason is part of its name, colon and all."""
    found = totals_of(FIELDS)
    assert found.sighted == 7
    assert found.ended == {"indexed": 4, "rejected:http_404": 2}
    assert found.polls == {"200": 3, "failed": 1}
    assert found.answers == {"fetched": 4}


def test_buckets_are_added_up() -> None:
    """Prometheus wants «at most this long»; what took longer than the last bound is only in the count."""
    took = totals_of(FIELDS).durations
    assert took["searchable"].buckets == {0.5: 1, 2.0: 3}
    assert (took["searchable"].count, took["searchable"].sum_s) == (4, 4003.25)
    assert took["due poll"].buckets == {1.0: 5}


def test_a_state_without_totals_has_none() -> None:
    """A state of an earlier version counts from now on."""
    found = totals_of({})
    assert (found.sighted, found.ended, found.durations) == (0, {}, {})
