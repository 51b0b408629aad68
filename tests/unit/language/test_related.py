"""Words with one meaning: the file, the verbs, and what a query is looked up by."""

from __future__ import annotations

import pytest

from config import settings
from pipelines.errors import ConfigError
from pipelines.language.hunspell import Dictionary, affixes, render
from pipelines.language.keys import Keys
from pipelines.language.related import NEAR_FILE, RELATED_FILE, parse_related, verb_groups

TEXT = "# crime\nалаяқтық\tмошенничество\nҰста\tЗадержание арест\n"


@pytest.fixture
def keys():
    kazakh = {"алаяқтық": {"алаяқтықпен"}, "жара": {"жары"}}
    russian = {"мошенничество": {"мошенничества"}, "жара": {"жары"}, "жар": {"жары"}}
    tables = {"kk": kazakh, "ru": russian}
    dictionary = render({name: [(w, affixes(w, f)) for w, f in table.items()] for name, table in tables.items()})
    groups = [("алаяқтық", "мошенничество"), ("жары", "гарвард"), ("гарвардтың", "университет")]
    return Keys(Dictionary(dictionary), related=groups)


def test_a_line_is_a_group_of_folded_words():
    """Analysts write names with capitals, and several words for one meaning."""
    assert parse_related(TEXT) == (("алаяқтық", "мошенничество"), ("ұста", "задержание", "арест"))


@pytest.mark.parametrize("line", ["алаяқтық мошенничество", "а\tб\tв", "ҰҚК-нің\tКНБ", "сот=>суд\tсуд"])
def test_anything_else_is_refused_with_its_line(line):
    """A comma or an arrow in it would be syntax to the search engine."""
    with pytest.raises(ConfigError) as refused:
        parse_related(f"сот\tсуд\n{line}\n")
    assert RELATED_FILE in str(refused.value)
    assert refused.value.line == 2


def test_every_group_of_ours_has_both_languages():
    """The file is data that people edit."""
    groups = parse_related((settings.HERE / "lexicon" / RELATED_FILE).read_text(encoding="utf-8"))
    assert len(groups) > 200
    assert all(len(group) > 1 for group in groups)


def test_a_verb_is_found_by_its_noun():
    """People look a verb up by the form that dictionaries give: ұстау."""
    assert verb_groups({"ұста", "бас"}) == (("басу", "баспады"), ("ұстау", "ұстамады"))


def test_a_query_has_the_keys_of_its_group(keys):
    """In every form, from either language; only queries are widened."""
    assert keys.typed("алаяқтықпен") == keys.typed("мошенничества") == {"алаяқтық", "мошенничество"}
    assert keys.tokens("алаяқтықпен") == {"алаяқтық"}


def test_words_with_two_lemmas_are_left_out(keys):
    """The engine cannot take them, so Python must not either."""
    assert keys.typed("гарвард") == keys.tokens("гарвард")


def test_an_unknown_word_is_widened_as_it_is_written(keys):
    """The engine adds related words before it cuts what no dictionary knows."""
    assert keys.tokens("университет") <= keys.typed("гарвардтың")
    assert not keys.tokens("университет") & keys.typed("гарвардқа")


def test_a_query_of_several_parts_is_widened_in_each(keys):
    """`kuzet stem --query` shows what the search engine looks up."""
    assert keys.query_keys("Алаяқтықпен") == ("алаяқтық", "мошенничество")
    assert keys.query_keys("интернет-алаяқтық") == ("интернет-алаяқтық", "интернет-мошенничество")
    assert keys.query_keys("ҰҚК-нікі") == keys.keys("ҰҚК")


def test_near_words_are_read_alike_and_named_by_their_own_file():
    """People edit both files, and a mistake must say in which."""
    assert len(parse_related((settings.HERE / "lexicon" / NEAR_FILE).read_text(encoding="utf-8"))) > 300
    with pytest.raises(ConfigError) as refused:
        parse_related("а б", file=NEAR_FILE)
    assert NEAR_FILE in str(refused.value)
