"""The sample articles: enough of them, of every kind, and what they promise to searches holds."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from pipelines.models import Severity
from seeds.newsroom import SITES, load_queries, load_stories
from seeds.newsroom.stories import LinkFate, Story

STORIES = load_stories()
BY_ID = {story.id: story for story in STORIES}
TOPICS = {
    "terrorism", "extremism", "state_security", "cybersecurity", "fraud", "drugs", "weapons", "border", "smuggling",
    "organised_crime", "wanted", "corruption", "human_trafficking", "violent_crime", "unrest", "public_safety_threat",
    "defence", "emergency",
}  # fmt: skip
CONTEXTS = {
    "drill", "fiction", "sport", "historical", "figurative", "denial", "statistics_absence", "name_only", "other_sense",
}  # fmt: skip
REGIONS = {
    "Abay", "Akmola", "Aktobe", "Almaty", "Atyrau", "West Kazakhstan", "Zhambyl", "Zhetysu", "Karagandy", "Kostanay",
    "Kyzylorda", "Mangystau", "Pavlodar", "North Kazakhstan", "Turkestan", "Ulytau", "East Kazakhstan", "Astana (city)",
    "Almaty (city)", "Shymkent (city)",
}  # fmt: skip
KAZAKH_LETTERS = re.compile("[әіңғүұқөһӘІҢҒҮҰҚӨҺ]")
LATIN_IN_CYRILLIC = re.compile(r"\b(?=\w*[A-Za-z])(?=\w*[а-яәіңғүұқөһ])\w+\b", re.IGNORECASE)


def words(story: Story) -> set[str]:
    return set(re.findall(r"[\w-]+", story.text.lower()))


def test_half_is_kazakh_and_half_russian():
    """Both languages are first-class: a demo that is mostly Russian would hide what kuzet is for."""
    languages = Counter(story.language for story in STORIES)
    assert len(STORIES) >= 44
    assert languages["kk"] == languages["ru"]


def test_every_topic_has_a_story_in_both_languages():
    """A topic without a sample can break unseen."""
    for language in ("kk", "ru"):
        covered = {topic for story in STORIES if story.language == language for topic in story.topics}
        assert covered == TOPICS


def test_facts_use_the_words_of_the_project():
    """A misspelt region or topic could never be found by a facet."""
    for story in STORIES:
        assert set(story.topics) <= TOPICS, story.id
        assert set(story.contexts) <= CONTEXTS, story.id
        assert set(story.regions) <= REGIONS, story.id
        assert (story.severity is None) == story.trap, story.id
        assert story.severity is None or Severity(story.severity)


def test_every_region_is_in_the_news():
    """The map of the demo must not have white spots."""
    assert {region for story in STORIES for region in story.regions} == REGIONS


def test_traps_of_every_context_and_plain_news():
    """A tagger is as good as what it leaves alone."""
    traps = [story for story in STORIES if story.trap]
    assert len(traps) >= 12
    assert {context for story in traps for context in story.contexts} == CONTEXTS
    assert sum(not story.contexts for story in traps) >= 2


def test_every_delivery_happens():
    """Each way a page can be had, or not, is in the newsroom once at least."""
    assert {story.delivery for story in STORIES} == set(LinkFate)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.id)
def test_a_story_is_short_whole_and_in_its_language(story):
    """Three to six sentences, no foreign letters: what looks Kazakh must be written in Kazakh letters."""
    for version in story.versions:
        sentences = re.findall(r"[.!?…](?=\s|$|»)", " ".join(version.paragraphs))
        assert 3 <= len(sentences) <= 7
        assert bool(KAZAKH_LETTERS.search(version.lead)) == (story.language == "kk")
        assert not LATIN_IN_CYRILLIC.findall(version.text)


@pytest.mark.parametrize("story", [story for story in STORIES if story.versions[0].figures], ids=lambda story: story.id)
def test_figures_stand_in_the_text(story):
    """An expected figure that the text does not name would blame the tagger for our slip."""
    for version in story.versions:
        digits = re.sub(r"(?<=\d)[ \u00a0](?=\d{3})", "", version.text)
        for values in version.figures.values():
            for value in values:
                assert names_number(digits, value, language=story.language), (story.id, value)


def names_number(text: str, value: float, *, language: str) -> bool:
    """Whether the text has the number in digits, or a small one in words."""
    in_words = {
        "kk": {2: "екі", 3: "үш", 4: "төрт", 5: "бес", 6: "алты", 7: "жеті", 9: "тоғыз"},
        "ru": {2: "дво|двух|двое|двоих|ещё дво", 3: "тр(?:и|ое|оих)", 4: "четыр", 5: "пят", 6: "шест"},
    }[language]
    scaled = {f"{value:g}", f"{value / 1e6:g}".replace(".", ","), f"{value / 1e9:g}".replace(".", ",")}
    if any(re.search(rf"(?<![\d,]){number}(?![\d,]*\d)", text) for number in scaled | {f"{value:.0f}"}):
        return True
    return int(value) in in_words and bool(re.search(rf"\b(?:{in_words[int(value)]})", text.lower()))


def test_each_site_has_stories_in_its_languages():
    """A feed that never fills would test nothing."""
    for site in SITES:
        assert {story.language for story in STORIES if story.site == site.id} == set(site.languages)


def test_the_first_eight_fill_every_feed():
    """Publishing a few must touch every site, since an empty feed looks broken to a reader."""
    assert {story.site for story in STORIES[:8]} == {site.id for site in SITES}


@pytest.mark.parametrize("query", load_queries(), ids=lambda query: query.word)
def test_a_query_is_a_form_that_no_text_has(query):
    """The demo claims to find a word by a form no article holds; that has to be true."""
    assert all(query.word not in words(story) for story in STORIES)
    with_stem = {story.id for story in STORIES if story.language == query.language and has_stem(story, query.stem)}
    assert set(query.finds) <= with_stem <= {*query.finds, *query.may_find}


def has_stem(story: Story, stem: str) -> bool:
    return any(part.startswith(stem) for word in words(story) for part in word.split("-"))


def test_three_kazakh_queries_at_least():
    """The demo shows one, tests and benchmarks need more."""
    assert sum(query.language == "kk" for query in load_queries()) >= 3
