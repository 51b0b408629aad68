"""Making a lexicon from word counts."""

import pytest

from pipelines.language.induction import count_words, induce, loans
from pipelines.language.lexicon import FILES, parse_core, parse_lexicon
from pipelines.language.proposals import propose, render_proposals

COUNTS = """\
дроппер\t9
дропперлер\t4
дропперге\t3
дроппердің\t5
адамдар\t7
бұл\t90
контрабанда\t8
контрабандаға\t3
контрабандасы\t4
жәдігер\t5
жәдігерлер\t2
жәдігердің\t2
"""


def test_a_stem_seen_bare_and_in_two_ways_is_a_lemma():
    """New words reach the index without anybody writing them down."""
    induced = induce(count_words(COUNTS.splitlines()), known={"адам"}, closed={"бұл"})
    assert {"дроппер", "контрабанда", "жәдігер", "адам"} <= induced.lemmas.keys()
    assert not {"дропперлер", "контрабан", "контрабандасы", "бұл", "адамдар"} & induced.lemmas.keys()


def test_counts_of_a_word_are_added_up():
    """A user's own files come in pieces, with counts or without, in any case."""
    assert count_words(["Қару\t2", "қару", "атыс-шабыс\t4", "5G\t3", "", "қару\t1"]) == {"қару": 4}


def test_loans_are_stems_that_russian_knows():
    """Контрабандаға speaks for контрабанда, not for a word of its own."""
    found = loans(count_words(COUNTS.splitlines()), is_noun={"контрабанда", "ад"}.__contains__)
    assert found == {"контрабанда"}


@pytest.fixture
def lexicon():
    return parse_lexicon(dict.fromkeys(FILES, "") | {"core.tsv": "адам\tnoun\nбұл\tclosed\nұста\tverb\n"})


def test_words_that_the_lexicon_explains_are_not_proposed(lexicon):
    """A person reads the proposals: forms of known nouns and verbs would hide what is new."""
    counts = count_words([*COUNTS.splitlines(), "ұстаған\t8", "ұста\t1", "адамның\t2"])
    assert {proposal.word for proposal in propose(counts, lexicon)} == {"дроппер", "контрабанда", "жәдігер"}


def test_forms_are_gathered_under_the_word_they_come_from(lexicon):
    """Twenty forms of one word are one line to read, the most seen first; a stem not seen itself needs two forms."""
    first, *others = propose(count_words([*COUNTS.splitlines(), "вахтаға\t1", "вахтаның\t1", "көрмеге\t1"]), lexicon)
    assert (first.word, first.forms, first.count) == ("дроппер", ("дропперге", "дроппердің", "дропперлер"), 21)
    assert [proposal.word for proposal in others] == ["контрабанда", "жәдігер", "вахта", "көрмеге"]


def test_proposals_are_lines_of_the_core_list(lexicon):
    """What is left after reading is appended to core.tsv as it is."""
    text = render_proposals(propose(count_words(COUNTS.splitlines()), lexicon))
    assert "# 21: дропперге дроппердің дропперлер\nдроппер\tnoun\n" in text
    assert parse_core(text).lemmas == {"дроппер", "контрабанда", "жәдігер"}
