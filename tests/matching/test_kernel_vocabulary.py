"""A vocabulary is read row by row: what cannot be read is named with its line; nothing else in the process changes."""

import csv

from services.matching.kernel.linking.vocabulary import parse

HEAD = "conceptUri,preferredLabel,altLabels\n"
LIMIT = 131_072  # Python's own for one field; others in the process count on it


def test_a_field_too_long_to_be_read_is_refused_and_the_rows_behind_it_are_kept() -> None:
    lines = [HEAD, f"uri:1,{'x' * 200_000},\n", "uri:2,kok,\n", "uri:2,kok,\n", "uri:3,bager,\n"]
    found, complaints = parse(lines, "da")
    assert [one.preferred for one in found.occupations] == ["kok", "bager"]
    assert [(one.line, one.reason.partition(":")[0]) for one in complaints] == [
        (2, "not readable"),
        (4, "uri"),
    ]


def test_reading_a_vocabulary_leaves_the_limit_of_other_readers_alone() -> None:
    parse([HEAD, "uri:2,kok,\n"], "da")
    assert csv.field_size_limit() == LIMIT
