"""Assembles the command: one file per verb, each imported only when it is used."""

import typer

from deploy.command import demo, stop

app = typer.Typer(
    name="jobvej",
    help="Jobvej on this machine: start it, see how it is doing, walk its main story, set dead letters right.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_show_locals=False,
)
app.command("demo")(demo.demo)
app.command("stop")(stop.stop)


def main() -> None:
    """What `jobvej` on the command line calls."""
    app()
