"""The shapes of `--json`: docs/guide/json.md is made from these types, and tests hold real answers against them.

One kind of answer, one shape: an object with lists under a key, also when they are empty. What goes on and on (articles
that come in, lines of a file) is JSON lines: one object a line.
"""

from typing import Any, NotRequired, TypedDict  # no annotations of the future: they would hide NotRequired

from pipelines.models import IndexDocument
from pipelines.stories.story import StoryDocument


class Count(TypedDict):
    value: str
    count: int


class Bucket(TypedDict):
    start: str
    count: int


class MatchRow(TypedDict):
    """A key of the index that a hit was found by. `word`: the typed word it belongs to, empty for runs of letters."""

    word: str
    key: str
    field: str
    score: float


class HitRow(IndexDocument):
    """A document of the index without `body` and `tags`. `highlights`: title and body → fragments as HTML.

    `matches`: empty without --explain.
    """

    score: float | None
    highlights: dict[str, list[str]]
    reprints: int
    matches: list[MatchRow]


class SearchAnswer(TypedDict):
    """`total` counts articles, `texts` counts them without reprints. `next`: the mark for --after, empty at the end.

    `relaxed`: no article has all words, so these have most. `did_you_mean`: the query with words that the index has.
    """

    total: int
    texts: int
    took_ms: int
    hits: list[HitRow]
    facets: dict[str, list[Count]]
    histogram: list[Bucket]
    next: str
    relaxed: bool
    did_you_mean: str


class RevisionRow(TypedDict):
    number: int
    at: float


class ShowAnswer(IndexDocument):
    """The document of the index. `revisions`: those that the journey still knows (the last twenty steps), oldest first.

    A missing fact is a missing key. Times are ISO 8601 in UTC, those of revisions epoch seconds.
    """

    revisions: list[RevisionRow]


class WatchedArticle(TypedDict):
    """`event`: article.indexed or article.revised; `at`: when, in epoch seconds."""

    id: str
    event: str
    at: float
    url: str
    source: str
    language: str
    title: str
    published_at: str
    observed_at: str
    topics: NotRequired[list[str]]
    severity: NotRequired[str]
    regions: NotRequired[list[str]]
    why: NotRequired[str]


class ChangeRow(TypedDict):
    """Articles in the period, and in the one before."""

    value: str
    now: int
    before: int


class GroupChange(ChangeRow):
    group: str


class Span(TypedDict):
    since: str
    until: str


class Total(TypedDict):
    now: int
    before: int


class FeedsToLookAt(TypedDict):
    """Feeds that gave far less or far more than before, and watched ones that gave nothing at all."""

    quiet: list[str]
    noisy: list[str]
    silent: list[str]


class StatsAnswer(TypedDict):
    """`groups`: topic, region, source, severity, feed. `grown`: what grew more than by chance, strongest first."""

    since: str
    until: str
    before: Span
    total: Total
    days: list[ChangeRow]
    groups: dict[str, list[ChangeRow]]
    grown: list[GroupChange]
    feeds: FeedsToLookAt


class StrengthRow(ChangeRow):
    """`strength`: the difference in standard deviations, positive when there are more now; 2 is more than chance."""

    strength: float


class TopicByDay(StrengthRow):
    """`by_day`: articles on each of `days`."""

    by_day: list[int]


class MapAnswer(TypedDict):
    """What /map.json of the desk says. `compares`: whether anything is known of the time before."""

    since: str
    until: str
    compares: bool
    regions: list[StrengthRow]
    places: list[Count]


class TrendsAnswer(MapAnswer):
    """What /trends.json of the desk says."""

    days: list[str]
    topics: list[TopicByDay]


class FeedRow(TypedDict):
    """A feed of the catalogue. The last keys are there once the watch has polled it; times are epoch seconds.

    `chance`: how likely its present pause is while it goes on as usual. `asked`: the address that is asked now, and
    `ask_why` it is not the catalogue's.
    """

    id: str
    url: str
    source: str
    family: str
    languages: list[str]
    format: str
    enabled: bool
    note: str
    state: str
    sentence: str
    next_at: NotRequired[float | None]
    interval_s: NotRequired[float]
    failures: NotRequired[int]
    last_ok_at: NotRequired[float]
    last_new_at: NotRequired[float]
    polls: NotRequired[list[dict[str, Any]]]
    habits: NotRequired[list[str]]
    chance: NotRequired[float | None]
    asked: NotRequired[str]
    ask_why: NotRequired[str]


class FeedsAnswer(TypedDict):
    feeds: list[FeedRow]


