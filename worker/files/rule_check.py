"""`python -m worker.files.rule_check`: looks at the rule files in a process of its own, which gives its memory back.

Compiled rules take 40 MB, and a process that only asks whether the files are right has no use for them.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from pipelines.errors import ConfigError
from worker.files.layers import Layers
from worker.files.rules import RuleFiles

LONGEST_S = 120.0


class RulesCheckedApart(RuleFiles):
    """The rule files for a process that tags nothing: `check()` compiles them in a child, once for each change."""

    def _find_faults(self) -> tuple[ConfigError, ...]:
        command = [sys.executable, "-m", __spec__.name, json.dumps(self._asked())]
        try:
            done = subprocess.run(command, stdout=subprocess.PIPE, timeout=LONGEST_S, check=True)  # noqa: S603  # ours
        except (subprocess.SubprocessError, OSError) as error:
            return (ConfigError("The rules", f"could not be looked at ({error})"),)
        return tuple(ConfigError(fault.pop("file"), fault.pop("problem"), **fault) for fault in json.loads(done.stdout))

    def _asked(self) -> list[str]:
        return [str(each or "") for each in (self._layers.base, self._layers.site, self.cache)]


def faults(base: str, site: str, cache: str) -> list[dict[str, Any]]:
    """Return what is wrong with the rules of these folders, as JSON holds it."""
    layers = Layers(Path(base), Path(site) if site else None)
    found = RuleFiles(layers, cache=Path(cache) if cache else None).check()
    names = ("file", "problem", "line", "key", "remedy")
    return [{name: getattr(found, name) for name in names}] if found else []


if __name__ == "__main__":
    sys.stdout.write(json.dumps(faults(*json.loads(sys.argv[1]))))
