"""What `kuzet demo` does and shows: the whole chain on this machine, over the newsroom's sample sites."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from config.settings import Settings
from pipelines.alerts.speaking import counted
from pipelines.errors import EngineUnavailableError
from pipelines.search.request import SearchRequest, Sort
from pipelines.stories.story import StoryDocument
from pipelines.urls import article_id
from seeds.newsroom import Expectation, Newsroom, Query, load_queries
from worker.cli.console import err, out
from worker.cli.invocation import kuzet_here
from worker.cli.labels import names
from worker.cli.listing import severity_mark
from worker.cli.search import highlighted, show_facets
from worker.cli.up import is_served, running, start_desk
from worker.local.run import LocalRun
from worker.runtime import Runtime
from worker.stories.index import StoryRequest

WAVE = 12
WAVE_PAUSE_S = 1.0
NEXT_S = 10.0
LOOK_S = 0.25
DEADLINE_S = 120.0
KAZAKH_SEARCHES = 2
STORIES_SHOWN, REASONS_SHOWN = 8, 3
LATE_STORIES_S = 20.0


@dataclass(slots=True)
class Timings:
    """When each expected link became searchable (seconds after its publication), and which ended without a document."""

    expected: dict[str, Expectation] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)

    def expect(self, expectations: tuple[Expectation, ...]) -> None:
        self.expected = {article_id(each.link): each for each in expectations}

    @property
    def missing(self) -> list[str]:
        return [key for key in self.expected if key not in self.seconds and key not in self.ended]

    def note(self, runtime: Runtime, now: float) -> None:
        """Look which of the missing are searchable by now, or ended as a duplicate or rejected."""
        missing = set(self.missing)
        for stored in runtime.search.scan(SearchRequest()) if missing else ():
            if stored.article_id in missing:
                published_at = self.expected[stored.article_id].published_at.timestamp()
                self.seconds[stored.article_id] = now - published_at
        self.ended |= {key for key in self.missing if _ended_otherwise(runtime, key)}


def _ended_otherwise(runtime: Runtime, key: str) -> bool:
    trace = runtime.state.articles.trace(key)
    return trace is not None and trace.outcome.startswith(("duplicate", "rejected"))


def run_demo(*, keep: bool) -> None:
    """Start everything, publish, show what came of it, stop everything; `keep` waits for Ctrl-C before stopping."""
    with Newsroom() as newsroom, demo_settings(newsroom) as settings, running(settings) as run:
        endpoints = run.endpoints
        runtime = Runtime(
            settings.model_copy(update={"broker_url": endpoints.broker_url, "search_url": endpoints.search_url})
        )
        wait_for_workers(runtime, run)
        timings = publish(newsroom, runtime, run)
        show_articles(runtime)
        show_stories(runtime)
        show_searches(runtime)
        show_explanation(runtime)
        show_latency(timings)
        if keep:
            show_what_to_try(settings, desk=start_desk(run))
            publish_on(newsroom)
        err.print("Stopping what was started …", style="dim")


@contextmanager
def demo_settings(newsroom: Newsroom) -> Iterator[Settings]:
    """Settings on a data folder of the demo's own, thrown away afterwards; downloads stay in the user's cache."""
    folder = Path(tempfile.mkdtemp(prefix="kuzet-demo-"))
    try:
        catalogue = folder / "newsroom.yaml"
        catalogue.write_text(newsroom.catalogue(), encoding="utf-8")
        settings = Settings(
            data=folder,
            feeds_file=catalogue,
            allow_hosts=newsroom.allow_hosts,
            broker_url="",
            search_url="",
            host_spacing_s=0.05,
            min_interval_s=1.0,
            max_interval_s=2.0,
            page_retry_s=0.5,  # one page of the newsroom is missing
        )
        yield settings
    except EngineUnavailableError:
        raise  # its logs are worth reading
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    else:
        shutil.rmtree(folder, ignore_errors=True)


def wait_for_workers(runtime: Runtime, run: LocalRun) -> None:
    """Wait until every queue is served. Raises EngineUnavailableError naming the logs."""
    ends_at = time.monotonic() + DEADLINE_S
    with err.status("Starting the workers."):
        while not is_served(runtime) and time.monotonic() < ends_at and not run.failed():
            time.sleep(LOOK_S)
    if not is_served(runtime):
        remedy = f"The logs are in {runtime.settings.data / 'logs'}."
        raise EngineUnavailableError("the workers", "did not start", remedy=remedy)


def publish(newsroom: Newsroom, runtime: Runtime, run: LocalRun) -> Timings:
    """Publish in waves while the watch runs, and wait until everything is searchable. Raises EngineUnavailableError."""
    timings, ends_at = Timings(), time.monotonic() + DEADLINE_S
    columns = (TextColumn("published → searchable"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err) as progress:
        task, next_wave = progress.add_task("", total=None), 0.0
        while newsroom.waiting or timings.missing:
            if newsroom.waiting and time.monotonic() >= next_wave:
                newsroom.publish(count=WAVE)
                next_wave = time.monotonic() + WAVE_PAUSE_S
                timings.expect(newsroom.expectations())
            look(runtime, timings)
            progress.update(task, total=len(timings.expected), completed=len(timings.expected) - len(timings.missing))
            if time.monotonic() > ends_at or run.failed():
                raise late(timings, runtime)
            time.sleep(LOOK_S)
    return timings


def look(runtime: Runtime, timings: Timings) -> None:
    with suppress(EngineUnavailableError):  # the index is just being made
        if runtime.search.index_name():
            timings.note(runtime, time.time())


def late(timings: Timings, runtime: Runtime) -> EngineUnavailableError:
    links = ", ".join(timings.expected[key].link for key in timings.missing[:3])
    remedy = f"The logs are in {runtime.settings.data / 'logs'}; is the machine very busy?"
    return EngineUnavailableError(
        "the demo", f"{len(timings.missing)} articles did not arrive in {DEADLINE_S:.0f} s ({links} …)", remedy=remedy
    )


def show_articles(runtime: Runtime) -> None:
    """Every article in one table, newest first, and the facets."""
    result = runtime.search.search(SearchRequest(sort=Sort.TIME, size=100))
    table = Table(box=None, header_style="bold", padding=(0, 1, 0, 0), expand=out.is_terminal)
    for name, share in (("title", 5), ("source", 0), ("lang", 0), ("topics", 3), ("severity", 0), ("regions", 2)):
        table.add_column(
            name, ratio=share or None, no_wrap=True, overflow="ellipsis", min_width=0 if share else len(name)
        )
    for hit in result.hits:
        document = hit.document
        severity = document.get("severity") or ""
        topics = names().listed("topic", document.get("topics", []))
        regions = names().listed("region", document.get("regions", []))
        table.add_row(
            document["title"], document["source"], document["language"], topics, severity_mark(severity), regions
        )
    out.rule("[bold]What was published, and what kuzet made of it")
    out.print(table)
    out.rule("[bold]Facets")
    show_facets(result)


def show_stories(runtime: Runtime) -> None:
    """Events that several articles report, each with why its articles are one; those in two languages first."""
    ends_at = time.monotonic() + LATE_STORIES_S
    while runtime.state.stories.waiting and time.monotonic() < ends_at:
        time.sleep(LOOK_S)
    runtime.story_index.refresh()
    found = runtime.story_index.search(StoryRequest(least_articles=2, size=100)).stories
    out.rule("[bold]Stories: one event once, in both languages")
    for story in sorted(found, key=lambda one: (-len(one["languages"]), -one["articles"]))[:STORIES_SHOWN]:
        show_story(story)
    both = sum(len(story["languages"]) > 1 for story in found)
    out.print(f"{len(found)} events of several articles, {both} of them in both languages", style="dim")


def show_story(story: StoryDocument) -> None:
    """Print a story: its title, and each article with what it has in common with another one."""
    out.print(Text.assemble((story["title"], "bold"), (f"  {counted(story['corroboration'], 'publisher')}", "dim")))
    for member in story["members"]:
        why = "; ".join(member["reasons"][:REASONS_SHOWN]) or "the first report"
        out.print(Text.assemble((f"   {member['source']:<12} {member['language']}  ", "cyan"), (why, "dim")))


def show_searches(runtime: Runtime) -> None:
    """A few words, each in a form that no article holds: two Kazakh, one Russian."""
    out.rule("[bold]Searches")
    for query in (*load_queries()[:KAZAKH_SEARCHES], load_queries()[-1]):
        show_search(runtime, query)


def show_search(runtime: Runtime, query: Query) -> None:
    result = runtime.search.search(SearchRequest(text=query.word, size=3, facets=(), histogram=False))
    note = f"  {result.total} found; none of them holds this form"
    out.print(Text.assemble(("kuzet search ", "dim"), (query.word, "bold yellow"), note))
    for hit in result.hits:
        title = hit.highlights.get("title")
        out.print(Text("   ").append_text(highlighted(title[0]) if title else Text(hit.document["title"])))
        for part in hit.highlights.get("body", ())[:1]:
            if any(piece.hit for piece in part.pieces):
                out.print(Text("      ", style="dim").append_text(highlighted(part)))


def show_explanation(runtime: Runtime) -> None:
    """Why one article was tagged: the words, their rule, score and threshold."""
    hit = next(
        iter(runtime.search.search(SearchRequest(filters={"severity": ("high", "critical")}, size=1, whole=True)).hits),
        None,
    )
    out.rule("[bold]Why an article was tagged")
    if hit is None:
        return
    out.print(Text(hit.document["title"], style="bold"))
    for tag in hit.document.get("tags", {}).get("topics", []):
        words = ", ".join(dict.fromkeys(span["form"] for span in tag["spans"]))
        out.print(
            Text.assemble(
                (f"   {names().topic(tag['topic']):<22}", "cyan"),
                f"{tag['score']:g} of {tag['threshold']:g} by {tag['rule']}: ",
                words,
            )
        )
    out.print(Text(f"   {hit.document.get('why', '')}", style="dim"))


def show_latency(timings: Timings) -> None:
    seconds = sorted(timings.seconds.values())
    cuts = quantiles(seconds, n=20)
    out.rule(style="dim")
    out.print(
        f"{len(seconds)} articles, published → searchable: p50 {cuts[9]:.1f} s, p95 {cuts[18]:.1f} s; "
        f"{len(timings.ended)} more ended as duplicate or rejected",
        style="bold green",
    )


def show_what_to_try(settings: Settings, *, desk: str) -> None:
    """Print commands that can be copied: as they are typed in this folder, on the demo's data."""
    here = kuzet_here()
    out.print(
        f"It stays up until Ctrl-C, and an article comes every {NEXT_S:g} s.\n\n"
        f"  In a browser: {desk}\n\n"
        "In another terminal, in this folder:\n\n"
        f"  export KUZET_DATA={settings.data}",
        markup=False,
        soft_wrap=True,
    )
    for command in ("watch --last 5", "search алаяқтардың --topic fraud", "status", "feeds list", "audit"):
        out.print(f"  {here} {command}", markup=False, soft_wrap=True)


def publish_on(newsroom: Newsroom) -> None:
    """Publish one article after another until Ctrl-C or SIGTERM, so that there is something to watch."""
    try:
        while True:
            time.sleep(NEXT_S)
            newsroom.go_on()
    except KeyboardInterrupt:
        return