class RhythmRow(TypedDict):
    """How a feed publishes. `hours`, `weekdays`, `minutes`: fading counts of articles in Kazakhstan's time.

    `minutes` has twelve parts of an hour. `at_once`: articles that one piece of news brings.
    """

    articles_a_day: float
    at_once: float
    hours: list[float]
    weekdays: list[float]
    minutes: list[float]


class FeedStateChange(TypedDict):
    at: float
    kind: str
    was: str
    state: str
    address: str
    reason: str


class MissedPage(TypedDict):
    """A page that is not in the index, and why; `seen`: it was sighted all the same."""

    link: str
    title: str
    published_at: str
    why: str
    seen: bool


class RecallAnswer(TypedDict):
    """A source against its sitemap: pages `listed` of the last day, those `seen`; `problem`: why it could not be."""

    source: str
    sitemap: str
    at: float
    listed: int
    seen: int
    problem: str
    missed: list[MissedPage]


class FeedAnswer(TypedDict):
    """One feed. `rhythm`: null before its first document; `recall`: null before the first check of its source.

    `changes`: of state or address, newest first.
    """

    feed: FeedRow
    rhythm: RhythmRow | None
    recall: RecallAnswer | None
    changes: list[FeedStateChange]


class FeedCheck(TypedDict):
    """`entries`: how many; `dropped`: reason → how many items are no entries."""

    format: str
    title: str
    encoding: str
    note: str
    entries: int
    dropped: dict[str, int]


class CheckedFeed(TypedDict):
    """A feed as it answered just now. `reason`: a word, empty when it is of use; `need`: what would make it so."""

    id: str
    url: str
    format: str
    enabled: bool
    usable: bool
    entries: int
    newest: str | None
    language: str
    reason: str
    problem: str
    need: str


class DiscoveredFeed(CheckedFeed):
    """`named`: how the address was found."""

    named: str


class DiscoveredFeeds(TypedDict):
    feeds: list[DiscoveredFeed]


class FeedsCheck(TypedDict):
    """`switched_on`: ids; `needed`: what feeds of no use would need → how many."""

    feeds: list[CheckedFeed]
    switched_on: list[str]
    needed: dict[str, int]


class ImportedFeed(TypedDict):
    id: str
    url: str
    enabled: bool
    note: str


class FeedsImported(TypedDict):
    """`off`: added, but switched off with a note; `known`: left as they were."""

    added: int
    off: int
    known: int
    feeds: list[ImportedFeed]


class FeedEntry(TypedDict):
    link: str
    title: str
    summary: str
    content: str
    guid: str
    published_at: str | None
    language: str
    image_url: str


class FeedDocument(TypedDict):
    format: str
    title: str
    encoding: str
    dropped: dict[str, int]
    entries: list[FeedEntry]


class ArticleRow(TypedDict):
    """`extraction`: full, summary or title; `published_from`: feed, page or observed; `repairs`: letters mended."""

    url: str
    canonical_url: str
    translations: list[str]
    title: str
    text: str
    language: str
    kazakh_share: float
    extraction: str
    published_at: str
    published_from: str
    image_url: str
    words: int
    repairs: int
    note: str


class FigureRow(TypedDict):
    kind: str
    value: float
    unit: str
    qualifier: str
    role: str


class TagAnswer(TypedDict):
    """`tags`: the explanation, as `kuzet show --json` has it. With --jsonl each line has the `id` of its text."""

    id: NotRequired[str | int | None]
    language: str
    topics: list[str]
    severity: str | None
    regions: list[str]
    places: list[str]
    figures: list[FigureRow]
    persons: list[str]
    organisations: list[str]
    indicators: list[str]
    watch: list[str]
    contexts: list[str]
    tags: dict[str, Any]
    why: str


class EngineState(TypedDict):
    """`problem` is empty when all is well."""

    address: str
    server: str
    index: str
    articles: int
    problem: str


class WorkerRow(TypedDict):
    """`slots`: how many tasks it runs at once."""

    name: str
    queues: list[str]
    slots: int
    pid: int
    seen_at: float


class SilenceRow(TypedDict):
    """How long nothing new came in, and the usual and the longest pause before; 0 where it is not known."""

    lasting_s: float
    usual_s: float
    longest_s: float


class BacklogRow(TypedDict):
    """Articles that are due and wait, how many ended a minute lately while some waited, and how long they will take.

    Null where it is not known; `takes_s` also while nothing ends.
    """

    articles: int
    a_minute: float | None
    takes_s: float | None


