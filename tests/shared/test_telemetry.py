"""Facts about logs and traces: nothing personal leaves, and one trace runs through."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider

from shared import __version__
from shared.telemetry import attached, carrier, masked, trace_id, without_personal_data


def test_cpr_numbers_and_mail_addresses_are_masked() -> None:
    assert masked("cpr 710190-1234 and 7101901234, write amina@example.dk") == "cpr [cpr] and [cpr], write [mail]"
    assert (
        masked("id 018f0000-0000-7000-8000-000000000001 port 54321")
        == "id 018f0000-0000-7000-8000-000000000001 port 54321"
    )


def test_ten_digits_inside_an_id_are_no_cpr_number() -> None:
    ids = (
        "00-7101901234abcdef7101901234abcdef-a71019012345678b-01",
        "018f0000-0000-7000-8000-7101901234ab",
    )
    assert [masked(one) for one in ids] == list(ids)
    assert masked("x7101901234abcdef0") == "x[cpr]abcdef0", "too long for an id: masked to be on the safe side"


def test_the_values_in_a_complaint_of_the_database_are_masked() -> None:
    complaint = "new row violates\nDETAIL:  Failing row contains (7, Amina Holm, +4570102030).\n[SQL: insert]"
    assert masked(complaint) == "new row violates\nDETAIL: [detail]\n[SQL: insert]"


def test_a_value_that_could_not_be_sent_to_the_database_is_masked() -> None:
    complaint = "DataError: invalid input for query argument $1: 'Amina Holm' (expected int)\n[SQL: insert]"
    assert masked(complaint) == "DataError: invalid input for query argument [detail]\n[SQL: insert]"


def test_every_text_of_an_entry_is_masked() -> None:
    entry = without_personal_data(None, "info", {"event": "a@b.dk", "count": 3})
    assert entry == {"event": "[mail]", "count": 3}


def test_a_trace_goes_on_where_its_headers_are_carried() -> None:
    if not isinstance(trace.get_tracer_provider(), TracerProvider):
        trace.set_tracer_provider(TracerProvider())
    with attached({}, "first"):
        first, headers = trace_id(), carrier()
    assert trace_id() == ""
    with attached(headers, "second"):
        assert trace_id() == first


def test_logs_are_json_lines_without_personal_data() -> None:
    program = (
        "from shared.telemetry import configure, get_logger; import logging\n"
        "configure('people', 'api', 'INFO')\n"
        "get_logger('x').info('found 710190-1234', by='amina@example.dk')\n"
        "logging.getLogger('y').warning('lost 7101901234')\n"
        "logging.getLogger('y').debug('unseen')\n"
        "try:\n    raise ValueError('amina@example.dk')\nexcept ValueError:\n    get_logger('x').exception('fault')\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    entries = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [entry["event"] for entry in entries] == ["found [cpr]", "lost [cpr]", "fault"]
    assert entries[0]["service"] == "people"
    assert entries[0]["by"] == "[mail]"
    assert "amina" not in ended.stdout


def test_the_version_stands_in_one_place() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    assert project["version"] == __version__
