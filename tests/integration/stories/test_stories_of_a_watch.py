"""Stories of a running watch, through the commands: list, one story, by story, by hand, anew."""

from __future__ import annotations

import json

import pytest

from tests.support.shapes import misfits
from worker.answers.shapes import ANSWERS


@pytest.fixture(scope="module")
def watch(shared_watch):
    shared_watch.newsroom.publish_all()
    shared_watch.settle()
    shared_watch.wait(lambda: not shared_watch.runtime.state.stories.waiting)
    shared_watch.runtime.story_index.refresh()
    return shared_watch


def asked(watch, *arguments):
    answer = watch.kuzet(*arguments, "--json")
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


def test_one_event_is_one_story_in_two_languages(watch):
    """What the whole part is for: eight events of the newsroom are reported by several sites, in both languages."""
    found = asked(watch, "stories", "--since", "7d", "-n", "200", "--articles", "2")
    assert misfits(found, ANSWERS["kuzet stories"]) == []
    both = [story for story in found["stories"] if story["languages"] and len(story["languages"]) == 2]
    assert len(both) >= 8, [story["title"] for story in found["stories"]]
    assert all(len(story["sources"]) >= 2 for story in both)
    assert {story["corroboration"] for story in both} == {1, 2}, "two of them are of two sites with one owner"


def test_a_story_says_why_its_articles_are_one(watch):
    """A merge without an explanation is not believed."""
    listed = asked(watch, "stories", "--since", "7d", "-n", "200", "--articles", "2")["stories"]
    story = asked(watch, "story", listed[0]["members"][-1]["id"])
    assert misfits(story, ANSWERS["kuzet story"]) == []
    assert story["id"] == listed[0]["id"]
    joined = [member for member in story["members"] if member["like"]]
    assert joined
    assert all(member["reasons"] for member in joined)
    shown = watch.kuzet("story", story["id"])
    assert story["title"] in shown.stdout
    assert joined[0]["reasons"][0] in shown.stdout


def test_a_search_by_story_has_one_hit_a_story(watch):
    """The list of articles about one arrest is a list of reprints."""
    hits = asked(watch, "search", "--by-story", "-n", "200")["hits"]
    stories = [hit["story"] for hit in hits]
    assert len(stories) == len(set(stories))
    one = asked(watch, "search", "--story", stories[0])["hits"]
    assert {hit["story"] for hit in one} == {stories[0]}


def test_corrections_reach_the_index_and_survive_a_restory(watch):
    """A split is written into the articles too, and finding all stories anew does not undo it."""
    story = next(one for one in asked(watch, "stories", "--since", "7d", "--articles", "2")["stories"])
    parted = next(member["id"] for member in story["members"] if member["id"] != story["id"])
    assert asked(watch, "story", "split", story["id"], parted)["id"] == parted
    watch.wait(lambda: not watch.runtime.state.stories.waiting)
    assert watch.runtime.search.story_of(parted) == parted
    ended = asked(watch, "restory")
    assert (ended["kind"], ended["failed"]) == ("restory", 0)
    assert ended["done"] == watch.runtime.search.count()
    assert watch.runtime.search.story_of(parted) == parted
    watch.wait(lambda: not watch.runtime.state.stories.waiting)
    assert asked(watch, "story", "merge", story["id"], parted)["articles"] == story["articles"]
    wrong = watch.kuzet("story", "split", story["id"], "0" * 32)
    assert wrong.returncode == 1
    assert "no article of the story" in wrong.stderr