class StatusAnswer(TypedDict):
    """`problems`: sentences, none when all is well. `feeds`: state → how many. `stages`: stage → waiting, due.

    `last_article`: empty before the first article, and while the search engine is away.
    """

    broker: str
    search: EngineState
    workers: list[WorkerRow]
    queues: dict[str, int]
    stages: dict[str, dict[str, int]]
    feeds: dict[str, int]
    backlog: BacklogRow
    outbox: dict[str, int]
    quarantined: int
    rebuild: str
    last_article: IndexDocument
    silence: SilenceRow
    problems: list[str]


class StepRow(TypedDict):
    at: float
    event: str
    detail: str
    sentence: str


class TraceAnswer(TypedDict):
    """`stage` while it is under way, `outcome` afterwards. Of a forgotten article only the address is known."""

    id: str
    url: str
    source: str
    stage: str | None
    outcome: str
    attempts: int
    error: str
    revision: int
    version: int
    recheck_at: list[float]
    forgotten: bool
    forgotten_at: float | None
    steps: list[StepRow]


class AccountRow(TypedDict):
    """A source on a day of Kazakhstan. `missing` and `vanished` are 0 when its sums agree.

    `read`: items of its feeds; `from_feeds` were sighted, `known` known, `dropped` none (by reason).
    """

    day: str
    source: str
    sighted: int
    under_way: int
    outcomes: dict[str, int]
    missing: int
    read: int
    from_feeds: int
    known: int
    dropped: dict[str, int]
    vanished: int


class AuditAnswer(TypedDict):
    """`outcomes`: outcome, after a colon its reason → how many sightings ended so."""

    sighted: int
    under_way: int
    outcomes: dict[str, int]
    read: int
    from_feeds: int
    known: int
    dropped: dict[str, int]
    balanced: bool
    accounts: list[AccountRow]


class QuarantinedRow(TypedDict):
    id: str
    url: str
    stage: str
    error: str
    at: float


class QuarantineAnswer(TypedDict):
    """The oldest first."""

    quarantine: list[QuarantinedRow]


class ForgottenRow(TypedDict):
    """An article that a version up to 0.1 forgot has no time and an empty address."""

    id: str
    url: str
    forgotten_at: float | None


class ForgottenAnswer(TypedDict):
    """The oldest first."""

    forgotten: list[ForgottenRow]


class ForgetPlan(TypedDict):
    """What would be forgotten."""

    articles: int
    in_index: int
    ids: list[str]


class ForgetAnswer(TypedDict):
    """`deleted`: how many of the articles were in the index."""

    articles: int
    deleted: int


class LiftAnswer(TypedDict):
    """The ids of the articles that may come back."""

    lifted: list[str]


class ImportAnswer(TypedDict):
    """Outcome → how many: those of `kuzet audit`, and known already, restored, refused, unusable, under way."""

    outcomes: dict[str, int]


class SettingRow(TypedDict):
    """Passwords are hidden. `origin`: default, environment, a file, or the running watch."""

    variable: str
    value: str
    origin: str
    allowed: str
    meaning: str


class SettingsAnswer(TypedDict):
    settings: list[SettingRow]


class IndexRow(TypedDict):
    """`replaced_at` is null for a live index and a half-made one. `takes_new`: new articles go there."""

    index: str
    articles: int
    live: bool
    takes_new: bool
    replaced_at: float | None
    kept_until: float | None


class IndicesAnswer(TypedDict):
    """Those of before a rollover first, each with its later ones."""

    indices: list[IndexRow]


class ReindexPlan(TypedDict):
    """`reasons`: why a reindex is needed, none when it is not. `then`: live indices that would follow."""

    source: str
    target: str
    articles: int
    reasons: list[str]
    then: NotRequired[list[str]]


class RolloverPlanAnswer(TypedDict):
    """`bytes`: of the newest index; `limit_bytes`: above it a rollover begins by itself, 0 for never; `due`: now."""

    source: str
    target: str
    articles: int
    bytes: int
    limit_bytes: int
    due: bool


class MovedRow(TypedDict):
    """An index that a reindex has replaced by another."""

    source: str
    target: str
    articles: int


class TopicChange(TypedDict):
    topic: str
    kept: int
    gained: int
    lost: int


class RetagPlan(TypedDict):
    """`articles`: how many have older tags; `changed`: how many would have other topics."""

    articles: int
    changed: int
    topics: list[TopicChange]


