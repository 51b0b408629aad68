"""How well articles are put into stories, and what it costs: `make bench-stories`."""

from __future__ import annotations

import os
import random
import resource
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.stories.corpus import Report, build_corpus
from benchmarks.stories.documents import features, real_pairs, report_document, story_rules
from benchmarks.stories.learn import PAIRS
from pipelines.stories.features import Features
from pipelines.stories.joining import Decision, decide
from pipelines.stories.rule import StoryRules
from pipelines.stories.scoring import compare
from pipelines.stories.window import Window

MANY = 100_000
DAYS_OF_MANY = 60
HOUR_S = 3600.0
ORDERS = 5


def cluster(features: Iterable[Features], rules: StoryRules) -> dict[str, str]:
    """Return article → story after one pass in this order."""
    window, stories = Window(), dict[str, str]()
    for new in features:
        decision = join(new, window, rules)
        stories[new.article_id] = decision.story
        for merged in decision.merged:
            stories |= {article: decision.story for article, story in stories.items() if story == merged}
    return stories


def join(new: Features, window: Window, rules: StoryRules) -> Decision:
    """Put an article into its story, and make the stories one that it shows to be one, as the watch does."""
    decision = decide(new, window, rules=rules)
    window.put(new, decision.story)
    for merged in decision.merged:
        for member in window.members(merged):
            window.put(window.features(member), decision.story)
    return decision


def b_cubed(found: Mapping[str, str], wanted: Mapping[str, object]) -> tuple[float, float, float]:
    """Return precision, recall and F1: for each article, which of its neighbours are right."""
    by_found, by_wanted = defaultdict[object, set[str]](set), defaultdict[object, set[str]](set)
    for article in wanted:
        by_found[found[article]].add(article)
        by_wanted[wanted[article]].add(article)
    both = {each: len(by_found[found[each]] & by_wanted[wanted[each]]) for each in wanted}
    precision = sum(both[each] / len(by_found[found[each]]) for each in wanted) / len(wanted)
    recall = sum(both[each] / len(by_wanted[wanted[each]]) for each in wanted) / len(wanted)
    return precision, recall, 2 * precision * recall / (precision + recall)


def twins(reports: Sequence[Report], stories: Mapping[str, str]) -> tuple[float, float]:
    """Return precision and recall of pairs in two languages that are in one story."""
    pairs = [(one, other) for one in reports for other in reports if one.language == "kk" and other.language == "ru"]
    joined = [(one, other) for one, other in pairs if stories[one.id] == stories[other.id]]
    right = sum(one.event == other.event for one, other in joined)
    return right / len(joined), right / sum(one.event == other.event for one, other in pairs)


def pairs_of_news(rules: StoryRules) -> None:
    shared = os.environ.get("KUZET_SHARED")
    if not shared:
        print("pairs of real news: not measured, KUZET_SHARED is not set")
        return
    pairs = list(real_pairs(Path(shared) / "data" / PAIRS))
    found = [compare(pair.first, pair.second, rules=rules).score >= rules.join_from for pair in pairs]
    right = sum(same and pair.same for same, pair in zip(found, pairs, strict=True))
    wanted = sum(pair.same for pair in pairs)
    print(f"pairs of real news ({len(pairs)}): F1 {2 * right / (sum(found) + wanted):.3f}"
          f" (precision {right / sum(found):.3f}, recall {right / wanted:.3f}); learned from)")  # fmt: skip


def quality(rules: StoryRules) -> None:
    for seed in (7, 8):
        reports = build_corpus(seed=seed)
        made = {report.id: features(report_document(report)) for report in reports}
        wanted = {report.id: report.event for report in reports}
        in_time = cluster((made[report.id] for report in reports), rules)
        p, r, f = b_cubed(in_time, wanted)
        print(f"corpus {seed} ({len(reports)} articles, {len(set(wanted.values()))} events): B-cubed F1 {f:.3f}"
              f" (precision {p:.3f}, recall {r:.3f})")  # fmt: skip
        tp, tr = twins(reports, in_time)
        print(f"  pairs in two languages: precision {tp:.3f}, recall {tr:.3f}")
        for what, hours in (("each up to 6 hours late", 6.0), ("any order", 9e9)):
            orders = [late_by(reports, hours=hours, seed=number) for number in range(ORDERS)]
            others = [cluster((made[report.id] for report in late), rules) for late in orders]
            least = min(b_cubed(other, wanted)[2] for other in others)
            between = min(b_cubed(other, in_time)[2] for other in others)
            print(f"  arrival in {ORDERS} other orders ({what}): B-cubed F1 from {least:.3f},"
                  f" between the results from {between:.3f}")  # fmt: skip


def late_by(reports: Sequence[Report], *, hours: float, seed: int = 1) -> list[Report]:
    """Return the reports in the order in which they arrive when each is late by chance."""
    chance = random.Random(seed)
    arrival = {report.id: report.published_at.timestamp() + chance.uniform(0, hours * HOUR_S) for report in reports}
    return sorted(reports, key=lambda report: arrival[report.id])


def speed(rules: StoryRules, *, many: int = MANY) -> None:
    """One pass over many articles that arrive over 60 days; features are made anew each time, as in the watch.

    Times are of the processor: another program that runs meanwhile makes them longer by its use of the caches only.
    """
    texts = [report_document(report) for report in build_corpus(seed=3, events=200)]
    window, of_features, of_joining = Window(), 0.0, 0.0
    first = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for number in range(many):
        at = number * DAYS_OF_MANY * 24 * HOUR_S / many
        text = texts[number % len(texts)]
        turn = number // len(texts)
        document = {**text, "id": f"{number:032x}", "body": text["body"].replace("1", str(turn % 7))}
        started = time.process_time()
        new = replace(features(document), at=at)  # type: ignore[arg-type]
        made = time.process_time()
        join(new, window, rules)
        of_features += made - started
        of_joining += time.process_time() - made
        if number % 100 == 0:
            window.drop_before(at - rules.window_hours * HOUR_S)
        if number == many // 3:
            first = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    took = of_features + of_joining
    last = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"{many} articles in one pass: {took:.0f} s of one core, {took / many * 1000:.2f} ms an article"
          f" (features {of_features / many * 1000:.2f}, joining {of_joining / many * 1000:.2f});"
          f" window of {len(window)} articles; memory {first // 1024} MB, then {last // 1024} MB")  # fmt: skip


def main() -> None:
    rules = story_rules()
    pairs_of_news(rules)
    quality(rules)
    speed(rules, many=int(os.environ.get("ARTICLES", MANY)))


if __name__ == "__main__":
    main()
