"""Learn the numbers of config/stories.yaml from labelled pairs, and print them: `python -m benchmarks.stories.learn`.

Pairs in one language are real news (KUZET_SHARED), with pairs of our corpus at a lower weight; twins are of our corpus.
Logistic regression by Newton's method with a small penalty; quality by five-fold cross-validation.
"""

from __future__ import annotations

import math
import os
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, stdev

from benchmarks.stories.corpus import build_corpus
from benchmarks.stories.documents import Pair, features, real_pairs, report_document
from pipelines.stories.features import Features
from pipelines.stories.scoring import TERMS

PENALTY = 0.1
STEPS = 10
CORPUS_WEIGHT = 0.5
PAIRS = "story_pairs_ru.jsonl"
LEARNED_SEED = 1
"""Another one than the benchmark's: it measures on a corpus that was not learned from."""
USED = {
    "same_language": (
        *("lead", "titles", "rare", "same_site", "numbers_differ", "no_number_shared", "reaction_differs"),
    ),
    "twins": ("names", "numbers", "figures", "places", "organisations", "figures_differ", "places_differ"),
}


@dataclass(frozen=True, slots=True)
class Example:
    values: tuple[float, ...]
    same: bool
    weight: float = 1.0


def learn(examples: Sequence[Example], *, penalty: float = PENALTY) -> list[float]:
    """Return the weights, the constant first."""
    size = len(examples[0].values) + 1
    weights = [0.0] * size
    for _ in range(STEPS):
        gradient, curvature = [0.0] * size, [[0.0] * size for _ in range(size)]
        for example in examples:
            values = (1.0, *example.values)
            expected = sigmoid(weights, values)
            for row in range(size):
                gradient[row] += example.weight * (expected - example.same) * values[row]
                slope = example.weight * expected * (1 - expected) * values[row]
                for column in range(size):
                    curvature[row][column] += slope * values[column]
        for row in range(size):
            gradient[row] += penalty * weights[row] if row else 0.0
            curvature[row][row] += penalty if row else 1e-6
        weights = [old - step for old, step in zip(weights, solve(curvature, gradient), strict=True)]
    return weights


def sigmoid(weights: Sequence[float], values: Sequence[float]) -> float:
    total = math.fsum(weight * value for weight, value in zip(weights, values, strict=True))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def solve(matrix: list[list[float]], right: list[float]) -> list[float]:
    """Solve a system of linear equations by elimination."""
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    for pivot in range(len(rows)):
        best = max(range(pivot, len(rows)), key=lambda row: abs(rows[row][pivot]))
        rows[pivot], rows[best] = rows[best], rows[pivot]
        for row in range(len(rows)):
            if row != pivot:
                factor = rows[row][pivot] / rows[pivot][pivot]
                rows[row] = [one - factor * other for one, other in zip(rows[row], rows[pivot], strict=True)]
    return [row[-1] / row[number] for number, row in enumerate(rows)]


def f1(found: Sequence[bool], wanted: Sequence[bool]) -> float:
    both = sum(one and other for one, other in zip(found, wanted, strict=True))
    return 2 * both / (sum(found) + sum(wanted) or 1)


def cross_validated(real: Sequence[Example], more: Sequence[Example], *, rounds: int = 6) -> list[list[float]]:
    """Return for each round how likely each real example is one event, by what was learned without its fifth."""
    return [_held_out(real, more, seed=seed) for seed in range(rounds)]


def _held_out(real: Sequence[Example], more: Sequence[Example], *, seed: int) -> list[float]:
    order, found = random.Random(seed).sample(range(len(real)), len(real)), [0.0] * len(real)
    for fold in range(5):
        held = set(order[fold::5])
        weights = learn([*(each for number, each in enumerate(real) if number not in held), *more])
        for number in held:
            found[number] = sigmoid(weights, (1.0, *real[number].values))
    return found


def corpus_pairs(*, seed: int = LEARNED_SEED) -> list[tuple[Pair, bool]]:
    """Return pairs of the corpus with whether they are twins: all of an event, and the nearest of other events."""
    chance = random.Random(seed)
    reports = build_corpus(seed=seed, events=45)
    made = {report.id: features(report_document(report)) for report in reports}
    pairs = []
    for number, one in enumerate(reports):
        for other in reports[number + 1 :]:
            is_near = abs(one.event - other.event) <= 1 or chance.random() < 0.03
            if one.event == other.event or is_near:
                same = one.event == other.event
                pair = Pair(f"{one.id}/{other.id}", made[one.id], made[other.id], same)
                pairs.append((pair, one.language != other.language))
    return pairs


def example_of(pair: Pair, names: Sequence[str], *, weight: float = 1.0) -> Example:
    return Example(tuple(terms_of(pair.first, pair.second, names)), pair.same, weight)


def terms_of(new: Features, old: Features, names: Iterable[str]) -> Iterator[float]:
    return (float(TERMS[name](new, old)) for name in names)


def main() -> None:
    assert set().union(*USED.values()) <= set(TERMS)
    real = list(real_pairs(Path(os.environ["KUZET_SHARED"]) / "data" / PAIRS))
    ours = corpus_pairs()
    names = USED["same_language"]
    examples = [example_of(pair, names) for pair in real]
    more = [example_of(pair, names, weight=CORPUS_WEIGHT * 100 / len(ours)) for pair, twins in ours if not twins]
    rounds = cross_validated(examples, more)
    for threshold in (0.4, 0.45, 0.5):
        scores = [f1([each >= threshold for each in found], [each.same for each in examples]) for found in rounds]
        print(f"# F1 on real pairs, five-fold, from {threshold}: {mean(scores):.3f} ± {stdev(scores):.3f}")
    twins = [example_of(pair, USED["twins"], weight=100 / len(ours)) for pair, is_twin in ours if is_twin]
    for name, learned in (("same_language", learn([*examples, *more])), ("twins", learn(twins, penalty=0.05))):
        print(f"{name}:")
        for term, weight in zip(("constant", *USED[name]), learned, strict=True):
            print(f"  {term}: {weight:.2f}")


if __name__ == "__main__":
    main()