class RebuildAnswer(TypedDict):
    """A rebuild that is over. `written`: of retag and restory; `read`: of reextract.

    `source`, `target`: of rollover and reindex, of which `moved` names every index after a rollover.
    """

    kind: str
    took_s: float
    done: int
    total: int
    source: NotRequired[str]
    target: NotRequired[str]
    changed: NotRequired[int]
    failed: NotRequired[int]
    written: NotRequired[int]
    read: NotRequired[int]
    moved: NotRequired[list[MovedRow]]


class BegunAnswer(TypedDict):
    """A rebuild that the workers go on with; `owner`: who has begun it."""

    kind: str
    owner: str
    began_at: float


class SpanRow(TypedDict):
    """A piece of a text: `field` is title or body; `start` and `end` count characters."""

    field: str
    start: int
    end: int
    form: str
    term: str
    weight: float


class MissRow(TypedDict):
    """A topic that words speak for, only not enough."""

    topic: str
    rule: str
    score: float
    threshold: float
    spans: list[SpanRow]


class ExplainAnswer(TagAnswer):
    """As `kuzet tag`, with the topics that fell short."""

    misses: list[MissRow]


class FellShort(TypedDict):
    """`id`: of the article."""

    id: str
    misses: list[MissRow]


class FindingRow(TypedDict):
    """`topic` is empty for what all rules share."""

    file: str
    line: int
    topic: str
    term: str
    problem: str


class LintAnswer(TypedDict):
    findings: list[FindingRow]


class TaggedOtherwise(TypedDict):
    id: str
    title: str
    added: list[str]
    removed: list[str]
    why: str


class DiffAnswer(TypedDict):
    """`gained`, `lost`: topic → how many articles."""

    articles: int
    changes: list[TaggedOtherwise]
    gained: dict[str, int]
    lost: dict[str, int]


class WrongExample(TypedDict):
    file: str
    line: int
    text: str
    problem: str


class RuleReportRow(TypedDict):
    """`precision` and `recall` are null where there is nothing to measure."""

    topic: str
    examples: int
    reported: int
    precision: float | None
    recall: float | None
    wrong: list[WrongExample]


class RulesTestAnswer(TypedDict):
    topics: list[RuleReportRow]


class ContextRow(TypedDict):
    context: str
    topic: str
    spans: list[SpanRow]


class AlmostRow(TypedDict):
    """`missing`: the words that would do; empty when all are there and too far apart."""

    term: str
    weight: float
    missing: str
    sentence: str


class WhyNotAnswer(TypedDict):
    """`needed` is the threshold for this text, `threshold` that of the rule; `yields_to` a stronger neighbour."""

    topic: str
    given: bool
    score: float
    needed: float
    threshold: float
    counted: list[SpanRow]
    silenced: list[ContextRow]
    almost: list[AlmostRow]
    yields_to: str


class StoriesAnswer(TypedDict):
    """Stories, the last changed first; `total` counts all that were selected."""

    total: int
    stories: list[StoryDocument]


class PairAnswer(TypedDict):
    """`score`: how likely the texts report one event; `likeness`: the share of runs of four words that both have."""

    id: Any
    same: bool
    score: float
    likeness: float
    reasons: list[str]


class ExaminedRow(TypedDict):
    """`verdict`: ok, warning (a person should look) or problem (something does not work)."""

    about: str
    verdict: str
    sentence: str
    remedy: str


class DoctorAnswer(TypedDict):
    findings: list[ExaminedRow]


class MachineAnswer(TypedDict):
    """A value that could not be read is null. `problems`: sentences, each with the way out.

    `overcommit`: vm.overcommit_memory. `unreadable`: files of the site that the services cannot read.
    """

    map_count: int | None
    overcommit: int | None
    memory_mb: int | None
    free_mb: int | None
    unreadable: list[str]
    problems: list[str]


class BackupAnswer(TypedDict):
    """`keys`: of the state. `files`: of the folder, its manifest left out."""

    folder: str
    at: str
    keys: int
    articles: int
    files: int


class RestoreAnswer(TypedDict):
    """`counts`: keys of the state, articles restored, adopted (in the index and not in the backup), known already."""

    folder: str
    counts: dict[str, int]


class StateAnswer(TypedDict):
    """`adopted`: articles of the index that the state did not know. `lost`: articles that are gone from the index."""

    adopted: int
    lost: int


class ReplayAnswer(TypedDict):
    """Ids of articles."""

    replayed: list[str]


class DropAnswer(TypedDict):
    """Ids of articles."""

    dropped: list[str]


class PieceRow(TypedDict):
    """`change`: same, gone or new."""

    change: str
    text: str


