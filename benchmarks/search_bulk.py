"""The price of `SearchEngine.bulk` over bare `helpers.streaming_bulk`: same documents, one node, one run.

Both write the same texts under fresh ids, batch by batch in turns, so that a busy machine slows both; the ratio is that
of the median batch.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import count, cycle, islice
from statistics import median

from elasticsearch.helpers import streaming_bulk
from rich.console import Console
from rich.table import Table

from benchmarks.ground.node import search_node
from benchmarks.ground.texts import Text, load_texts
from worker.search.bulk import BulkStatus
from worker.search.engine import SearchEngine

BATCH = 200
TURNS = 24
WARM = 4
LEAST = 0.9


def batches(texts: Sequence[Text]) -> Iterator[list[Text]]:
    """Pairs of batches with the same texts, all under ids nobody has had, rendered before a clock starts."""
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


def measure(engine: SearchEngine, texts: Sequence[Text]) -> dict[str, float]:
    """Writer → documents a second."""
    taken: dict[str, list[float]] = {name: [] for name in WRITERS}
    source = batches(texts)
    for turn in range(WARM + TURNS):
        for name in sorted(WRITERS, reverse=bool(turn % 2)):
            batch = next(source)
            started = time.perf_counter()
            WRITERS[name](engine, batch)
            taken[name].append(time.perf_counter() - started)
    return {name: BATCH / median(times[WARM:]) for name, times in taken.items()}


def main() -> int:
    with search_node() as node:
        rates = measure(node.engine("bulk"), load_texts())
    bare = rates["streaming_bulk"]
    table = Table("", "documents/s", "of bare", title=f"{TURNS} bulks of {BATCH} documents each")
    for name, rate in rates.items():
        table.add_row(name, f"{rate:.0f}", f"{rate / bare:.2f}")
    Console().print(table)
    ratio = rates["SearchEngine.bulk"] / bare
    print(f"ratio {ratio:.3f} (at least {LEAST})")
    return int(ratio < LEAST)


if __name__ == "__main__":
    sys.exit(main())
