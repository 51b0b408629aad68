"""Names of the parts of the index: which part is which, and which of them takes new articles."""

from __future__ import annotations

import pytest

from pipelines.search.parts import IndexNames, PartName, newest

NAMES = IndexNames("kuzet")
FIRST = PartName()


@pytest.mark.parametrize(
    ("before", "year", "name"),
    [
        (FIRST, 2027, "2027"),
        (PartName(2027), 2028, "2028"),
        (PartName(2027), 2027, "2027-2"),
        (PartName(2027, 2), 2027, "2027-3"),
        (PartName(2027, 2), 2019, "2027-3"),
    ],
    ids=["the first", "another year", "the same year", "once more", "a clock that was set back"],
)
def test_parts_are_named_after_the_year_they_begin_in(before, year, name):
    """A name that sorts before an older part's would hand new articles to the wrong index."""
    begun = before.next(year=year)
    assert str(begun) == name
    assert begun > before


def test_names_are_read_as_they_are_written():
    """What we make we must find again, whatever the part and the generation."""
    for part in (FIRST, PartName(2027), PartName(2027, 12)):
        assert NAMES.generation_of(NAMES.index(part, 3)) == (part, 3)
        for alias in (NAMES.write_alias(part), NAMES.revise_alias(part)):
            assert [one.name for one in NAMES.parts({"any": [alias]})] == [part]
    assert (NAMES.index(FIRST, 1), NAMES.write_alias(FIRST)) == ("kuzet-000001", "kuzet-write")
    assert (NAMES.index(PartName(2027), 1), NAMES.revise_alias(PartName(2027))) == (
        "kuzet-2027-000001",
        "kuzet-revise-2027",
    )


@pytest.mark.parametrize(
    "index", ["kuzet", "kuzet-polls-1", "kuzet-stories-1", "kuzet-demo-000001", "other-000001", "kuzet-27-000001"]
)
def test_other_indices_are_none_of_ours(index):
    """A demo next to the watch has its own generations: a reindex of ours must not take them for half-made ones."""
    assert NAMES.generation_of(index) is None


def test_the_newest_part_takes_new_articles():
    """Whatever the order in which the engine answers."""
    parts = NAMES.parts(
        {
            "kuzet-2027-2-000001": ["kuzet", "kuzet-write-2027-2"],
            "kuzet-000004": ["kuzet", "kuzet-revise"],
            "kuzet-2027-000001": ["kuzet-revise-2027", "kuzet"],
            "kuzet-000003": [],
            "kuzet-demo-000001": ["kuzet-demo", "kuzet-demo-write"],
        }
    )
    assert [part.index for part in parts] == ["kuzet-000004", "kuzet-2027-000001", "kuzet-2027-2-000001"]
    assert newest(parts) == parts[-1]


def test_without_an_alias_for_writing_no_part_takes_new_articles():
    """A part whose alias was taken away must not make an older one take its articles a second time."""
    assert newest(NAMES.parts({"kuzet-000001": ["kuzet-revise"]})) is None
    assert newest(()) is None


GOOD = {
    "kuzet-000001": [],
    "kuzet-000002": ["kuzet", "kuzet-revise"],
    "kuzet-2027-000001": ["kuzet", "kuzet-write-2027"],
    "kuzet-polls-1": ["kuzet-polls"],
    "kuzet-demo-000001": [],
}
REPLACED = {"kuzet-000001"}


def after(aliases, changes):
    """The aliases with the changes made."""
    made = {index: set(names) for index, names in aliases.items()}
    for change in changes:
        names = made[change.index]
        names.add(change.alias) if change.act == "add" else names.remove(change.alias)
    return made


@pytest.mark.parametrize(
    "broken",
    [
        {"kuzet-000002": []},
        {"kuzet-000002": ["kuzet"]},
        {"kuzet-000002": ["kuzet-revise"]},
        {"kuzet-2027-000001": []},
        {"kuzet-2027-000001": ["kuzet"]},
        {"kuzet-000002": [], "kuzet-2027-000001": []},
        {"kuzet-000001": ["kuzet"], "kuzet-000002": ["kuzet-revise"]},
    ],
    ids=["the older's", "for revisions", "for reading", "the newest's", "for writing", "all", "a moved one"],
)
def test_aliases_that_were_taken_away_come_back(broken):
    """A part that no alias names is neither read nor asked for its articles: they would come a second time."""
    aliases = {**GOOD, **broken}
    changed = after(aliases, NAMES.repairs(aliases, replaced=REPLACED))
    assert changed == {index: set(names) for index, names in GOOD.items()}


@pytest.mark.parametrize("half_made", ["kuzet-000003", "kuzet-2027-2-000001"], ids=["a reindex", "a rollover"])
def test_what_is_half_made_gets_no_alias(half_made):
    """Neither the copy of a reindex nor the empty index of a rollover."""
    assert not NAMES.repairs({**GOOD, half_made: []}, replaced=REPLACED)


def test_without_the_newest_index_the_one_before_takes_new_articles():
    """Somebody deleted it: the watch goes on."""
    aliases = {index: names for index, names in GOOD.items() if "2027" not in index}
    changed = after(aliases, NAMES.repairs(aliases, replaced=REPLACED))
    assert changed["kuzet-000002"] == {"kuzet", "kuzet-write"}


def test_with_no_index_there_is_nothing_to_repair():
    """The first one is made then; a demo's index next to it is no part of ours."""
    assert not NAMES.repairs({"kuzet-demo-000001": ["kuzet-demo"], "kuzet-polls-1": ["kuzet-polls"]})
