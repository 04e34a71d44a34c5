"""`jobvej status`: one sentence first, then every process, then the messages of every service."""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any

import psutil
import typer
from rich.markup import escape
from rich.table import Table

from deploy.command.reach import NotReached, Reach, at_once, console, running
from deploy.embedded.place import read_json

# A lag or an outbox older than this is worth a word; below it is what is just on its way.
SLOW_SECONDS, LATE_SECONDS, MANY, FEW = 10.0, 60.0, 1000, 50
# A worker writes every few seconds how far it has read.
SILENT_SECONDS = 60.0
WIDE = 110
_REQUESTS = re.compile(r'^jobvej_http_request_seconds_count\{.*?status="(\d)\d\d"\} ([0-9.e+]+)', re.MULTILINE)


def status(as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """Say how the platform is doing."""
    reach = running()
    processes, messages = _look(reach)
    sent = _sent(reach)
    worries = [*_process_worries(processes), *_message_worries(messages), *sent.worries]
    ready = read_json(reach.place.platform_file).get("ready", False)
    sentence = _sentence(processes, worries, ready)
    if as_json:
        told = {"well": not worries and ready, "sentence": sentence, "processes": processes, "messages": messages}
        console.print_json(json.dumps(told | {"sent": sent.counts, "overdue": sent.overdue}))
    else:
        console.print(f"[green]✓[/] {sentence}" if not worries and ready else f"[yellow]![/] {sentence}")
        console.print(_process_table(processes, console.width))
        console.print(_message_table(messages))
        console.print(sent.in_words())
    raise typer.Exit(1 if worries or not ready else 0)


@dataclass(frozen=True)
class Sent:
    """What notifications has sent, by channel, how many messages are late, and since when (seconds)."""

    counts: dict[str, int]
    overdue: int = 0
    late_seconds: float = 0

    @property
    def worries(self) -> list[str]:
        late = self.late_seconds > LATE_SECONDS
        return [f"{self.overdue} messages to people are late, the oldest {_long(self.late_seconds)}"] if late else []

    def in_words(self) -> str:
        """One line."""
        told = ", ".join(f"{count} by {channel}" for channel, count in sorted(self.counts.items())) or "none yet"
        return f"messages sent to people: {told}; {self.overdue} on their way"


def _sent(reach: Reach) -> Sent:
    try:
        rows = reach.ops("notifications", "GET", "/ops/messages")
        delivery = reach.ops("notifications", "GET", "/ops/delivery")
    except NotReached:  # told already, with the other things of this service
        return Sent({})
    counts: dict[str, int] = {}
    for row in rows:
        if row["state"] == "sent":
            counts[row["channel"]] = counts.get(row["channel"], 0) + row["count"]
    oldest = delivery["oldest_overdue_at"]
    late = (datetime.now(UTC) - datetime.fromisoformat(oldest)).total_seconds() if oldest else 0
    return Sent(counts, int(delivery["overdue"]), late)


def _look(reach: Reach) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    return at_once(partial(_see, reach), reach.processes()), reach.ops_everywhere("/ops/state")


def _see(reach: Reach, process: dict[str, Any]) -> dict[str, Any]:
    """Add what the process itself says: whether it is ready, and how many requests went wrong."""
    address = str(process["address"])
    seen = {**process, "memory_mb": _memory(process["pid"]), "requests": None, "failed": None}
    if not address.startswith("http"):
        return {**seen, "ready": process["state"] == "running"}
    code, _ = reach.page(address, "/readyz")
    _, metrics = reach.page(address, "/metrics")
    counts = [(kind, float(number)) for kind, number in _REQUESTS.findall(metrics)]
    if counts:
        seen["requests"] = int(sum(number for _, number in counts))
        seen["failed"] = int(sum(number for kind, number in counts if kind == "5"))
    return {**seen, "ready": code == 200}


def _memory(pid: int | None) -> int | None:
    """Megabytes that would be free if it ended (shared pages counted by share), with its children."""
    try:
        family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)] if pid else []
        return round(sum(_share(member) for member in family) / 1_000_000) if family else None
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return None


