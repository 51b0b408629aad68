"""Write docs/demo.svg, the picture in the README: the page that `kuzet demo` shows, from a real run.

python docs/picture.py
"""

from __future__ import annotations

import re
from pathlib import Path

from rich.console import Console

from worker.cli import console, search, showcase

WIDTH = 130


def main() -> None:
    recorder = Console(record=True, width=WIDTH, highlight=False)
    for module in (console, search, showcase):
        module.out = recorder
    showcase.run_demo(keep=False)
    picture = re.sub(r"@font-face \{.*?\}", "", recorder.export_svg(title="make demo"), flags=re.DOTALL)
    Path(__file__).with_name("demo.svg").write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    main()
