"""The engine's explanation of a hit → what matched."""

from pipelines.search.answer import FoundArticle
from pipelines.search.matched import Match, read_matches
from worker.answers.searches import matches_of


def leaf(terms: str, value: float) -> dict[str, object]:
    inside = [{"description": "idf, computed as …", "value": 1.0, "details": []}]
    return {"description": f"weight({terms} in 7) [PerFieldSimilarity], result of:", "value": value, "details": inside}


EXPLANATION = {
    "description": "function score, product of:",
    "value": 9.0,
    "details": [
        {
            "description": "max plus 0.2 times others of:",
            "value": 8.0,
            "details": [
                leaf("Synonym(body:мошенничество body:алаяқтық)", 2.0),
                leaf("title.exact:алаяқтық", 5.0),
                leaf('body:"қару жарақ"', 1.5),
                leaf("cyrillic.body.grams:кылм", 0.25),
                leaf("cyrillic.body.grams:ылми", 0.5),
            ],
        },
        {"description": "match on required clause, product of:", "value": 0.0, "details": []},
    ],
}
MATCHES = (
    Match("title.exact", "алаяқтық", 5.0),
    Match("body", "алаяқтық / мошенничество", 2.0),
    Match("body", "қару жарақ", 1.5),
    Match("cyrillic.body.grams", "кылм ылми", 0.75),
)


def test_terms_phrases_synonyms_and_runs_of_letters_are_read():
    """Each kind of query has a wording of its own in Lucene."""
    assert read_matches(EXPLANATION) == MATCHES


def test_a_key_is_shown_with_the_word_that_was_typed():
    """A related word is not what was typed, so the reader must see where it comes from."""
    hit = FoundArticle(article_id="a", score=1.0, document={}, highlights={}, matches=MATCHES)
    keys = {"алаяқтықпен": {"алаяқтық", "мошенничество"}, "қару-жарақ": {"қару", "жарақ"}}
    assert [row["word"] for row in matches_of(hit, keys)] == ["алаяқтықпен", "алаяқтықпен", "қару-жарақ", ""]
