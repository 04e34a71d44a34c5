"""The machinery's own command: `python -m shared.messaging topics`."""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence

from aiokafka.errors import KafkaError

from shared.messaging import topics


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code: 0 done, 1 the broker failed or a topic differs, 2 wrongly called."""
    parser = argparse.ArgumentParser(prog="python -m shared.messaging")
    verbs = parser.add_subparsers(dest="verb", required=True)
    verb = verbs.add_parser("topics", help="create the topics that the contracts declare")
    verb.add_argument("--extend", action="store_true", help="add missing partitions (only with everything drained)")
    options = parser.parse_args(arguments)
    bootstrap = os.environ.get("JOBVEJ_KAFKA_BOOTSTRAP")
    if not bootstrap:
        print("The setting JOBVEJ_KAFKA_BOOTSTRAP is missing.", file=sys.stderr)
        return 2
    try:
        report = asyncio.run(topics.ensure(bootstrap, extend=options.extend))
    except (KafkaError, OSError) as fault:
        print(f"The broker at {bootstrap} did not do it: {type(fault).__name__} {fault}", file=sys.stderr)
        return 1
    for name in report.created:
        print(f"created   {name}")
    for name in report.extended:
        print(f"extended  {name}")
    for name in report.different:
        print(f"DIFFERS   {name}: its partitions are not as declared (see --extend)", file=sys.stderr)
    if not (report.created or report.extended or report.different):
        print("all topics are as declared")
    return 1 if report.different else 0


if __name__ == "__main__":  # pragma: no branch – only ever run, never imported, under this name
    sys.exit(main())
