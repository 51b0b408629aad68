"""Lines of `kuzet story-pair`: a mistake is named by its line and key, and is no traceback."""

from __future__ import annotations

import json

import pytest

from pipelines.errors import UsageError
from worker.cli.stories import read_pair

TEXT = {"title": "Өрт", "text": "Базар өртенді."}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"published_at": "вчера"}, "line 7: `published_at` is no time"),
        ({"published_at": 1_700_000_000_000}, "line 7: `published_at` is no time"),
        ({"translations": "https://a.kz/1"}, "line 7: `translations` is no list"),
        ({"translations": [1]}, "line 7: `translations` is no list"),
        ({"url": 5}, "line 7: `url` is no text"),
        ({"text": ["a"]}, "line 7: `text` is no text"),
        ({"title": "", "text": ""}, "line 7: is no pair"),
    ],
)
def test_a_pair_that_cannot_be_read_is_named(more, said):
    """Ten thousand pairs come from a program; which line is wrong, and in what?"""
    for pair in ({"first": TEXT | more, "second": TEXT}, {"first": TEXT, "second": TEXT | more}):
        with pytest.raises(UsageError) as raised:
            read_pair(json.dumps(pair), number=7)
        assert said in str(raised.value)


def test_a_pair_may_say_more():
    """Fields that are not read are left alone; empty ones are as if they were not there."""
    more = {"published_at": "2026-11-01T08:00:00+05:00", "url": "https://a.kz/1", "translations": [], "note": 5}
    pair = {"id": 1, "first": TEXT | more, "second": TEXT | {"url": None}}
    assert read_pair(json.dumps(pair), number=1) == pair
