"""The alerts: their file, their secrets, and what could not be sent."""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.alerts.alert import lint
from pipelines.errors import KuzetError
from worker.alerts.delivery import secret_of
from worker.answers.status import alert_problems
from worker.doctor.findings import Find, ok, problem, warning
from worker.runtime import Runtime


def alerts(runtime: Runtime) -> Iterator[Find]:
    """Yield what is wrong with alerts.yaml and its targets. Raises ConfigError for a file that cannot be read."""
    rules = runtime.alert_file.check()
    found = [problem(sentence, "`kuzet alerts list` shows them.") for sentence in alert_problems(runtime)]
    for target in rules.targets.values():
        try:
            if target.secret_file:
                secret_of(target)
        except KuzetError as error:
            found.append(problem(f"{error.subject}: {error.problem}", "Write the secret into that file."))
    found += [warning(sentence, "Edit alerts.yaml.") for sentence in lint(rules)]
    yield from found or [ok(f"{len(rules.alerts)} alerts, {len(rules.targets)} targets")]
