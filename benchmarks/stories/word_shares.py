"""Count in how many articles a word is, and write config/story_words.tsv: `python -m benchmarks.stories.word_shares`.

Counts are taken of the labelled news that KUZET_SHARED names, and of the word counts of KazNERD for Kazakh. Only stems
that are common are written, each with its share: no text can be read from it.
"""

from __future__ import annotations

import json
import math
import os
from collections import Counter
from pathlib import Path

from pipelines.language.tokens import iter_tokens
from pipelines.stories.features import SHORTEST_WORD
from pipelines.stories.frequencies import FREQUENCIES_FILE, stem

RUSSIAN = ("news_ru_dev.jsonl", "news_ru_dev2.jsonl", "news_ru_dev3.jsonl")
KAZAKH_COUNTS = "kk_vocabulary.tsv"
WORDS_OF_AN_ARTICLE = 150
LEAST_ARTICLES = 3
LEAST_SHARE = 0.0064
HEAD = """\
# Which share of articles has a word: stem, TAB, share. Written by `python -m benchmarks.stories.word_shares` from
# counts of Kazakhstan's news in Russian and from word counts of KazNERD by IS2AI (CC BY 4.0). Rarer ones are left out.
"""


def russian_shares(folder: Path) -> dict[str, float]:
    """Return stem → share of the articles that have it."""
    counted: Counter[str] = Counter()
    articles = [json.loads(line) for name in RUSSIAN for line in (folder / name).read_text("utf-8").splitlines()]
    for article in articles:
        forms = (token.form for token in iter_tokens(f"{article.get('title') or ''}\n{article['text']}"))
        counted.update({stem(form) for form in forms if _counts(form)})
    return {word: count / len(articles) for word, count in counted.items() if count >= LEAST_ARTICLES}


def kazakh_shares(file: Path) -> dict[str, float]:
    """Return the same from word counts: how likely a word is among those of an article."""
    counted: Counter[str] = Counter()
    for line in file.read_text("utf-8").splitlines():
        form, count = line.split("\t")[:2]
        if _counts(form):
            counted[stem(form)] += int(count)
    total = sum(counted.values())
    return {word: 1 - math.exp(-count / total * WORDS_OF_AN_ARTICLE) for word, count in counted.items()}


def main() -> None:
    folder = Path(os.environ["KUZET_SHARED"]) / "data"
    shares = kazakh_shares(folder / KAZAKH_COUNTS)
    for word, share in russian_shares(folder).items():
        shares[word] = max(share, shares.get(word, 0.0))
    lines = (f"{word}\t{share:.4f}" for word, share in sorted(shares.items()) if share >= LEAST_SHARE)
    Path("config", FREQUENCIES_FILE).write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")


def _counts(form: str) -> bool:
    return len(form) >= SHORTEST_WORD and not form[0].isdigit()


if __name__ == "__main__":
    main()
