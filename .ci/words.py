"""List mannered words in code, documents and configuration, with plain ones to use: `python .ci/words.py [FILE…]`.

The readers' first languages are Kazakh and Russian: a word is used in the first sense that a dictionary gives it.
A proper use keeps its word: end the line with `words:` and a reason, as in `file.tell()  # words: a method of files`.
Names in code are words too. Ends with 1 when something was found.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDERS = ("worker", "pipelines", "config", "seeds", "tests", "benchmarks", "docs", "docker", ".ci", ".github", ".")
"""Where prose is; `.` means only the files of the root itself. Texts that tests read (tests/data) keep their words."""

KINDS = (".py", ".md", ".yaml", ".yml", ".lua")
NAMES = ("Makefile", "Dockerfile", ".env.example", "run", "venv")
"""Files without a kind in whose comments there is prose."""

PLAIN = {
    "told": "said, given, shown, printed; or name the thing",
    "tells?": "say, show, return, print, distinguish",
    "stands": "is, lies, is written",
    "is none": "does not exist, is not a …, is missing",
    "whoever": "anyone who, the person who",
    "nobody": "no one, nothing",
    "beside": "next to, with, compared with",
    "so many": "this many; or the number",
    "so long": "this long; or the time",
    "bears": "has, carries",
    "vouch(?:es)?": "confirm, guarantee",
}
MANNERED = re.compile(rf"\b(?:{'|'.join(f'(?P<w{n}>{word})' for n, word in enumerate(PLAIN))})\b", re.IGNORECASE)
PYTHON_NONE = re.compile(r"\bis None\b")
MEANT = re.compile(r"\bwords: \w")


def files() -> Iterator[Path]:
    for folder in FOLDERS:
        pattern = "*" if folder == "." else "**/*"
        found = sorted(each for each in (ROOT / folder).glob(pattern) if each.suffix in KINDS or each.name in NAMES)
        yield from (each for each in found if "tests/data/" not in each.as_posix() and each != Path(__file__))


def findings(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield line number, word and its plain alternatives."""
    for number, line in enumerate(text.splitlines(), 1):
        if not MEANT.search(line):
            for found in MANNERED.finditer(PYTHON_NONE.sub("", line)):
                yield number, found[0], [*PLAIN.values()][int(str(found.lastgroup)[1:])]


def main(names: list[str]) -> int:
    count = 0
    for file in map(Path, names) if names else files():
        for number, word, plain in findings(file.read_text(encoding="utf-8")):
            count += 1
            print(f"{file.resolve().relative_to(ROOT)}:{number}: «{word}»: {plain}")
    if count:
        print(f"{count} mannered words. A proper use keeps its word with a reason: see .ci/words.py")
    return int(count > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
