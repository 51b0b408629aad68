"""Do searches find what they should? Ours against plain analyzers, on one node, in one run.

A document answers a query when every word of the query stands in it in some form (search_queries.yaml says which forms,
by hand). It answers better with the words in its title: gain 3 when all are, 2 when some are, else 1. nDCG@10 looks at
the order, recall@10 at what is missing among the first ten (of at most ten).

Rows: `kuzet search`; the same index asked as Kibana's KQL does (plain match and phrase on the default fields); plain
`standard` and `russian` analyzers asked in that way, and with our own clauses («every word must hold»).
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

from benchmarks.ground.node import Node, search_node
from benchmarks.ground.texts import NOW, Text, load_texts
from pipelines.queries import SearchRequest
from worker.search.engine import SearchEngine

DEPTH = 10
QUERIES = Path(__file__).with_name("search_queries.yaml")
PLAIN = {
    name: {
        "analyzer": {
            "words": {"type": name},
            "exact": {"type": "custom", "tokenizer": "standard", "filter": ["lowercase"]},
        }
    }
    for name in ("standard", "russian")
}

Search = Callable[[str], list[str]]


@dataclass(frozen=True, slots=True)
class Query:
    text: str
    kind: str
    language: str
    gains: Mapping[str, int]


def load_queries(texts: Sequence[Text]) -> list[Query]:
    """The queries that have an answer among the texts."""
    rows = yaml.safe_load(QUERIES.read_text(encoding="utf-8"))["queries"]
    queries = [Query(row["text"], row["kind"], row["language"], _gains(row["answers"], texts)) for row in rows]
    return [query for query in queries if query.gains]


def _gains(answers: Sequence[str], texts: Sequence[Text]) -> dict[str, int]:
    forms = [re.compile(rf"(?<!\w)(?:{answer})(?!\w)") for answer in answers]
    found = {}
    for text in texts:
        title, whole = _folded(text.title), _folded(f"{text.title}\n{text.body}")
        if all(form.search(whole) for form in forms):
            named = sum(bool(form.search(title)) for form in forms)
            found[text.article_id] = 3 if named == len(forms) else 2 if named else 1
    return found


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


def measure(queries: Sequence[Query], search: Search) -> dict[str, tuple[float, float]]:
    """Column → mean nDCG@10 and mean recall@10."""
    found = {query.text: search(query.text) for query in queries}
    means = {}
    for column, belongs in COLUMNS.items():
        chosen = [query for query in queries if belongs(query)]
        scores = [(ndcg(query, found[query.text]), recall(query, found[query.text])) for query in chosen]
        means[column] = tuple(sum(score[part] for score in scores) / len(scores) for part in (0, 1))
    return means


def show_misses(queries: Sequence[Query], search: Search) -> None:
    for query in queries:
        found = search(query.text)
        if recall(query, found) < 1 or ndcg(query, found) < 0.8:
            missing = sorted(query.gains.keys() - set(found))[:5]
            print(f"{query.text}: nDCG {ndcg(query, found):.2f}, recall {recall(query, found):.2f}, missing {missing}")


def main() -> int:
    texts = load_texts()
    queries = load_queries(texts)
    with search_node() as node:
        rows = fill(node, texts)
        table = Table(title=f"nDCG@10 / recall@10 · {len(queries)} queries, {len(texts)} texts")
        for name in ("", *COLUMNS):
            table.add_column(name, justify="left" if not name else "right")
        measured = {name: measure(queries, search) for name, search in rows.items()}
        for name, means in measured.items():
            table.add_row(name, *(f"{order:.3f} / {complete:.3f}" for order, complete in means.values()))
        Console(width=150).print(table)
        if "--misses" in sys.argv:
            show_misses(queries, rows["kuzet search"])
    return verdict(measured)


def verdict(measured: Mapping[str, Mapping[str, tuple[float, float]]]) -> int:
    """1 unless we are ahead in every column and KQL finds nearly what we find."""
    mine, as_kql = measured["kuzet search"], measured["kuzet, asked as KQL"]
    plain = [means for name, means in measured.items() if not name.startswith("kuzet")]
    behind = [
        column for column in mine for means in plain for part in (0, 1) if means[column][part] > mine[column][part]
    ]
    share = as_kql["all"][1] / mine["all"][1]
    print(f"KQL finds {share:.3f} of what kuzet search finds (at least 0.95)")
    print(f"behind a plain analyzer in: {', '.join(sorted(set(behind))) or 'no column'}")
    return int(bool(behind) or share < 0.95)


if __name__ == "__main__":
    sys.exit(main())