ChangesAnswer = TypedDict(
    "ChangesAnswer", {"id": str, "from": int, "to": int, "paragraphs": list[list[PieceRow]]}
)  # `from` is no name of Python


class AlertRow(TypedDict):
    """`state`: on or off; `muted_until`: epoch seconds, 0 when it speaks; `gathered`: stories it will speak of."""

    name: str
    targets: list[str]
    state: str
    muted_until: float
    gathered: int


class AlertsAnswer(TypedDict):
    """`today`: target:outcome → notifications (delivered, quarantined, capped); `quarantined`: key → error."""

    alerts: list[AlertRow]
    today: dict[str, int]
    quarantined: dict[str, str]
    waiting: int


class NoticeRow(TypedDict):
    """A message. `state`: due, delivered or quarantined; `acknowledged`: every story of it."""

    key: str
    at: float
    alert: str
    target: str
    state: str
    attempts: int
    error: str
    acknowledged: bool
    titles: list[str]


class AlertsLog(AlertsAnswer):
    """The alerts with the newest messages, newest first."""

    log: list[NoticeRow]


class AlertsCheck(TypedDict):
    file: str
    alerts: int
    findings: list[str]


class AlertMessage(TypedDict):
    at: float
    stories: int
    titles: list[str]


class AlertTest(TypedDict):
    """`stories` that were played, how many `matched`; `sent`: where the newest message went, empty without --send."""

    alert: str
    stories: int
    matched: int
    notifications: list[AlertMessage]
    sent: str


class DeskUser(TypedDict):
    """`role`: reader, analyst or admin."""

    name: str
    role: str


class DeskUsers(TypedDict):
    users: list[DeskUser]


ANSWERS: dict[str, type] = {
    "kuzet search": SearchAnswer,
    "kuzet show": ShowAnswer,
    "kuzet stats": StatsAnswer,
    "kuzet stories": StoriesAnswer,
    "kuzet alerts list": AlertsAnswer,
    "kuzet alerts check": AlertsCheck,
    "kuzet alerts test": AlertTest,
    "kuzet story": StoryDocument,
    "kuzet feeds list": FeedsAnswer,
    "kuzet feeds show": FeedAnswer,
    "kuzet feeds recall": RecallAnswer,
    "kuzet feeds check": FeedCheck,
    "kuzet feeds check --all": FeedsCheck,
    "kuzet feeds discover": DiscoveredFeeds,
    "kuzet feeds import": FeedsImported,
    "kuzet feed": FeedDocument,
    "kuzet extract, kuzet fetch": ArticleRow,
    "kuzet tag": TagAnswer,
    "kuzet status": StatusAnswer,
    "kuzet doctor": DoctorAnswer,
    "kuzet setup check": MachineAnswer,
    "kuzet backup": BackupAnswer,
    "kuzet restore": RestoreAnswer,
    "kuzet rebuild-state": StateAnswer,
    "kuzet trace": TraceAnswer,
    "kuzet audit": AuditAnswer,
    "kuzet quarantine list": QuarantineAnswer,
    "kuzet quarantine replay": ReplayAnswer,
    "kuzet quarantine drop": DropAnswer,
    "kuzet import": ImportAnswer,
    "kuzet forget": ForgetAnswer,
    "kuzet forget --dry-run": ForgetPlan,
    "kuzet forget --list": ForgottenAnswer,
    "kuzet forget --lift": LiftAnswer,
    "kuzet settings": SettingsAnswer,
    "kuzet desk user list": DeskUsers,
    "kuzet reindex, kuzet rollover, kuzet retag, kuzet reextract, kuzet restory": RebuildAnswer,
    "kuzet reindex --no-wait, kuzet rollover --no-wait": BegunAnswer,
    "kuzet retag --no-wait, kuzet reextract --no-wait, kuzet restory --no-wait": BegunAnswer,
    "kuzet reindex --list": IndicesAnswer,
    "kuzet reindex --dry-run": ReindexPlan,
    "kuzet rollover --dry-run": RolloverPlanAnswer,
    "kuzet retag --dry-run": RetagPlan,
    "kuzet rules lint": LintAnswer,
    "kuzet rules test": RulesTestAnswer,
    "kuzet rules explain": ExplainAnswer,
    "kuzet rules why-not": WhyNotAnswer,
    "kuzet rules diff": DiffAnswer,
}
"""Command → the one object that it prints with --json."""

LINES: dict[str, type] = {"kuzet watch": WatchedArticle, "kuzet tag --jsonl": TagAnswer}
"""Command → the object of each line."""
