"""The price of `SearchEngine.bulk` over bare `helpers.streaming_bulk`: same documents, one node, one run.

Both write the same texts under fresh ids in pairs of bulks, one right after the other and each first as often as the
other, so that a busy machine slows both. The figure is the median of the pairs' ratios, shown with its quartiles.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import count, cycle, islice
from statistics import median, quantiles

from elasticsearch.helpers import streaming_bulk
from rich.console import Console
from rich.table import Table

from benchmarks.support.node import search_node
from benchmarks.support.texts import Text, load_texts
from worker.search.bulk import BulkStatus
from worker.search.engine import SearchEngine

BATCH = 200
PAIRS = 40
WARM = 6
LEAST = 0.9


def batches(texts: Sequence[Text]) -> Iterator[list[Text]]:
    """Pairs of batches with the same texts, all under new ids, rendered before a clock starts."""
    endless, numbers = cycle(texts), count()
    while True:
        chosen = list(islice(endless, BATCH))
        for _ in range(2):
            batch = [replace(text, article_id=f"{next(numbers):08}") for text in chosen]
            yield [text for text in batch if text.document]


def write_ours(engine: SearchEngine, batch: Sequence[Text]) -> None:
    assert {result.status for result in engine.bulk(batch)} == {BulkStatus.WRITTEN}


def write_bare(engine: SearchEngine, batch: Sequence[Text]) -> None:
    actions = [{"_index": engine.write_alias, "_id": text.article_id, "_source": text.document} for text in batch]
    assert all(done for done, _ in streaming_bulk(engine.client, actions, chunk_size=BATCH))


WRITERS: dict[str, Callable[[SearchEngine, Sequence[Text]], None]] = {
    "SearchEngine.bulk": write_ours,
    "streaming_bulk": write_bare,
}


def measure(engine: SearchEngine, texts: Sequence[Text]) -> dict[str, list[float]]:
    """Writer → seconds for each bulk, in pairs."""
    taken: dict[str, list[float]] = {name: [] for name in WRITERS}
    source = batches(texts)
    for turn in range(WARM + PAIRS):
        for name in sorted(WRITERS, reverse=bool(turn % 2)):
            batch = next(source)
            started = time.perf_counter()
            WRITERS[name](engine, batch)
            taken[name].append(time.perf_counter() - started)
    return {name: times[WARM:] for name, times in taken.items()}


def main() -> int:
    with search_node() as node:
        taken = measure(node.engine("bulk"), load_texts())
    table = Table("", "documents/s, median", title=f"{PAIRS} pairs of bulks of {BATCH} documents")
    for name, times in taken.items():
        table.add_row(name, f"{BATCH / median(times):.0f}")
    Console().print(table)
    ratios = [bare / ours for ours, bare in zip(taken["SearchEngine.bulk"], taken["streaming_bulk"], strict=True)]
    low, middle, high = quantiles(ratios, n=4)
    print(f"ours / bare {middle:.2f}, quartiles {low:.2f} and {high:.2f} (at least {LEAST})")
    return int(middle < LEAST)


if __name__ == "__main__":
    sys.exit(main())
