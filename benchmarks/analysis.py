"""What the analyzer for Kazakh and Russian costs the search node, and whether it agrees with Python.

The fields that an article has, title and body with `.exact`, are indexed from the same texts on one node in
one run: all with `standard`, then title and body with our chain, and with our chain less one filter. The cost is the
node's own CPU time for a document, read from its statistics.
"""

from __future__ import annotations

import copy
import shutil
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any

from elasticsearch.helpers import bulk
from rich.console import Console
from rich.table import Table

from benchmarks.support.heap import live_heap_bytes
from benchmarks.support.node import Node, search_node
from benchmarks.support.texts import Text, load_texts
from config.settings import Settings
from pipelines.language.analysis import render
from pipelines.language.keys import Keys
from pipelines.language.tokens import tokenize
from worker.files.dictionaries import build_dictionaries, read_dictionary
from worker.local.search_node import install_dictionary

ROUNDS = 5
HEAP_COPIES = 4
COPIES = 12
MOST = 8.0
LARGEST_SHARE = 0.5
STATISTICS_AGE_S = 1.1
FILTERS = ("lemmas", "unknown_words")

Chains = Mapping[str, list[str]]


def chains(analysis: Mapping[str, Any]) -> Chains:
    """Name → filters: ours, and ours without one of the expensive ones."""
    ours = list(analysis["analyzer"]["words"]["filter"])
    without = {f"without {name}": [each for each in ours if each != name] for name in FILTERS}
    return {"standard": ["lowercase"], "words": ours, **without}


def settings_for(analysis: Mapping[str, Any], filters: list[str]) -> dict[str, Any]:
    changed = copy.deepcopy(dict(analysis))
    changed["analyzer"] = {"measured": {**analysis["analyzer"]["words"], "filter": filters}}
    if filters == ["lowercase"]:
        changed["analyzer"] = {"measured": {"type": "standard"}}
    return changed


def cpu_ms(client: Any) -> int:  # noqa: ANN401 - a client of either engine
    """Read the CPU time of the node's process, once its statistics are no longer those of a second ago."""
    time.sleep(STATISTICS_AGE_S)
    nodes = client.nodes.stats(metric="process")["nodes"]
    return sum(node["process"]["cpu"]["total_in_millis"] for node in nodes.values())


def measure(node: Node, texts: Sequence[Text]) -> dict[str, float]:
    """Chain → CPU ms a document: the median round, the first one not counted."""
    client = node.engine("ground").client
    found = chains(node.analysis)
    for name, filters in found.items():
        field: dict[str, Any] = {"type": "text", "analyzer": "measured", "index_options": "offsets"}
        field["fields"] = {"exact": {"type": "text", "analyzer": "standard"}}
        mapping = {"properties": {"title": field, "body": field}}
        settings = {"analysis": settings_for(node.analysis, filters), "index.refresh_interval": -1}
        client.indices.create(index=index_of(name), mappings=mapping, settings=settings)
    taken: dict[str, list[float]] = {name: [] for name in found}
    for _ in range(ROUNDS + 1):
        for name in found:
            before = cpu_ms(client)
            bulk(
                client,
                ({"_index": index_of(name), "title": text.title, "body": text.body} for text in texts),
                chunk_size=200,
            )
            taken[name].append((cpu_ms(client) - before) / len(texts))
    return {name: median(times[1:]) for name, times in taken.items()}


def index_of(name: str) -> str:
    return name.replace(" ", "_")


def disagreements(node: Node, words: Sequence[str], keys: Keys) -> list[str]:
    """Words whose tokens on the node are not their keys in Python."""
    client = node.engine("agreement").client
    wrong = []
    for start in range(0, len(words), 2000):
        for word, tokens in analysed(client, words[start : start + 2000]):
            if tokens != keys.tokens(word):
                wrong.append(word)
    return wrong


def analysed(client: Any, words: Sequence[str]) -> Iterator[tuple[str, set[str]]]:  # noqa: ANN401 - the same
    answer = client.indices.analyze(index="agreement", analyzer="words", text="\n".join(words))
    found: dict[int, set[str]] = {}
    for token in answer["tokens"]:
        found.setdefault(token["start_offset"], set()).add(token["token"])
    start = 0
    for word in words:
        yield word, found.get(start, set())
        start += len(word) + 1


def heap_of_dictionary(node: Node, dictionary: Path) -> float:
    """MB of heap that one more copy of the dictionary takes: the difference that a second name for it makes."""
    client = node.engine("heap").client
    twins = [f"{dictionary.name}_{number}" for number in range(HEAP_COPIES)]
    before = live_heap_bytes(node.pid)
    for twin in twins:
        install_dictionary(_renamed(dictionary, twin), base=node.base)
        client.indices.create(index=twin, settings={"analysis": render(twin)})
    return (live_heap_bytes(node.pid) - before) / len(twins) / 1e6


def _renamed(dictionary: Path, name: str) -> Path:
    """A copy of a dictionary under another name, which the node takes for another dictionary."""
    twin = Path(mkdtemp()) / name
    return Path(shutil.copytree(dictionary, twin))


def build_time(lexicon: Path) -> float:
    """Seconds that building the dictionary takes in an empty folder."""
    with TemporaryDirectory() as folder:
        start = time.perf_counter()
        build_dictionaries(Path(folder), lexicons=[lexicon])
        return time.perf_counter() - start


def main() -> int:
    texts = load_texts()
    words = sorted({token.form for text in texts for token in tokenize(text.body) if token.form.isalpha()})
    folder = Settings().cache / "dictionaries"
    with search_node() as node:
        name = str(node.analysis["filter"]["lemmas"]["locale"])
        wrong = disagreements(node, words, Keys(read_dictionary(folder, name)))
        costs = measure(node, texts * COPIES)
        heap = heap_of_dictionary(node, folder / name)
    table = Table("chain", "CPU ms a document", "× standard", title=f"{len(texts) * COPIES} texts, {ROUNDS} rounds")
    for chain, cost in costs.items():
        table.add_row(chain, f"{cost:.2f}", f"{cost / costs['standard']:.1f}")
    Console().print(table)
    ratio = costs["words"] / costs["standard"]
    shares = {each: 1 - costs[f"without {each}"] / costs["words"] for each in FILTERS}
    print(f"words of standard {ratio:.1f} (at most {MOST})")
    print(", ".join(f"{each} {share:.0%}" for each, share in shares.items()), f"(each at most {LARGEST_SHARE:.0%})")
    agreed = 100 - 100 * len(wrong) / len(words)
    print(f"Python and node agree on {agreed:.2f} % of {len(words)} words (at least 99.9): {wrong[:10]}")
    sizes = {file.suffix: f"{file.stat().st_size / 1e6:.1f} MB" for file in (folder / name).iterdir()}
    built = build_time(Settings().config / "lexicon")
    print(f"dictionary {name}: {sizes}, {heap:.1f} MB of heap, built in {built:.0f} s")
    return int(ratio > MOST or agreed < 99.9)


if __name__ == "__main__":
    sys.exit(main())
