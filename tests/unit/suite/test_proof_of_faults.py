"""The proof of faults itself: replays, its page, and that its broken builds still break something."""

from __future__ import annotations

import itertools

from benchmarks.faults.controls import CLAIM_CHECK, TOKEN_CHECK
from benchmarks.faults.plan import MARK, Fate, Shape, plan, words_of
from benchmarks.faults.report import PAGE, report
from benchmarks.faults.schedule import EVERYTHING, schedule
from worker.state.scripts import FOLDER

SHAPE = Shape(articles=1_000, span_s=330.0)


def test_a_seed_is_one_script_for_good():
    """A run that failed is looked into by running it again."""
    assert (
        schedule(3, span_s=330.0, sites=12)
        == schedule(3, span_s=330.0, sites=12)
        != schedule(4, span_s=330.0, sites=12)
    )
    assert plan(3, SHAPE) == plan(3, SHAPE) != plan(4, SHAPE)


def test_each_kind_of_fault_comes_in_each_run():
    """A seed that leaves one out would prove less than the page says."""
    faults = schedule(3, span_s=330.0, sites=12)
    assert sorted((fault.kind, fault.target) for fault in faults) == sorted(
        (kind, target) for kind, target, _ in EVERYTHING
    )
    assert len(schedule(3, span_s=3300.0, sites=12)) > 5 * len(EVERYTHING)


def test_two_lies_do_not_overlap():
    """The second would end the first."""
    lies = [fault for fault in schedule(3, span_s=3300.0, sites=12) if fault.kind == "search"]
    assert all(first.ends_s <= second.at_s for first, second in itertools.pairwise(lies))


def test_a_plan_has_each_fate_and_each_article_its_words():
    """What is not published is not proven; what two articles say alike would count for both."""
    planned = plan(3, SHAPE)
    assert {each.fate for each in planned} == set(Fate)
    assert [MARK.findall(words_of(7, version).lead) for version in (1, 2)] == [[("7", "1")], [("7", "2")]]
    assert len({words_of(each.number, 1).title for each in planned}) == len(planned)


def test_the_page_is_what_the_results_say():
    """A page written by hand drifts; run `python -m benchmarks.faults --report`."""
    assert PAGE.read_text(encoding="utf-8") == report()


def test_the_broken_scripts_are_those_that_run():
    """A text that is no longer in the scripts breaks nothing, and the control would be caught by nothing."""
    text = "\n".join(file.read_text(encoding="utf-8") for file in FOLDER.glob("*.lua"))
    for old in (*CLAIM_CHECK, *TOKEN_CHECK):
        assert old in text
