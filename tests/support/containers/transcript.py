"""Runs the stack on a container engine, step by step, and writes what was asked and answered as Markdown.

    KUZET_COPY=FOLDER python -m tests.support.containers.transcript [ENGINE…] >> docs/proofs/compose.md

ENGINE runs a shell script where the engine is (`bash -c`, if none is given), FOLDER is a copy of the repository there
that the steps may change. Before, build our image, and from it the stand-ins, as `stand_in.Dockerfile` says.
KUZET_FROM: a heading to go on from. What goes wrong is printed on standard error.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
FILES = "docker-compose.yml:docker/demo.yml:tests/support/containers/compose.yml"
WAITS = "Waiting|Healthy|Running|Exited|Creating|Starting|Recreate|Stopping|Removing|Restarting"
NOISE = re.compile(rf"^ (Container|Network|Volume) .* ({WAITS})$|^ (Network|Volume|Image) |^#\d+|^\s*$|^time=|orphan")
LONGEST_LINE, MOST_LINES = 230, 45


@dataclass
class Step:
    """Commands under a heading. `shows`: numbers of the list that it shows."""

    title: str
    shows: tuple[str, ...]
    commands: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Plan:
    """What is done, and what that shows: number → sentence."""

    steps: list[Step]
    shown: dict[str, str]


def read_plan(text: str) -> Plan:
    """Read steps.txt."""
    steps: list[Step] = []
    shown: dict[str, str] = {}
    for line in re.sub(r" \\\n\s*", " ", text).splitlines():
        if line.startswith("## "):
            title, _, numbers = line.removeprefix("## ").partition(" | ")
            steps.append(Step(title, tuple(numbers.split())))
        elif line.startswith("= "):
            number, _, sentence = line.removeprefix("= ").partition(" ")
            shown[number] = sentence
        elif line and not line.startswith("#"):
            steps[-1].commands.append(line)
    return Plan(steps, shown)


@dataclass
class Engine:
    """Where shell scripts run. `began`: for the minutes of the headings."""

    words: Sequence[str]
    folder: str
    began: float = field(default_factory=time.monotonic)

    def ask(self, command: str) -> str:
        """Run a command, and return what it said."""
        head = f"cd {self.folder} && export COMPOSE_FILE={FILES} COMPOSE_PROGRESS=plain COLUMNS=80 || exit"
        script = f"{head}\n. tests/support/containers/prelude.sh\n{command}"
        ran = subprocess.run([*self.words, script], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        said = ran.stdout.decode("utf-8", "replace")
        sys.stderr.write(f"{command[:90]} → {ran.returncode}\n{said[-600:] if ran.returncode else ''}")
        return said

    @property
    def minute(self) -> int:
        return int((time.monotonic() - self.began) / 60)


def clean(text: str) -> str:
    """Leave out the lines of compose that only say what waits, and the rest of what is long."""
    lines = [line.rstrip()[:LONGEST_LINE] for line in text.splitlines() if not NOISE.search(line.rstrip())]
    return "\n".join([*lines[:MOST_LINES], *(["…"] if len(lines) > MOST_LINES else [])])


def table(plan: Plan) -> Iterator[str]:
    yield "| | | shown by |\n|---|---|---|"
    for number, sentence in plan.shown.items():
        yield f"| {number} | {sentence} | {', '.join(step.title for step in plan.steps if number in step.shows)} |"


def transcript(engine: Engine, steps: Iterable[Step]) -> Iterator[str]:
    """Yield the Markdown of each step as it ends."""
    for step in steps:
        minute = engine.minute
        said = [(command, engine.ask(command.removeprefix("> "))) for command in step.commands]
        parts = [f"$ {command}\n{clean(text)}".rstrip() for command, text in said if not command.startswith("> ")]
        yield f"\n### {step.title} (minute {minute})\n\n```\n" + "\n\n".join(parts) + "\n```"


def main() -> None:
    plan = read_plan((HERE / "steps.txt").read_text(encoding="utf-8"))
    engine = Engine(sys.argv[1:] or ["bash", "-c"], os.environ.get("KUZET_COPY", "."))
    titles = [step.title for step in plan.steps]
    first = titles.index(os.environ.get("KUZET_FROM", titles[0]))
    head = () if first else (*table(plan), f"\n```\n{(HERE / 'prelude.sh').read_text()}```")
    for text in head:
        sys.stdout.write(f"{text}\n")
    for text in transcript(engine, plan.steps[first:]):
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
