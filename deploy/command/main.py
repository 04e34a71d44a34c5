"""Assembles the command: one file per verb."""

import typer

from deploy.command import check, dead, demo, doctor, reset, status, stop
from services.matching.commands import link, match, skills

app = typer.Typer(
    name="jobvej",
    help="Jobvej on this machine: start it, see how it is doing, walk its main story, set dead letters right.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_show_locals=False,
)
app.command("demo")(demo.demo)
app.command("status")(status.status)
app.command("check")(check.check)
app.command("doctor")(doctor.doctor)
app.command("stop")(stop.stop)
app.command("reset")(reset.reset)
app.add_typer(dead.app, name="dead")
app.add_typer(link.app, name="link")
app.add_typer(match.app, name="match")
app.add_typer(skills.app, name="skills")


def main() -> None:
    """What `jobvej` on the command line calls."""
    app()


if __name__ == "__main__":
    main()
