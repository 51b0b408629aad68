"""Do searches find what they should? Ours against plain analyzers, on one node, in one run.

Two sets of searches (search_queries.yaml):

judged   graded by hand: what a searcher wants among the newsroom's stories and the development texts. nDCG@10 looks at
         the order, recall@10 at what is missing among the first ten (of at most ten).
forms    every text that holds the words in some form is an answer; recall@10 only, for the texts are not graded.

Rows: `kuzet search`; the same index asked as Kibana's KQL does (plain match and phrase on the default fields); plain
`standard` and `russian` analyzers asked in that way, and with our own clauses («every word must hold»).

    python -m benchmarks.search_quality [--misses]
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console
from rich.table import Table

from benchmarks.support.node import Node, search_node
from benchmarks.support.texts import NOW, Text, load_texts
from pipelines.search.request import SearchRequest
from worker.search.engine import SearchEngine

DEPTH = 10
ID_LETTERS = 12
LEAST_BY_KQL = 0.95
QUERIES = Path(__file__).with_name("search_queries.yaml")
SURFACE = {"type": "custom", "tokenizer": "standard", "filter": ["lowercase"]}
PLAIN = {
    name: {
        "analyzer": {
            **{words: {"type": name} for words in ("words", "typed_words")},
            **dict.fromkeys(("exact", "typed_exact", "grams"), SURFACE),
        }
    }
    for name in ("standard", "russian")
}

Search = Callable[[str], list[str]]
Scores = tuple[float, float]
"""nDCG@10 and recall@10."""


@dataclass(frozen=True, slots=True)
class Query:
    text: str
    kind: str
    language: str
    gains: Mapping[str, int]


def load_queries(texts: Sequence[Text]) -> dict[str, list[Query]]:
    """Both sets, without searches that no text here answers. Raises KeyError for a grade of an unknown story."""
    rows = yaml.safe_load(QUERIES.read_text(encoding="utf-8"))
    known = {text.article_id for text in texts}
    if strange := {story for row in rows["judged"] for story in row["grades"]} - known:
        raise KeyError(f"{QUERIES.name} grades {', '.join(sorted(strange))}, which the newsroom does not have")
    ids = {key[:ID_LETTERS]: key for key in known}
    judged = [_query(row, row["grades"] | _others(row.get("others", {}), ids)) for row in rows["judged"]]
    forms = [_query(row, _holding(row["answers"], texts)) for row in rows["forms"]]
    return {"judged": judged, "forms": [query for query in forms if query.gains]}


def _others(grades: Mapping[str, int], ids: Mapping[str, str]) -> dict[str, int]:
    """The grades of development texts, where they are here."""
    return {ids[begin]: grade for begin, grade in grades.items() if begin in ids}


def _query(row: Mapping[str, str], gains: Mapping[str, int]) -> Query:
    return Query(row["text"], row["kind"], row["language"], gains)


def _holding(answers: Sequence[str], texts: Sequence[Text]) -> dict[str, int]:
    """The texts in which every word occurs in some form."""
    forms = [re.compile(rf"(?<!\w)(?:{answer})(?!\w)") for answer in answers]
    wholes = {text.article_id: _folded(f"{text.title}\n{text.body}") for text in texts}
    return {key: 1 for key, whole in wholes.items() if all(form.search(whole) for form in forms)}


def _folded(text: str) -> str:
    return text.lower().replace("ё", "е")


def ndcg(query: Query, found: Sequence[str]) -> float:
    """Discounted gain of the first ten, against the best order there is."""
    best = sorted(query.gains.values(), reverse=True)
    return _discounted([query.gains.get(one, 0) for one in found]) / _discounted(best)


def _discounted(gains: Sequence[int]) -> float:
    return sum(gain / math.log2(place + 2) for place, gain in enumerate(gains[:DEPTH]))


def recall(query: Query, found: Sequence[str]) -> float:
    return len(query.gains.keys() & set(found[:DEPTH])) / min(DEPTH, len(query.gains))


def ours(engine: SearchEngine) -> Search:
    """As `kuzet search` asks."""

    def search(text: str) -> list[str]:
        request = SearchRequest(text=text, size=DEPTH, collapse=False, facets=(), histogram=False, highlight=False)
        return [hit.article_id for hit in engine.search(request, now=NOW).hits]

    return search


def kql(engine: SearchEngine) -> Search:
    """As Kibana sends what is typed into its search bar without a field."""

    def search(text: str) -> list[str]:
        kind = "phrase" if text.startswith('"') else "best_fields"
        query: dict[str, Any] = {"multi_match": {"type": kind, "query": text.strip('"'), "lenient": True}}
        answer = engine.client.search(index=engine.read_alias, query=query, size=DEPTH, source=False)
        return [hit["_id"] for hit in answer["hits"]["hits"]]

    return search


def fill(node: Node, texts: Sequence[Text]) -> dict[str, Search]:
    """The rows of the table: each index filled with the same texts."""
    engines = {"kuzet": node.engine("quality-kuzet")}
    engines |= {name: node.engine(f"quality-{name}", analysis=analysis) for name, analysis in PLAIN.items()}
    for engine in engines.values():
        assert {str(result.status) for result in engine.bulk(texts)} == {"written"}
        engine.refresh()
    rows = {"kuzet search": ours(engines["kuzet"]), "kuzet, asked as KQL": kql(engines["kuzet"])}
    rows |= {f"{name}, asked as KQL": kql(engines[name]) for name in PLAIN}
    return rows | {f"{name}, every word": ours(engines[name]) for name in PLAIN}


COLUMNS: Mapping[str, Callable[[Query], bool]] = {
    "all": lambda _: True,
    "kk": lambda query: query.language == "kk",
    "ru": lambda query: query.language == "ru",
    "inflected": lambda query: query.kind == "inflected",
    "words": lambda query: query.kind == "words",
    "phrase": lambda query: query.kind == "phrase",
    "name": lambda query: query.kind == "name",
    "mixed": lambda query: query.kind == "mixed",
}


def measure(queries: Sequence[Query], search: Search) -> dict[str, Scores]:
    """Column → mean nDCG@10 and mean recall@10."""
    found = {query.text: search(query.text) for query in queries}
    means = {}
    for column, belongs in COLUMNS.items():
        chosen = [query for query in queries if belongs(query)]
        scores = [(ndcg(query, found[query.text]), recall(query, found[query.text])) for query in chosen]
        order, complete = (sum(score[part] for score in scores) / len(scores) for part in (0, 1))
        means[column] = (order, complete)
    return means


def show_misses(queries: Sequence[Query], search: Search) -> None:
    for query in queries:
        found = search(query.text)
        if recall(query, found) < 1 or ndcg(query, found) < 0.8:
            missing = sorted(query.gains.keys() - set(found))[:5]
            first = [key for key in found[:3] if key not in query.gains]
            print(f"{query.text}: nDCG {ndcg(query, found):.2f}, missing {missing}, before them {first}")


def table(title: str, measured: Mapping[str, Mapping[str, Scores]], *, parts: Sequence[int]) -> Table:
    """One row a search, one column a kind of query; `parts`: nDCG (0), recall (1), or both."""
    drawn = Table(title=title)
    for name in ("", *COLUMNS):
        drawn.add_column(name, justify="left" if not name else "right")
    for name, means in measured.items():
        drawn.add_row(name, *(" / ".join(f"{scores[part]:.3f}" for part in parts) for scores in means.values()))
    return drawn


PARTS = {"judged": (0, 1), "forms": (1,)}


def main() -> int:
    texts = load_texts()
    sets = load_queries(texts)
    failures = []
    with search_node() as node:
        rows = fill(node, texts)
        for name, queries in sets.items():
            measured = {row: measure(queries, search) for row, search in rows.items()}
            scores = " / ".join(("nDCG@10", "recall@10")[part] for part in PARTS[name])
            title = f"{name}: {scores} · {len(queries)} queries, {len(texts)} texts"
            Console(width=150).print(table(title, measured, parts=PARTS[name]))
            failures += verdict(name, measured)
            if "--misses" in sys.argv:
                show_misses(queries, rows["kuzet search"])
    return int(any(failures))


def verdict(name: str, measured: Mapping[str, Mapping[str, Scores]]) -> list[bool]:
    """Whether we are behind in any column, and whether KQL misses much of what we find."""
    mine, as_kql = measured["kuzet search"], measured["kuzet, asked as KQL"]
    plain = [means for row, means in measured.items() if not row.startswith("kuzet")]
    behind = {
        column for column in mine for means in plain for part in PARTS[name] if means[column][part] > mine[column][part]
    }
    share = as_kql["all"][1] / mine["all"][1]
    print(f"{name}: KQL finds {share:.3f} of what kuzet search finds (at least {LEAST_BY_KQL})")
    print(f"{name}: behind a plain analyzer in {', '.join(sorted(behind)) or 'no column'}")
    return [bool(behind), share < LEAST_BY_KQL]


if __name__ == "__main__":
    sys.exit(main())
