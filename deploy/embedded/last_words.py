"""What a process said before it ended: the last lines of its log, put so that a person can read them."""

import json
from pathlib import Path
from typing import Any

LINES = 3
LONGEST = 300


def last_words(log: Path) -> str:
    """At most three lines in one, of JSON lines only what happened and why; "nothing" for an empty log."""
    try:
        lines = log.read_text(errors="replace").split("\n")
    except FileNotFoundError:
        return "nothing"
    told = [_in_words(line) for line in lines if line.strip()][-LINES:]
    return " ⏎ ".join(told) or "nothing"


def _in_words(line: str) -> str:
    try:
        entry: Any = json.loads(line)
    except json.JSONDecodeError:
        return line.strip()[-LONGEST:]
    if not isinstance(entry, dict):
        return line.strip()[-LONGEST:]
    reason = entry.get("error") or str(entry.get("exception", "")).strip().rpartition("\n")[2]
    return f"{entry.get('event', '')}: {reason}"[:LONGEST] if reason else str(entry.get("event", ""))[:LONGEST]