def _share(process: psutil.Process) -> int:
    full = process.memory_full_info()
    return int(getattr(full, "pss", full.uss))


def _process_worries(processes: list[dict[str, Any]]) -> list[str]:
    worries = []
    for process in processes:
        name, state = process["name"], process["state"]
        if state == "crash loop":
            worries.append(f"{name} ends again and again ({process['last_exit']})")
        elif state == "hangs":
            worries.append(f"{name} does not answer")
        elif state != "running" or not process["ready"]:
            worries.append(f"{name} is not ready ({state})")
    return worries


def _message_worries(messages: dict[str, Any]) -> list[str]:
    worries = []
    for service, told in messages.items():
        worries += [told] if isinstance(told, str) else [f"{service} {worry}" for worry in _service_worries(told)]
    return worries


def _service_worries(told: dict[str, Any]) -> list[str]:
    seen = told["lag_seen_at"]
    silent = (datetime.now(UTC) - datetime.fromisoformat(seen)).total_seconds() if seen else 0
    found = {
        f"has {told['dead_letters']} dead letters (`jobvej dead list`)": told["dead_letters"],
        f"keeps {told['parked']} events waiting behind dead letters": told["parked"],
        f"has had events to send for {told['outbox_oldest_seconds']:.0f} s": told["outbox_oldest_seconds"]
        > SLOW_SECONDS,
        f"has {told['lag']} events to read": (told["lag"] or 0) > MANY,
        f"waits with {told['partitions_waiting']} partitions for something to come back": told["partitions_waiting"],
        f"has {told['timers_overdue']} timers that have not fired": told["timers_overdue"] > FEW,
        f"has not said for {_long(silent)} how far it has read": silent > SILENT_SECONDS,
    }
    return [words for words, worry in found.items() if worry]


def _sentence(processes: list[dict[str, Any]], worries: list[str], ready: bool) -> str:
    if any(process["state"] in ("stopping", "stopped") for process in processes):
        return "Jobvej is stopping."
    if worries:
        return "; ".join(worries[:4]) + (f"; and {len(worries) - 4} more" if len(worries) > 4 else "") + "."
    if not ready:
        return "Jobvej is starting."
    return f"All is well: {len(processes)} processes run, no dead letters, nothing waits too long."


def _process_table(processes: list[dict[str, Any]], width: int) -> Table:
    """In a narrow window the figures give way: names, states and addresses are always whole."""
    figures = ("restarts", "MB", "requests", "failed") if width >= WIDE else ()
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for title in ("process", "state", "ready", "up", *figures, "address"):
        table.add_column(title, justify="right" if title in ("up", *figures) else "left", no_wrap=True)
    for process in processes:
        since = datetime.now(UTC) - datetime.fromisoformat(process["since"])
        shown = (str(process["restarts"]), *(_shown(process[name]) for name in ("memory_mb", "requests", "failed")))
        table.add_row(
            process["name"],
            process["state"],
            "yes" if process["ready"] else "[red]no[/]",
            _long(since.total_seconds()),
            *(shown if figures else ()),
            process["address"],
        )
    return table


def _message_table(messages: dict[str, Any]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("messages")
    for title in ("to read", "to send", "oldest", "dead letters", "parked", "timers overdue"):
        table.add_column(title, justify="right")
    for service, told in messages.items():
        if isinstance(told, str):
            table.add_row(service, f"[red]{escape(told)}[/]")
            continue
        table.add_row(
            service,
            _shown(told["lag"]),
            _shown(told["outbox_pending"]),
            _long(told["outbox_oldest_seconds"]),
            *(_shown(told[name]) for name in ("dead_letters", "parked", "timers_overdue")),
        )
    return table


def _shown(number: int | None) -> str:
    return "–" if number is None else str(number)


def _long(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.0f} h"
