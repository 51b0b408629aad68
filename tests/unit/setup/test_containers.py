"""The steps of the run on a container engine: they can be read, and show the whole list."""

from __future__ import annotations

from tests.support.containers.transcript import HERE, clean, read_plan, table


def test_every_line_of_the_list_is_shown_by_a_step():
    """A list that no step shows would be a claim."""
    plan = read_plan((HERE / "steps.txt").read_text(encoding="utf-8"))
    shown = {number for step in plan.steps for number in step.shows}
    assert shown == set(plan.shown)
    assert all(step.commands for step in plan.steps)
    assert len([*table(plan)]) == len(plan.shown) + 1


def test_a_command_may_go_on_in_the_next_line():
    """Commands of three engines in a pipe are longer than a line."""
    plan = read_plan("## One | 1 2\nfirst \\\n  | second\n> hidden\n\n# a remark\n= 1 what\n")
    [step] = plan.steps
    assert (step.title, step.shows, step.commands) == ("One", ("1", "2"), ["first | second", "> hidden"])


def test_waits_of_compose_are_left_out():
    """What only says that something waits hides what has happened."""
    said = " Container a-1  Waiting\n Container a-1  Started\n Volume v  Created\n#5 building\nwell\n"
    assert clean(said) == " Container a-1  Started\nwell"
