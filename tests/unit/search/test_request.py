"""Search request → body, answer → result."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.errors import QueryError
from pipelines.search.answer import Highlight, Piece, read_search, with_others
from pipelines.search.body import build_others, build_search, build_selection, build_similar
from pipelines.search.cursor import MAX_WINDOW
from pipelines.search.request import FACETS, Breadth, SearchRequest, Sort

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
PLAIN = SearchRequest(recency=False)


def asked(text: str):
    """The clause of a text."""
    return build_search(replace(PLAIN, text=text), now=NOW)["query"]["bool"]["must"][0]


def ranged(text: str):
    return condition(text)["range"]


def condition(text: str):
    """The one clause of a text that asks for a value."""
    [clause] = asked(text)["bool"]["filter"]
    return clause


def test_each_word_is_asked_of_all_fields_together():
    """One word may stand in the title and the other in the body: the fields together must hold them all."""
    must = asked("кража лошадей")["bool"]["must"]
    assert [clause["multi_match"]["query"] for clause in must] == ["кража", "лошадей"]
    assert all({"title^3", "body"} < set(clause["multi_match"]["fields"]) for clause in must)


def test_exact_forms_and_titles_weigh_more():
    """A reader expects the form typed, and the headline, first."""
    weights = dict(field.partition("^")[::2] for field in asked("кража")["multi_match"]["fields"])
    weight = {name: float(value or 1) for name, value in weights.items()}
    assert weight["title.exact"] > weight["title"] > weight["body.exact"] > weight["body"]


@pytest.mark.parametrize(
    ("text", "kind", "query"),
    [
        ("кража", "best_fields", "кража"),
        ('"кража лошадей"', "phrase", "кража лошадей"),
        ('"қару-жарақ"', "phrase", "қару-жарақ"),
        ("12:51", "phrase", "12:51"),
        ("ҰҚК-нің", "best_fields", "ҰҚК"),
        ("АҚШ-тан", "best_fields", "АҚШ"),
        ("1941–1945", "phrase", "1941–1945"),
    ],
)
def test_words_of_several_parts_are_phrases(text, kind, query):
    """The tokenizer splits at hyphens and colons; the parts must stay together, and an ending alone is no part."""
    clause = asked(text)["multi_match"]
    assert (clause["type"], clause["query"]) == (kind, query)


def test_words_the_analyser_drops_do_not_empty_the_result():
    """A lone sign between words must not be a word nothing contains."""
    assert asked("№1")["multi_match"]["zero_terms_query"] == "all"


def test_exclusions_and_alternatives():
    """-a and OR keep their meaning inside brackets too."""
    query = asked("взрыв -(учения OR кино)")["bool"]
    assert len(query["must"]) == 1
    assert query["must_not"][0]["bool"]["minimum_should_match"] == 1
    assert asked("-кино") == {"bool": {"must_not": [asked("кино")]}}


def test_fillers_need_not_hold():
    """No one thinks of «мен» or «с» as something to search for; alone or in quotes they are."""
    query = asked("мылтықтар мен оқтар")["bool"]
    assert query["must"] == [asked("мылтықтар"), asked("оқтар")]
    assert query["should"] == [asked("мен")]
    assert asked("с -на")["bool"]["must"] == [asked("с")]
    assert asked("не title:на")["bool"]["must"] == [asked("title:на")]
    assert asked('"с икрой"')["multi_match"]["type"] == "phrase"


def test_prefixes_are_cheap_and_folded():
    """A prefix is not analysed; without folding `Ёлк*` would never match."""
    queries = condition("Ёлк*")["dis_max"]["queries"]
    paths = ("title.exact", "body.exact", "cyrillic.title.exact", "cyrillic.body.exact")
    assert queries == [{"prefix": {path: {"value": "елк"}}} for path in paths]


@pytest.mark.parametrize("text", ["topic:fraud", "detained:>=10", "published:2026-02", "person:Ким", "source:xab*"])
def test_values_add_nothing_to_a_score(text):
    """A value scores 1 on either engine, a word 2.2 times as much on Elasticsearch: sums would rank otherwise."""
    assert asked(text)["bool"].keys() == {"filter"}


def test_no_text_brings_regular_expressions_or_wildcards():
    """Cost is ours to decide."""
    body = build_search(SearchRequest(text="/.*/ *а ?б в* title:*г person:*д source:*"), now=NOW)
    asked = json.dumps({part: value for part, value in body.items() if part != "aggs"})  # a facet is called `script`
    assert not any(word in asked for word in ("regexp", "wildcard", "query_string", "fuzzy", "script"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("detained:>=10", {"figures.detained": {"gte": 10.0}}),
        ("detained:[10 TO 20}", {"figures.detained": {"gte": 10.0, "lt": 20.0}}),
        ("severity:>low", {"severity_rank": {"gt": 1}}),
        ("severity:<=high", {"severity_rank": {"lte": 3}}),
        (
            "published:2026-02",
            {"published_at": {"gte": "2026-02-01T00:00:00+05:00", "lt": "2026-03-01T00:00:00+05:00"}},
        ),
        ("published:>2025", {"published_at": {"gte": "2026-01-01T00:00:00+05:00"}}),
        ("published:<2026-03-04", {"published_at": {"lt": "2026-03-04T00:00:00+05:00"}}),
        ("published:<=2026-12", {"published_at": {"lt": "2027-01-01T00:00:00+05:00"}}),
        ("observed:>now-2d", {"observed_at": {"gt": "2026-03-02T12:00:00+00:00"}}),
        ("published:>=2026-03-04T10:00", {"published_at": {"gte": "2026-03-04T10:00:00+05:00"}}),
    ],
)
def test_ranges(text, expected):
    """Dates are whole days of Kazakhstan; severity has an order."""
    assert ranged(text) == expected


def test_a_person_is_found_by_any_form_of_a_part_of_the_name():
    """People do not type a full name in citation form."""
    clause = condition("person:Сағымбаевтың")["dis_max"]["queries"]
    assert {"match": {"persons.words": {"query": "Сағымбаевтың", "operator": "and"}}} in clause


def test_newer_comes_before_older_only_where_it_should():
    """Freshness is gentle, can be turned off, and has no say in a list sorted by time."""
    fresh = build_search(SearchRequest(text="кража"), now=NOW)["query"]["function_score"]
    assert fresh["functions"][1]["weight"] < fresh["functions"][0]["weight"]
    for request in (
        SearchRequest(text="кража", recency=False),
        SearchRequest(text="кража", sort=Sort.TIME),
        SearchRequest(),
    ):
        assert "bool" in build_search(request, now=NOW)["query"]


def test_articles_without_a_topic_are_left_out_of_the_facets_too():
    """The first page shows tagged articles only: a filter after the counting would count all others in each facet."""
    body = build_search(SearchRequest(with_topic=True), now=NOW)
    assert {"exists": {"field": "topics"}} in body["query"]["bool"]["filter"]
    assert "post_filter" not in body
    assert build_selection(SearchRequest(with_topic=True), now=NOW)["query"]["bool"]["filter"][1:] == [
        {"exists": {"field": "topics"}}
    ]


def test_filters_come_after_the_counting():
    """Each facet is counted under all filters but its own: it shows what another choice would bring."""
    request = SearchRequest(filters={"topic": ("fraud", "drugs"), "region": ("Astana",)})
    body = build_search(request, now=NOW)
    topics, regions = body["post_filter"]["bool"]["filter"]
    assert [one["term"]["topics"]["value"] for one in topics["bool"]["should"]] == ["fraud", "drugs"]
    assert body["aggs"]["topic"]["filter"] == {"bool": {"filter": [regions]}}
    assert body["aggs"]["region"]["filter"] == {"bool": {"filter": [topics]}}
    assert body["aggs"]["source"]["filter"] == {"bool": {"filter": [topics, regions]}}
    assert body["aggs"]["histogram"]["filter"] == {"bool": {"filter": [topics, regions]}}
    assert set(body["aggs"]) == {*FACETS, "texts", "histogram"}


def test_a_filter_may_be_named_like_its_field():
    """`topics` of a program and `topic` of a person are one filter."""
    one, other = (build_search(SearchRequest(filters={name: ("fraud",)}), now=NOW) for name in ("topic", "topics"))
    assert one == other
    assert "post_filter" not in build_search(SearchRequest(filters={"topic": ()}), now=NOW)


def test_figures_are_filtered_by_kind():
    """«Articles that say how many were detained»."""
    body = build_search(SearchRequest(filters={"figure": ("detained",)}), now=NOW)
    assert {"exists": {"field": "figures.detained"}} in body["post_filter"]["bool"]["filter"][0]["bool"]["should"]


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(SearchRequest(filters={"colour": ("red",)}), id="filter"),
        pytest.param(SearchRequest(filters={"figure": ("camels",)}), id="figure"),
        pytest.param(SearchRequest(facets=("colour",)), id="facet"),
        pytest.param(SearchRequest(size=100_000), id="too many"),
        pytest.param(SearchRequest(size=-1), id="negative size"),
        pytest.param(SearchRequest(after="no mark of ours"), id="cursor of words"),
        pytest.param(SearchRequest(after="e30="), id="cursor of an empty object"),
        pytest.param(SearchRequest(after="ы"), id="cursor in cyrillic"),
    ],
)
def test_what_cannot_be_asked_is_said(request_):
    """A wrong name must not silently find everything or nothing."""
    with pytest.raises(QueryError):
        build_search(request_, now=NOW)


@given(st.text(max_size=80))
@settings(max_examples=100, deadline=None)
def test_any_text_makes_a_body(text):
    """Safe for any input."""
    json.dumps(build_search(SearchRequest(text=text), now=NOW))
    json.dumps(build_selection(SearchRequest(text=text), now=NOW))


def answer(hits, **aggs):
    return {
        "took": 3,
        "timed_out": False,
        "_shards": {"failed": 0},
        "hits": {"total": {"value": 7}, "hits": hits},
        "aggregations": aggs,
    }


def hit(article_id, sort, **more):
    return {"_id": article_id, "_score": 1.5, "_source": {"id": article_id}, "sort": sort} | more


def pages(request, hits):
    """The body of the page after one that had these hits."""
    result = read_search(answer(hits), request=request, now=NOW)
    return build_search(replace(request, after=result.next_after), now=datetime(2027, 1, 1, tzinfo=UTC))


def test_later_pages_go_on_where_the_first_ended():
    """The clock moves between pages; were scores to fade meanwhile, a hit could be shown twice or never."""
    request = SearchRequest(text="кража", size=2, collapse=False)
    hits = [hit("a", [2.5, 1, "a"]), hit("b", [1.5, 1, "b"])]
    second = pages(request, hits)
    assert second["search_after"] == [1.5, 1, "b"]
    assert second["query"] == build_search(request, now=NOW)["query"]
    assert "collapse" not in second


def test_collapsed_pages_count_texts():
    """The engines do not combine collapsing with search_after."""
    request = SearchRequest(size=2)
    hits = [hit("a", [2.5, 1, "a"]), hit("b", [1.5, 1, "b"])]
    assert pages(request, hits)["from"] == 2
    assert (
        pages(replace(request, after=read_search(answer(hits), request=request, now=NOW).next_after), hits)["from"] == 4
    )


def test_the_last_page_has_no_mark():
    """A reader of pages must stop."""
    assert not read_search(answer([hit("a", [1])]), request=SearchRequest(size=2), now=NOW).next_after
    assert not read_search(answer([]), request=SearchRequest(size=0), now=NOW).next_after


def test_the_window_is_an_error_of_ours():
    """Past the window the engine would answer with a sentence about settings."""
    request = SearchRequest(size=500)
    for _ in range(MAX_WINDOW // 500):
        result = read_search(answer([hit("a", [1])] * 500), request=request, now=NOW)
        request = replace(request, after=result.next_after)
    with pytest.raises(QueryError, match="export"):
        build_search(request, now=NOW)


def test_highlights_cannot_be_forged():
    """A text that holds our mark is escaped by the engine, and comes out as the letters it is."""
    highlighted = hit(
        "a", [1], highlight={"body": ["<mark>Кража</mark> &lt;mark&gt;лошадей&lt;&#x2F;mark&gt; &amp; коров"]}
    )
    read = read_search(answer([highlighted]), request=SearchRequest(), now=NOW).hits[0].highlights["body"][0]
    assert read == Highlight((Piece("Кража", hit=True), Piece(" <mark>лошадей</mark> & коров", hit=False)))
    assert read.html == "<mark>Кража</mark> &lt;mark&gt;лошадей&lt;/mark&gt; &amp; коров"
    assert str(read) == "Кража <mark>лошадей</mark> & коров"


def test_highlights_are_asked_escaped():
    """The other half of the promise above."""
    highlight = build_search(SearchRequest(text="кража"), now=NOW)["highlight"]
    assert highlight["encoder"] == "html"
    assert "highlight" not in build_search(SearchRequest(), now=NOW)


def test_result_in_our_words():
    """What the command prints and later clients read."""
    result = read_search(
        answer(
            [hit("a", [1])],
            texts={"doc_count": 7, "values": {"value": 5}},
            topic={"values": {"buckets": [{"key": "fraud", "doc_count": 4}]}},
            figure={
                "values": {
                    "buckets": {"killed": {"doc_count": 0}, "cases": {"doc_count": 1}, "detained": {"doc_count": 2}}
                }
            },
            histogram={"values": {"interval": "1d", "buckets": [{"key_as_string": "2026-03-04", "doc_count": 7}]}},
        ),
        request=SearchRequest(),
        now=NOW,
    )
    assert (result.total, result.texts, result.took_ms, result.interval) == (7, 5, 3, "1d")
    assert [(value.value, value.count) for value in result.facets["figure"]] == [("detained", 2), ("cases", 1)]
    assert result.histogram[0].count == 7


def test_hits_name_the_articles_behind_them():
    """One search for a page, not one a hit: ten reprints of a text must not cost ten searches."""
    request = SearchRequest(text="кража", filters={"topic": ("fraud",)})
    body = build_others(request, ["f00", "f01"], now=NOW)
    assert {"terms": {"same_text": ["f00", "f01"]}} in body["query"]["bool"]["filter"]
    assert body["size"] == 0
    first = [
        {"_id": "z", "_source": {"id": "z", "source": "xabar", "url": "https://xabar.example/z"}},
        {"_id": "a", "_source": {"id": "a", "source": "habar", "url": "https://habar.example/a"}},
    ]
    others = {"buckets": [{"key": "f00", "doc_count": 3, "first": {"hits": {"hits": first}}}]}
    hits = [hit("a", [2], _source={"same_text": "f00"}), hit("b", [1], _source={})]
    page = with_others(
        read_search(answer(hits), request=request, now=NOW), answer([], others=others), field="same_text"
    )
    assert [one.reprints for one in page.hits] == [2, 0]
    assert [reprint.source for reprint in page.hits[0].reprinted_by] == ["xabar"]
    assert "inner_hits" not in build_search(request, now=NOW)["collapse"]


def test_what_is_counted_without_filters_is_counted_directly():
    """The engine has a quicker way for a facet that is under no other one; the answer reads the same."""
    plain = build_search(SearchRequest(), now=NOW)["aggs"]
    assert "filters" in plain["figure"]
    narrowed = build_search(SearchRequest(filters={"topic": ("fraud",)}), now=NOW)["aggs"]
    assert "filters" in narrowed["figure"]["aggs"]["values"]
    buckets = {"buckets": [{"key": "fraud", "doc_count": 4}]}
    for counted in (buckets, {"doc_count": 7, "values": buckets}):
        read = read_search(answer([], topic=counted), request=SearchRequest(), now=NOW)
        assert [(value.value, value.count) for value in read.facets["topic"]] == [("fraud", 4)]


def test_more_like_this_leaves_reprints_out():
    """The same text again is not «more»."""
    query = build_similar("a", index="kuzet", same_text="f00")["query"]["bool"]
    assert query["must_not"] == [{"term": {"same_text": "f00"}}]


def loose(text: str):
    """The clauses of a text of which most words must hold."""
    body = build_search(replace(PLAIN, text=text, breadth=Breadth.MOST), now=NOW)
    return body["query"]["bool"]["must"][0]["bool"]["must"]


@pytest.mark.parametrize(
    ("text", "least"), [("а1", 1), ("а1 б1 в1", 1), ("а1 б1 в1 г1", 2), ("а1 и б1 в1", 1), ("кто а1 б1 в1", 1)]
)
def test_a_third_of_the_words_is_enough(text, least):
    """An answer has other words than the question; words that join and ask are not counted."""
    (enough,) = loose(text)[0]["bool"]["must"]
    assert enough["bool"]["minimum_should_match"] == least


def test_what_is_no_word_must_hold_all_the_same():
    """`topic:fraud` and `-word` are meant as they are written."""
    firm, words = loose("кража лошадей topic:fraud -фильм")
    assert len(words["bool"]["must"][0]["bool"]["should"]) == 2
    assert firm["bool"]["must"] == [asked("topic:fraud")]
    assert firm["bool"]["must_not"] == [asked("фильм")]


def test_a_loose_word_is_found_by_its_parts_and_its_beginning_as_well():
    """Typed in another alphabet it has the same parts; what is derived from it has the same beginning."""
    (word,) = loose("кылмыс")[0]["bool"]["must"][0]["bool"]["should"]
    ways = [one["multi_match"] for one in word["bool"]["should"]]
    assert {way["query"] for way in ways} == {"кылмыс"}
    assert [{field.partition("^")[0].rpartition(".")[2] for field in way["fields"]} for way in ways] == [
        {"title", "body"},
        {"beginnings"},
        {"grams"},
    ]


def test_only_the_beginning_of_a_long_question_is_asked():
    """An engine refuses a query of too many clauses, and people paste paragraphs."""
    (enough,) = loose("превысокомногорассмотрительствующий " * 40)[0]["bool"]["must"]
    assert len(enough["bool"]["should"]) == 2
    (enough,) = loose("ы" * 300)[0]["bool"]["must"]
    assert len(enough["bool"]["should"]) == 1


def test_words_asked_one_after_the_other_are_better_near_each_other():
    """Of two articles with the same words the one that has them together is the answer."""
    (clause,) = loose("кто угнал скот сельчан")
    near = [one["multi_match"]["query"] for one in clause["bool"]["should"]]
    assert near == ["угнал скот", "скот сельчан"]


def test_a_phrase_and_a_beginning_are_weighed_as_they_are_asked():
    """Their words are no words of the question."""
    (clause,) = loose('"угнали скот" лошад*')
    phrase, prefix = clause["bool"]["must"][0]["bool"]["should"]
    assert phrase == asked('"угнали скот"')
    assert prefix == asked("лошад*")


@pytest.mark.parametrize(
    ("text", "spellings"),
    [
        ("кибер-шабуыл", [("phrase", "кибер-шабуыл"), ("best_fields", "кибершабуыл")]),
        ("кибершабуылдар", [("best_fields", "кибершабуылдар"), ("phrase", "кибер шабуылдар")]),
        ("Онлайн-казино", [("phrase", "Онлайн-казино"), ("best_fields", "Онлайнказино")]),
    ],
)
def test_a_compound_is_asked_in_one_word_and_in_two(text, spellings):
    """Each newsroom has a spelling of its own."""
    ways = [one["multi_match"] for one in asked(text)["dis_max"]["queries"]]
    assert [(way["type"], way["query"]) for way in ways] == spellings


@pytest.mark.parametrize("text", ["киберлер", "кибер", "ҰҚК-нің", "covid-19", '"кибер-шабуыл"'])
def test_what_is_no_compound_has_one_spelling(text):
    """An ending is no word, and quotes mean what they hold."""
    assert "multi_match" in asked(text)


def test_a_word_in_latin_letters_is_asked_in_one_alphabet_too():
    """It must find Cyrillic articles also when an article in Latin letters has the very word."""
    own, parts = asked("qylmys")["dis_max"]["queries"]
    assert own["multi_match"]["query"] == parts["multi_match"]["query"] == "qylmys"
    assert parts["multi_match"]["minimum_should_match"] == "100%"
    assert "multi_match" in asked("ҰҚК")


def test_the_next_page_of_most_words_is_of_most_words():
    """Else it would be empty."""
    request = replace(PLAIN, text="қылмыс", size=1, breadth=Breadth.MOST)
    first = read_search(answer([hit("a", [1])]), request=request, now=NOW)
    later = replace(request, after=first.next_after, breadth=Breadth.ALL_OR_MOST)
    assert build_search(later, now=NOW)["query"] == build_search(request, now=NOW)["query"]


def test_a_suggestion_replaces_only_what_no_article_has():
    """«Did you mean» is a query that can be typed."""
    suggest = {"words": [{"text": "алаяктық", "options": [{"text": "алаяқтық"}]}, {"text": "шымкент", "options": []}]}
    found = read_search({**answer([]), "suggest": suggest}, request=PLAIN, now=NOW)
    assert found.did_you_mean == "алаяқтық шымкент"
    suggest["words"][0]["options"] = []
    assert read_search({**answer([]), "suggest": suggest}, request=PLAIN, now=NOW).did_you_mean == ""


@pytest.mark.parametrize(("text", "language"), [("алаяқтықпен", "kk"), ("мошенничества", "ru")])
def test_the_language_of_the_query_comes_first(text, language):
    """Related words bring articles in the other language; an analyst typed this one."""
    functions = build_search(SearchRequest(text=text), now=NOW)["query"]["function_score"]["functions"]
    assert functions[-1]["filter"] == {"term": {"language": language}}


def test_a_query_in_another_language_prefers_none():
    """Names in Latin letters are in articles of both."""
    functions = build_search(SearchRequest(text="Boeing"), now=NOW)["query"]["function_score"]["functions"]
    assert all("filter" not in function for function in functions)
