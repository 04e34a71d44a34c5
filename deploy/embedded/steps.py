"""What a person sees while the platform starts: a line per step with a tick and its time, and what is going on now."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text


@dataclass
class Step:
    """One step that is going on; `note` says how far it is."""

    title: str
    began: float = field(default_factory=time.monotonic)
    note: str = ""

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began


class Steps:
    """Steps may run side by side; each prints its line when it ends. Without a terminal there are lines only."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._running: list[Step] = []
        self.taken: dict[str, float] = {}
        self._live = Live(console=console, get_renderable=self._now, transient=True, refresh_per_second=8)

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Keep the moving part on the screen during the block."""
        if not self._console.is_terminal:
            yield
            return
        with self._live:
            yield

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        """Tick when the block ends well, cross when it raises."""
        step = Step(title)
        self._running.append(step)
        try:
            yield step
        except Exception:  # told here, raised on: a step that was cancelled because another failed says nothing
            self._line("[red]✗[/]", step)
            raise
        else:
            self._line("[green]✓[/]", step)
            self.taken[title] = round(step.seconds, 2)
        finally:
            self._running.remove(step)

    def say(self, line: str) -> None:
        """A line between the steps; rich markup."""
        self._console.print(line, highlight=False)

    def _line(self, mark: str, step: Step) -> None:
        note = f"  [dim]{step.note}[/]" if step.note else ""
        self._console.print(f"{mark} {step.title:<44} [dim]{step.seconds:5.1f} s[/]{note}", highlight=False)

    def _now(self) -> Table:
        table = Table.grid(padding=(0, 1))
        for step in self._running:
            table.add_row(Spinner("dots"), Text(step.title), Text(f"{step.seconds:.0f} s {step.note}", style="dim"))
        return table
