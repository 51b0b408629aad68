"""Do searches find what they should? Ours against plain analyzers, on one node, in one run.

Three sets of searches (search_queries.yaml), and a fourth where KUZET_SHARED names one:

judged   graded by hand: what a searcher wants among the newsroom's stories and the development texts. nDCG@10 looks at
         the order, recall@10 at what is missing among the first ten (of at most ten).
forms    every text that holds the words in some form is an answer; recall@10 only, for the texts are not graded.
questions  as people ask them: in sentences, in words that the article does not use, on another keyboard.
speeches 244 questions to 471 passages of speeches, which are no part of the project.

Rows: `kuzet search`; the same index asked as Kibana's KQL does (plain match and phrase on the default fields); plain
`standard` and `russian` analyzers and runs of four letters asked in that way, and the first two with our own clauses
(«every word must hold, or most of them»).

    python -m benchmarks.search_quality [--misses]
"""

from __future__ import annotations

import json
import math
import os
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console
from rich.table import Table

from benchmarks.support.node import Node, search_node
from benchmarks.support.texts import NOW, Text, load_texts
from pipelines.search.request import Breadth, SearchRequest
from worker.search.engine import SearchEngine

DEPTH = 10
ID_LETTERS = 12
LEAST_BY_KQL = 0.95
TYPED_INTO_KIBANA = ("judged", "forms")
"""Sets that hold words; a question is asked with --any, and Kibana's bar does not widen it."""

QUERIES = Path(__file__).with_name("search_queries.yaml")
SURFACE = {"type": "custom", "tokenizer": "standard", "filter": ["lowercase"]}
OTHERS = ("exact", "typed_exact", "grams", "beginnings", "typed_beginnings")
"""Analyzers of ours that a plain index has in name only."""

LETTERS = {"type": "custom", "tokenizer": "letters", "filter": ["lowercase"]}


def _plain(words: Mapping[str, Any]) -> dict[str, Any]:
    letters = {"type": "ngram", "min_gram": 4, "max_gram": 4, "token_chars": ["letter", "digit"]}
    analyzers = dict.fromkeys(OTHERS, SURFACE) | dict.fromkeys(("words", "typed_words"), words)
    return {"tokenizer": {"letters": letters}, "analyzer": analyzers}


PLAIN = {"standard": _plain({"type": "standard"}), "russian": _plain({"type": "russian"}), "char-4": _plain(LETTERS)}
BY_WORD = ("standard", "russian")
"""Plain analyzers that are asked with our clauses as well: these hold words, not letters."""

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
    questions = [_query(row, row["grades"]) for row in rows["questions"]]
    return {"judged": judged, "forms": [query for query in forms if query.gains], "questions": questions}


def speeches(shared: Path) -> tuple[list[Text], list[Query]]:
    """The passages of search_akorda, and what people ask of them."""
    folder = shared / "data/search_akorda"
    gains: dict[str, dict[str, int]] = defaultdict(dict)
    for row in _rows(folder / "qrels.jsonl"):
        gains[row["query_id"]][row["passage_id"]] = row["relevance"]
    passages = [Text(row["id"], "", row["text"], "kk") for row in _rows(folder / "passages.jsonl")]
    asked = _rows(folder / "queries.jsonl")
    return passages, [Query(row["query"], row["type"], "kk", gains[row["query_id"]]) for row in asked]


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    return map(json.loads, filter(str.strip, file.read_text(encoding="utf-8").splitlines()))


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


def ours(engine: SearchEngine, breadth: Breadth = Breadth.ALL_OR_MOST) -> Search:
    """As `kuzet search` asks, or with `--any`."""

    def search(text: str) -> list[str]:
        request = SearchRequest(text=text, breadth=breadth, size=DEPTH, collapse=False, highlight=False)
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


