"""Readings as families of metrics, named as Prometheus names things: base units, `_total` for what only grows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from worker.metrics.readings import Readings
from worker.state import Durations

Number: TypeAlias = float
DUE = "due "


def families(read: Readings) -> Iterator[Metric]:
    """Yield every family; docs/guide/operations.md lists them, and a test holds the two together."""
    yield from _totals(read)
    yield from _times(read)
    yield from _stages(read)
    yield from _stores(read)
    yield from _engines(read)


def _totals(read: Readings) -> Iterator[Metric]:
    yield CounterMetricFamily("kuzet_sightings", "Sightings that began.", value=read.totals.sighted)
    ended = CounterMetricFamily(
        "kuzet_sightings_ended", "Sightings that ended, by outcome.", labels=["outcome", "reason"]
    )
    for name, count in read.totals.ended.items():
        outcome, _, reason = name.partition(":")
        ended.add_metric([outcome, reason], count)
    yield ended
    yield _counter("kuzet_polls", "Polls of feeds, by status of HTTP or `failed`.", "status", read.totals.polls)
    yield _counter("kuzet_page_answers", "What sites answered when asked for a page.", "answer", read.totals.answers)


def _times(read: Readings) -> Iterator[Metric]:
    times = read.totals.durations
    seen = HistogramMetricFamily("kuzet_searchable_seconds", "From the sighting until the article is in the index.")
    if searchable := times.get("searchable"):
        _add(seen, [], searchable)
    yield seen
    late = HistogramMetricFamily(
        "kuzet_due_seconds",
        "How late a due item was sent to a worker (stage poll: a poll's lateness).",
        labels=["stage"],
    )
    for name, took in sorted(times.items()):
        if name.startswith(DUE):
            _add(late, [name.removeprefix(DUE)], took)
    yield late


def _stages(read: Readings) -> Iterator[Metric]:
    stages = read.stages.items()
    yield _gauge("kuzet_stage_items", "Items in a stage.", "stage", {name: one.waiting for name, one in stages})
    yield _gauge("kuzet_stage_due_items", "Items that are due now.", "stage", {name: one.due for name, one in stages})
    yield _gauge(
        "kuzet_stage_late_seconds",
        "Age of the item due for longest.",
        "stage",
        {name: one.late_s for name, one in stages},
    )
    yield _gauge("kuzet_queue_messages", "Messages that wait in a queue.", "queue", read.queues)
    yield _gauge("kuzet_worker_slots", "Tasks of a queue that can run at once.", "queue", read.slots)
    yield _one("kuzet_workers", "Workers that reported lately.", read.workers)
    yield _one("kuzet_tick_age_seconds", "Since a process looked for due work.", read.tick_age_s)


def _stores(read: Readings) -> Iterator[Metric]:
    yield _gauge("kuzet_feeds", "Feeds that are polled, by state.", "state", read.feeds)
    yield _one("kuzet_held_hosts", "Sites that asked to be left alone.", read.held_hosts)
    yield _one("kuzet_outbox_documents", "Documents that wait for the index.", read.outbox_documents)
    yield _one("kuzet_outbox_bytes", "Bytes of these documents.", read.outbox_bytes)
    yield _one("kuzet_quarantined_articles", "Articles in the quarantine.", read.quarantined)
    yield _one("kuzet_forgotten_articles", "Articles that were forgotten by hand.", read.forgotten)
    yield _one("kuzet_books_missing", "Sightings that neither ended once nor are under way; 0 is right.", read.missing)
    yield _one("kuzet_under_way", "Sightings under way.", read.under_way)
    yield _one("kuzet_problems", "Problems that processes reported.", read.problems)
    yield _gauge("kuzet_disk_free_bytes", "Room on the disk of a folder.", "folder", read.free_bytes)


def _engines(read: Readings) -> Iterator[Metric]:
    yield _one("kuzet_search_up", "1 if the search engine answers and takes documents.", read.search_up)
    yield _one("kuzet_index_articles", "Articles in the index.", read.articles)
    share = GaugeMetricFamily("kuzet_rebuild_share", "How far the rebuild under way is, 0 to 1; absent without one.")
    if read.rebuild_share is not None:
        share.add_metric([], read.rebuild_share)
    yield share


def _one(name: str, about: str, value: Number) -> Metric:
    return GaugeMetricFamily(name, about, value=value)


def _gauge(name: str, about: str, label: str, values: Mapping[str, Number]) -> Metric:
    family = GaugeMetricFamily(name, about, labels=[label])
    for key, value in sorted(values.items()):
        family.add_metric([key], value)
    return family


def _counter(name: str, about: str, label: str, values: Mapping[str, Number]) -> Metric:
    family = CounterMetricFamily(name, about, labels=[label])
    for key, value in sorted(values.items()):
        family.add_metric([key], value)
    return family


def _add(family: HistogramMetricFamily, labels: list[str], took: Durations) -> None:
    buckets = [(f"{bound:g}", count) for bound, count in sorted(took.buckets.items())]
    family.add_metric(labels, [*buckets, ("+Inf", took.count)], sum_value=took.sum_s)
