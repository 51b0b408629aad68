"""From pairs to stories: one pass, candidates, merges, and what a person decided."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.stories.__main__ import b_cubed, cluster, late_by
from benchmarks.stories.corpus import build_corpus
from pipelines.stories.features import features_of
from pipelines.stories.joining import decide
from pipelines.stories.window import COMMON, Window
from tests.unit.stories.test_scoring import (
    FIRE,
    FIRE_KAZAKH,
    FIRE_RETOLD,
    OTHER_FIRE,
    PLACED,
    RULES,
    SPORT,
    WORDS,
    made,
)


def joined(*articles):
    window = Window()
    for article in articles:
        window.put(article, decide(article, window, rules=RULES).story)
    return window


def test_a_story_is_named_after_its_first_article():
    """The id is in links and alerts: it must not change when more is reported."""
    first, second = made(FIRE, **PLACED), made(FIRE_RETOLD, source="polyn", **PLACED)
    third = made(FIRE_KAZAKH, language="kk", source="ukili", **PLACED)
    window = joined(first, second, third)
    assert window.members(first.article_id) == (first.article_id, second.article_id, third.article_id)


def test_another_fire_begins_its_own_story():
    """A near miss next to a story of several articles."""
    window = joined(made(FIRE), made(FIRE_RETOLD, source="polyn"), made(OTHER_FIRE, source="okno"))
    assert window.story_of(OTHER_FIRE[0]) == OTHER_FIRE[0]


def test_what_a_person_parted_stays_apart():
    """A correction that the next article undoes is no correction."""
    window = joined(made(FIRE))
    decision = decide(made(FIRE_RETOLD, source="polyn"), window, rules=RULES, is_apart=lambda story: story == FIRE[0])
    assert decision.story == FIRE_RETOLD[0]


def test_an_article_that_fits_two_stories_makes_them_one():
    """The first two reports may share too little; the third shows that they are one event."""
    window = Window()
    window.put(made(FIRE), "one")
    window.put(made(FIRE_RETOLD, source="polyn"), "two")
    reprint = ("Пожар на рынке Шымкента, 14 человек в больнице", f"{FIRE[1]} {FIRE_RETOLD[1]}")
    decision = decide(made(reprint, source="okno"), window, rules=RULES)
    assert {decision.story, *decision.merged} == {"one", "two"}


def test_old_articles_leave_the_window():
    """Memory must stay flat over years."""
    window = joined(made(FIRE), made(FIRE_RETOLD, at="2026-03-05T10:00:00Z"))
    assert window.drop_before(made(FIRE, at="2026-03-04T00:00:00Z").at) == [FIRE[0]]
    assert len(window) == 1
    window.drop(FIRE_RETOLD[0])
    assert not window._found_by
    assert not window._members


def test_a_common_key_is_not_looked_up():
    """A place that everybody names would make each article a candidate of each other one."""
    window = Window()
    for number in range(COMMON + 1):
        text = (f"Заголовок{number}", "")
        window.put(made(text, places=["Astana (city)"]), str(number))
    assert window.candidates(made(("Другое", ""), places=["Astana (city)"]), limit=50) == []


@pytest.mark.parametrize("seed", [11])
def test_a_corpus_of_events_is_put_together(seed):
    """The figure that `make bench-stories` prints for a larger one: both languages, two fires in one city."""
    reports = build_corpus(seed=seed, events=18)
    features = [
        features_of(
            {
                "id": one.id, "title": one.title, "body": one.body, "language": one.language, "source": one.site,
                "published_at": one.published_at.isoformat(),
            },
            WORDS,
            RULES.reactions,
        )
        for one in reports
    ]  # fmt: skip
    in_time = cluster(features, RULES)
    precision, recall, f1 = b_cubed(in_time, {one.id: one.event for one in reports})
    assert f1 >= 0.9, (precision, recall)
    made = {one.article_id: one for one in features}
    for chance in range(3):
        late = cluster([made[one.id] for one in late_by(reports, hours=6, seed=chance)], RULES)
        assert b_cubed(late, in_time)[2] >= 0.96  # the guide says what other corpora bring


def test_a_translation_joins_whatever_else_the_story_says():
    """A story of five reports by other sites shares nothing with it: the average must not keep it out."""
    window = Window()
    links = {"url": "https://a.kz/ru/1-pozhar", "translations": ["https://a.kz/kk/1-ort"]}
    window.put(made(FIRE, **links), "story")
    for number in range(5):
        window.put(replace(made(FIRE_RETOLD, source=f"site{number}"), article_id=f"{number}"), "story")
    kazakh = made(("Базар өртенді", "Мән-жай анықталуда."), language="kk", url="https://a.kz/kk/1-ort")
    named = replace(kazakh, translations=made(("", ""), translations=["https://a.kz/ru/1-pozhar"]).translations)
    assert decide(kazakh, window, rules=RULES).story == kazakh.article_id
    decision = decide(named, window, rules=RULES)
    assert (decision.story, decision.like, decision.is_reprint) == ("story", FIRE[0], False)
    assert decide(named, window, rules=RULES, is_apart=lambda story: story == "story").story == named.article_id


def test_an_emblem_joins_nothing():
    """A site gives each article without a picture the same one; a picture of the archive is in several stories."""
    image = {"image_url": "https://a.kz/i/brand.png"}
    window = Window()
    window.put(made(SPORT, **image), SPORT[0])
    new = made(FIRE, source="polyn", **image)
    assert not window.shows_several(new.picture)
    window.put(made(OTHER_FIRE, source="okno", **image), OTHER_FIRE[0])
    assert window.shows_several(new.picture)
    assert "same picture" not in decide(made(FIRE_RETOLD, source="polyn", **image), window, rules=RULES).reasons
