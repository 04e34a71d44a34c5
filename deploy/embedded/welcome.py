"""The box at the end of a start: where to go, whom to log in as, how to stop."""

import shutil

from rich.markup import escape
from rich.panel import Panel

from deploy.embedded import personas
from deploy.embedded.addresses import Addresses


def box(addresses: Addresses) -> Panel:
    """For the console."""
    people = "\n".join(f"  {persona.name.split()[0]:<8} {escape(persona.is_a)}" for persona in personas.ALL)
    uv = "uv" if shutil.which("uv") else ".tools/bin/uv"  # make keeps its own where the machine has none
    text = (
        f"[bold]{addresses.url('gateway')}[/]\n\n"
        f"Log in there as one of these invented people:\n{people}\n\n"
        f"Mail and SMS      {addresses.url('mailbox')}\n"
        f"How it is doing   {uv} run jobvej status\n"
        f"The main story    {uv} run jobvej check\n"
        f"Begin anew        {uv} run jobvej reset\n\n"
        "Stop with Ctrl-C. What was done is kept in .data."
    )
    return Panel(text, title="Jobvej is running", border_style="green", expand=False, padding=(1, 2))
