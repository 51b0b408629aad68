"""Keys as lines, and what changes on the way back."""

from __future__ import annotations

import pytest

from worker.backup.keys import Key, without_pages

RECORD = {
    "stage": "extract",
    "host": "kaz.kz",
    "page": "2025/11/a.zst",
    "token": "t",
    "lease_until": "9",
    "attempts": "2",
}


def restored(*keys: Key) -> dict[str, Key]:
    return {key.name: key for key in without_pages(keys)}


def article(**fields: str) -> Key:
    return Key(name="article:a", kind="hash", value=RECORD | fields)


def due(stage: str, **items: float) -> Key:
    return Key(name=f"due:{stage}", kind="zset", value=[[name, at] for name, at in items.items()])


@pytest.mark.parametrize(
    "key",
    [
        Key(name="alias:x", kind="string", value="қала «а»\nб", expires_at_ms=1_700_000_000_000),
        due("fetch", a=1.5, b=2.0),
        Key(name="events", kind="stream", value=[["1-0", {"kind": "article.indexed"}]]),
    ],
    ids=["text", "zset", "stream"],
)
def test_a_line_gives_its_key_back(key: Key) -> None:
    """What is read from a backup is what was written, whatever the text in it."""
    assert Key.of(key.line.encode()).line == key.line


def test_an_article_with_a_page_is_fetched_again() -> None:
    """Without its page it would end with the feed's two lines, and nothing would say so."""
    found = restored(due("fetch", b=5.0), article(), due("extract", a=9.0, c=3.0))
    assert found["article:a"].value == {"stage": "fetch", "host": "kaz.kz", "attempts": "0"}
    assert dict(found["due:fetch"].value) == {"a": 0.0, "b": 5.0}
    assert dict(found["due:extract"].value) == {"c": 3.0}


def test_an_import_has_no_site_to_ask() -> None:
    """It stays in extraction, where it ends with the text of its entry."""
    found = restored(article(host=""), due("extract", a=9.0))
    assert found["article:a"].value["stage"] == "extract"
    assert dict(found["due:extract"].value) == {"a": 9.0}


def test_nobody_holds_a_claim_any_more() -> None:
    """The worker that had it is gone; its lease would keep the article waiting."""
    freed = restored(article(stage="fetch"))["article:a"].value
    assert not {"token", "lease_until"} & set(freed)


def test_what_only_looks_like_a_record_stays() -> None:
    """A feed remembers entries by names that it did not choose, `token` among them."""
    seen = Key(name="feed:kaz:seen", kind="hash", value={"token": "1 x"})
    assert restored(seen) == {"feed:kaz:seen": seen}
