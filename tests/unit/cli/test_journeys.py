"""What `kuzet trace` says of an article."""

from __future__ import annotations

import pytest

from worker.answers.journeys import readable, sentence_of
from worker.state import JourneyStep


@pytest.mark.parametrize(
    ("event", "detail", "sentence"),
    [
        ("sighted", "new habar https://a.kz/1", "seen for the first time in the feed habar"),
        ("sighted", "changed habar https://a.kz/1", "the feed habar has it with other words"),
        ("sighted", "new import-import file:a.txt", "imported"),
        ("extract", "2026/11/30/ab12.zst", "its page is stored and waits to be read"),
        ("extract", "http_404", "no page (http_404); what the feed said is read"),
        ("extract", "", "its text waits to be read"),
        ("outbox", "1764542000123", "read and tagged; it waits for the index"),
        (
            "outbox",
            "1764542000123 consent",
            "read and tagged (its page asks for consent, so its text is the feed's); it waits for the index",
        ),
        ("outbox", "1764542000123 newly_named", "read and tagged (newly_named); it waits for the index"),
        ("failed", "ValueError: x", "an attempt failed: ValueError: x"),
        ("indexed", "", "it is in the index"),
        ("rejected:http_404", "", "it is not indexed (http_404)"),
        ("something new", "x", "something new"),
    ],
)
def test_each_step_is_a_sentence(event: str, detail: str, sentence: str):
    """File names and versions in milliseconds say nothing to an analyst."""
    assert sentence_of(JourneyStep(1.0, event, detail)) == sentence


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://a.kz/%D3%A9%D1%80%D1%82-2026", "https://a.kz/өрт-2026"),
        ("https://xn--80ao21a.xn--80aswg/a", "https://қаз.сайт/a"),
        ("https://a.kz/a%20b%2Fc%3F", "https://a.kz/a%20b%2Fc%3F"),
        ("https://a.kz/%EF%EE%E6%E0%F0", "https://a.kz/%EF%EE%E6%E0%F0"),
        ("file:2025/есеп.txt#0011223344556677", "file:2025/есеп.txt#0011223344556677"),
    ],
)
def test_addresses_are_shown_in_their_letters(address: str, shown: str):
    """Only letters: a space or a slash that is decoded would be another address."""
    assert readable(address) == shown
