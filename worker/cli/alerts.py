"""`kuzet alerts`: list, check, test on the past, run, mute, and acknowledge."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from pipelines.alerts.alert import SPIKE, STORY
from pipelines.alerts.speaking import counted
from pipelines.errors import KuzetError
from pipelines.time_zone import KAZAKHSTAN
from worker.answers.alerts import acknowledge as take_over
from worker.answers.alerts import alert_named, alerts_row, played, test_row
from worker.answers.alerts import mute as mute_alert
from worker.answers.selection import moment
from worker.answers.wording import local_time
from worker.cli.console import FAILED, out, print_json, warn
from worker.cli.session import open_runtime

if TYPE_CHECKING:
    from pipelines.alerts.alert import Alert, AlertRules
    from worker.alerts.replay import Replayed
    from worker.answers.shapes import AlertTest
    from worker.runtime import Runtime

commands = typer.Typer()
alerts = typer.Typer(help="What somebody wants to hear of: config/alerts.yaml.", no_args_is_help=True)
commands.add_typer(alerts, name="alerts")

AsJson = Annotated[bool, typer.Option("--json", help="JSON on standard output.")]
Name = Annotated[str, typer.Argument(help="The alert's name in alerts.yaml.")]
TITLES_SHOWN = 3


@alerts.command("list")
def list_alerts(*, as_json: AsJson = False) -> None:
    """List the alerts with their targets, what waits, and what became of today's notifications.

    Example: kuzet alerts list
    """
    row = alerts_row(open_runtime())
    if as_json:
        print_json(row)
        return
    table = Table("alert", "targets", "gathered", "", box=None, header_style="bold")
    for one in row["alerts"]:
        state_of = f"muted until {local_time(one['muted_until'])}" if one["muted_until"] else ""
        table.add_row(one["name"], ", ".join(one["targets"]), str(one["gathered"]), state_of or one["state"])
    out.print(table if row["alerts"] else Text("There are no alerts; docs/guide/alerts.md has examples.", style="dim"))
    for name, count in sorted(row["today"].items()):
        out.print(f"today {name}: {count}", style="dim")
    for key, error in row["quarantined"].items():
        out.print(Text(f"not sent {key}: {error}", style="red"))


@alerts.command("check")
def check(*, as_json: AsJson = False) -> None:
    """Read alerts.yaml and say what is wrong with it, or surely not meant. Needs no watch.

    Example: kuzet alerts check
    """
    from pipelines.alerts.alert import lint

    alert_file = open_runtime(engines=False).alert_file
    rules = alert_file.check()
    findings = lint(rules)
    if as_json:
        print_json({"file": str(alert_file.file), "alerts": len(rules.alerts), "findings": findings})
        return
    for finding in findings:
        warn(finding)
    out.print(f"{alert_file.file}: {len(rules.alerts)} alerts, {len(rules.targets)} targets.")


@alerts.command("schema")
def schema(
    *, table: Annotated[bool, typer.Option("--table", help="The keys as a table in Markdown, as in the guide.")] = False
) -> None:
    """Print the format of alerts.yaml as a JSON schema, which editors complete and check it by.

    Example: kuzet alerts schema > config/alerts.schema.json
    """
    import json

    from pipelines.alerts.file_format import alerts_schema, alerts_table

    typer.echo(alerts_table() if table else json.dumps(alerts_schema(), ensure_ascii=False, indent=2))


@alerts.command("test")
def try_out(
    name: Name,
    *,
    since: Annotated[str, typer.Option(help="How far back: 2026-11-01, or an age like 30d.")] = "30d",
    send: Annotated[str, typer.Option(metavar="TARGET", help="Send the newest message there, for real.")] = "",
    as_json: AsJson = False,
) -> None:
    """Say what an alert would have sent: the past is played to it, stories in the order in which they came.

    Spikes are looked for at each hour. Silences and the health of the watch have no past: it says what holds now.

    Example: kuzet alerts test grave-in-abay --since 30d
    """
    runtime = open_runtime()
    rules = runtime.alert_file.check()
    alert = alert_named(rules, name)
    found = replayed(runtime, alert, rules, since=moment(since, now=datetime.now(KAZAKHSTAN)))
    row = test_row(alert, found)
    if send:
        row["sent"] = send_newest(runtime, rules, found, target=send)
    print_json(row) if as_json else show_test(alert, row)


@alerts.command("run")
def run() -> None:
    """Look at the stories that have changed and let the alerts speak, now; the watch does it by itself each second.

    Example: kuzet alerts run
    """
    from worker.alerts.signals import UNITS_EVERY_S
    from worker.tasks.alerts import deliver, open_looker, open_speaker

    runtime = open_runtime()
    speaker = open_speaker(runtime)
    signals = open_looker(runtime).look(UNITS_EVERY_S, now=runtime.now())
    looked_at = speaker.look(now=runtime.now())
    spoke = speaker.speak(now=runtime.now()) + speaker.escalate(now=runtime.now())
    state, sent = runtime.state.alerts, 0
    for key in state.due_notices(now=runtime.now(), limit=100):
        if claim := state.take(key, now=runtime.now(), lease_s=60.0):
            deliver(runtime, claim)
            sent += 1
    seen = f"{looked_at} stories were looked at, {signals} spikes, silences and ills are new"
    out.print(f"{seen}, {spoke} alerts spoke, {sent} notifications were tried.")


@alerts.command("retry")
def retry(
    key: Annotated[str, typer.Argument(help="Key of a notification that was not sent; without it all of them.")] = "",
    *,
    drop: Annotated[bool, typer.Option("--drop", help="Give them up instead.")] = False,
) -> None:
    """Send notifications again that a target had refused, or give them up. `kuzet alerts list` names them.

    Example: kuzet alerts retry
    """
    runtime = open_runtime()
    state = runtime.state.alerts
    waiting = [each for each in state.quarantined() if key in ("", each)]
    for each in waiting:
        if drop:
            state.drop(each)
        else:
            state.retry(each, now=runtime.now())
    out.print(f"{len(waiting)} notifications are {'given up' if drop else 'sent again'}.")
    if not waiting:
        raise typer.Exit(FAILED)


@alerts.command("mute")
def mute(
    name: Name,
    *,
    hours: Annotated[float, typer.Option("--hours", min=0, help="For how long; 0 lets it speak again.")] = 8.0,
) -> None:
    """Let an alert be silent for some hours; what it would have said is dropped.

    Example: kuzet alerts mute grave-in-abay --hours 4
    """
    until = mute_alert(open_runtime(), name, hours=hours)
    out.print(f"{name} is silent until {local_time(until)}." if until else f"{name} speaks again.")


@alerts.command("ack")
def acknowledge(
    named: Annotated[str, typer.Argument(metavar="ID", help="A message's key, a story's id, or an article of it.")],
) -> None:
    """Acknowledge a message or a story: no alert says more of it, and it goes to no further target.

    Example: kuzet alerts ack 9307c34a9ea0a3baaa4a9d72e2b14143
    """
    for title in take_over(open_runtime(), named).values():
        out.print(Text(f"No alert says more of «{title}»."))


def replayed(runtime: Runtime, alert: Alert, rules: AlertRules, *, since: datetime | None) -> Replayed:
    """Play the past to an alert; of what has no past, say what holds now."""
    from worker.alerts.replay import replay_now
    from worker.tasks.alerts import open_looker

    if alert.unit in (STORY, SPIKE):
        return played(runtime, alert, rules, since=since)
    now = runtime.now()
    return replay_now(open_looker(runtime).signals(alert, rules, now=now), alert, rules, now=now)


def played_of(alert: Alert, row: AlertTest) -> str:
    """Say what was played to an alert."""
    if alert.unit == STORY:
        return "1 story" if row["stories"] == 1 else f"{row['stories']} stories"
    return counted(row["stories"], "hour") if alert.unit == SPIKE else f"{row['stories']} found now"


def show_test(alert: Alert, row: AlertTest) -> None:
    for notice in row["notifications"]:
        titles = notice["titles"][:TITLES_SHOWN]
        more = notice["stories"] - len(titles)
        out.print(
            Text.assemble(
                (local_time(notice["at"]), "dim"), "  ", "; ".join(titles), f" and {more} more" if more else ""
            )
        )
    out.print(
        f"{row['alert']}: {played_of(alert, row)}, {row['matched']} of them matched,"
        f" in {counted(len(row['notifications']), 'message')}.",
        style="bold",
    )
    if row["sent"]:
        out.print(row["sent"])


def send_newest(runtime: Runtime, rules: AlertRules, found: Replayed, *, target: str) -> str:
    """Send the newest message to a target. Raises KuzetError when there is nothing to send, or it was not taken."""
    from worker.alerts.delivery import Sender, Sent

    if target not in rules.targets:
        raise KuzetError(target, "is no target of alerts.yaml", remedy=f"There are: {', '.join(rules.targets)}.")
    if not found.notices:
        raise KuzetError(target, "nothing was matched, so there is nothing to send", remedy="Try a longer --since.")
    sender = Sender(allowed_hosts=runtime.settings.allowed_hosts, clock=runtime.now)
    delivery = sender.send(rules.targets[target], {**found.notices[-1], "target": target})
    if not isinstance(delivery, Sent):
        warn(delivery.error)
        raise typer.Exit(FAILED)
    return f"The newest message is at {target}."
