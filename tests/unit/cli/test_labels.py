"""Names in the reader's language."""

from __future__ import annotations

import pytest

from config.settings import HERE
from worker.answers.labels import language_of, read_names, unknown_language
from worker.files.layers import Layers


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, ""),
        ({"LANG": "C.UTF-8"}, ""),
        ({"LANG": "en_US.UTF-8"}, ""),
        ({"LANG": "kk_KZ.UTF-8"}, "kk"),
        ({"LANG": "kk_KZ.UTF-8", "LC_ALL": "ru_RU.UTF-8"}, "ru"),
        ({"LANG": "kk_KZ.UTF-8", "KUZET_LANG": "en"}, ""),
        ({"KUZET_LANG": "RU"}, "ru"),
        ({"KUZET_LANG": "", "LANG": "ru_KZ"}, "ru"),
    ],
)
def test_the_own_variable_wins_over_the_locale(environment: dict[str, str], language: str):
    """A person with an English desktop may read Kazakh labels, and the other way round."""
    assert language_of(environment) == language


@pytest.mark.parametrize(
    ("said", "unknown"), [("xx", "xx"), ("kaz", "kaz"), ("kk", ""), ("ru_RU.UTF-8", ""), ("EN", ""), ("", "")]
)
def test_a_language_without_labels_is_named(said: str, unknown: str):
    """`KUZET_LANG=kz` would show English ids to someone who thinks that Kazakh is not there."""
    assert unknown_language({"KUZET_LANG": said}) == unknown


def test_topics_severities_contexts_and_regions_have_names():
    """An analyst reads them all day."""
    names = read_names(Layers(HERE), "kk")
    assert names.listed("topic", ["fraud", "drugs"]) == "Алаяқтық, Есірткі"
    assert (names.severity("high"), names.region("Abay")) == ("жоғары", "Абай облысы")
    assert names.context("drill") == "Оқу-жаттығу"
    assert names.of("source", "drugs") == "drugs", "a source is no topic"
    assert names.topic("of_yesterday") == "of_yesterday", "an article may have a topic that has no rule any more"