def fill(node: Node, texts: Sequence[Text], *, index: str = "quality") -> dict[str, Search]:
    """The rows of the table: each index filled with the same texts."""
    engines = {"kuzet": node.engine(f"{index}-kuzet")}
    engines |= {name: node.engine(f"{index}-{name}", analysis=analysis) for name, analysis in PLAIN.items()}
    for engine in engines.values():
        assert {str(result.status) for result in engine.bulk(texts)} == {"written"}
        engine.refresh()
    rows = {"kuzet search": ours(engines["kuzet"]), "kuzet search --any": ours(engines["kuzet"], Breadth.MOST)}
    rows["kuzet, asked as KQL"] = kql(engines["kuzet"])
    rows |= {f"{name}, asked as KQL": kql(engines[name]) for name in PLAIN}
    return rows | {f"{name}, every word": ours(engines[name]) for name in BY_WORD}


def columns(queries: Iterable[Query]) -> dict[str, Callable[[Query], bool]]:
    """A column for all, for each language where there are two, and for each kind of query."""
    chosen: dict[str, Callable[[Query], bool]] = {"all": lambda _: True}
    languages, kinds = ([*dict.fromkeys(map(part, queries))] for part in (_language, _kind))
    if len(languages) > 1:
        chosen |= {name: lambda query, name=name: query.language == name for name in languages}
    return chosen | {name: lambda query, name=name: query.kind == name for name in kinds}


def _language(query: Query) -> str:
    return query.language


def _kind(query: Query) -> str:
    return query.kind


def measure(queries: Sequence[Query], search: Search) -> dict[str, Scores]:
    """Column → mean nDCG@10 and mean recall@10."""
    found = {query.text: search(query.text) for query in queries}
    means = {}
    for column, belongs in columns(queries).items():
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
    for name in ("", *next(iter(measured.values()))):
        drawn.add_column(name, justify="left" if not name else "right")
    for name, means in measured.items():
        drawn.add_row(name, *(" / ".join(f"{scores[part]:.3f}" for part in parts) for scores in means.values()))
    return drawn


PARTS = {"judged": (0, 1), "forms": (1,), "questions": (0, 1), "speeches": (0, 1)}


def main() -> int:
    texts = load_texts()
    shared = os.environ.get("KUZET_SHARED")
    with search_node() as node:
        rows = fill(node, texts)
        failures = [
            one for name, queries in load_queries(texts).items() for one in report(name, queries, rows, len(texts))
        ]
        if shared:
            passages, questions = speeches(Path(shared))
            failures += report("speeches", questions, fill(node, passages, index="speeches"), len(passages))
    return int(any(failures))


def report(name: str, queries: Sequence[Query], rows: Mapping[str, Search], texts: int) -> list[bool]:
    """Print the table of a set, and return what is not as it should be."""
    measured = {row: measure(queries, search) for row, search in rows.items()}
    scores = " / ".join(("nDCG@10", "recall@10")[part] for part in PARTS[name])
    Console(width=150).print(
        table(f"{name}: {scores} · {len(queries)} queries, {texts} texts", measured, parts=PARTS[name])
    )
    if "--misses" in sys.argv:
        show_misses(queries, rows["kuzet search"])
    return verdict(name, measured)


def verdict(name: str, measured: Mapping[str, Mapping[str, Scores]]) -> list[bool]:
    """Whether we are behind in any column, and whether KQL misses much of what we find."""
    asked = "kuzet search" if name in TYPED_INTO_KIBANA else "kuzet search --any"
    mine, as_kql = measured[asked], measured["kuzet, asked as KQL"]
    plain = [means for row, means in measured.items() if not row.startswith("kuzet")]
    behind = {
        column for column in mine for means in plain for part in PARTS[name] if means[column][part] > mine[column][part]
    }
    print(f"{name}: behind a plain analyzer in {', '.join(sorted(behind)) or 'no column'}")
    if name not in TYPED_INTO_KIBANA:
        return [bool(behind)]
    share = as_kql["all"][1] / mine["all"][1]
    print(f"{name}: KQL finds {share:.3f} of what kuzet search finds (at least {LEAST_BY_KQL})")
    return [bool(behind), share < LEAST_BY_KQL]


if __name__ == "__main__":
    sys.exit(main())
