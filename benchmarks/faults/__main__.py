"""`make proof-faults SEEDS="1 2 3"`, `make proof-faults CONTROLS=1`; see docs/proofs/faults.md.

python -m benchmarks.faults --seed 1 [--seed 2 …] [--articles 1000] [--feeds 40] [--sites 12] [--span 330]
python -m benchmarks.faults --seed 1 --print       what is published and which fault comes when
python -m benchmarks.faults --controls             every broken build; --broken NAME: one of them
python -m benchmarks.faults --report               write docs/proofs/faults.md anew
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path

from benchmarks.faults.controls import CONTROLS
from benchmarks.faults.plan import Shape, plan
from benchmarks.faults.proving import caught, control_named, facts, run
from benchmarks.faults.report import write_report
from benchmarks.faults.schedule import schedule
from benchmarks.support.proofs import append, stamped


def main() -> int:
    asked = arguments()
    if asked.report:
        write_report()
        return 0
    if asked.broken or asked.controls:
        return sum(not try_control(name) for name in ([asked.broken] if asked.broken else [*CONTROLS]))
    shape = Shape(articles=asked.articles, feeds=asked.feeds, sites=asked.sites, span_s=asked.span)
    for seed in asked.seed:
        show(seed, shape)
    return 0 if asked.print else sum(not prove(seed, shape, keep=asked.keep) for seed in asked.seed)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="benchmarks.faults", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--seed", type=int, action="append")
    parser.add_argument("--articles", type=int, default=1_000)
    parser.add_argument("--feeds", type=int, default=40)
    parser.add_argument("--sites", type=int, default=12)
    parser.add_argument("--span", type=float, default=0.0, help="seconds of publishing; 0: three articles a second")
    parser.add_argument("--keep", type=Path, help="work in this empty folder and leave it")
    parser.add_argument("--print", action="store_true")
    parser.add_argument("--broken", default="")
    parser.add_argument("--controls", action="store_true")
    parser.add_argument("--report", action="store_true")
    asked = parser.parse_args()
    asked.seed = asked.seed or [1]
    asked.span = asked.span or max(asked.articles / 3, 60.0)
    return asked


def show(seed: int, shape: Shape) -> None:
    """Print what a seed means."""
    planned = plan(seed, shape)
    fates = ", ".join(f"{count} {fate}" for fate, count in Counter(each.fate for each in planned).most_common())
    revised = sum(len(each.revised_at_s) for each in planned)
    print(f"seed {seed}: {shape.articles} articles ({fates}), {revised} revisions")
    for fault in schedule(seed, span_s=shape.span_s, sites=shape.sites):
        print(f"  {fault}")


def prove(seed: int, shape: Shape, *, keep: Path | None) -> bool:
    """Run a seed and write the result down; true if all is as it must be."""
    found = run(seed, shape, schedule(seed, span_s=shape.span_s, sites=shape.sites), keep=keep)
    result = stamped("faults", facts(seed, shape, found))
    append(result)
    write_report()
    print(json.dumps(result, indent=1, ensure_ascii=False))
    for kind, examples in found.verdict.examples.items():
        print(f"{found.verdict.wrong[kind]} × {kind}: {'; '.join(examples)}")
    is_proven = found.verdict.is_good and found.audit_code == 0
    print(f"seed {seed}: {'proven' if is_proven else 'NOT proven'}", flush=True)
    return is_proven


def try_control(name: str) -> bool:
    """Run a broken build; true if the checker caught it."""
    control = control_named(name)
    print(f"{name}: {control.what}", flush=True)
    wrong = caught(control)
    append(stamped("faults-control", {"control": name, "what": control.what, "wrong": dict(wrong)}))
    write_report()
    print(f"{name}: {f'caught ({dict(wrong)})' if wrong else 'NOT caught'}", flush=True)
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
