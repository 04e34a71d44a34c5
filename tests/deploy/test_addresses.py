"""Ports: kept over restarts, passed over when taken, and never the same for two checkouts."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.embedded import addresses, cache
from deploy.embedded.place import Place, write_json
from deploy.embedded.ports import HOST, any_free, next_free


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOBVEJ_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def place(tmp_path: Path) -> Place:
    place = Place(tmp_path / "data")
    place.make()
    return place


@pytest.fixture
def busy() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        listener.listen()
        yield int(listener.getsockname()[1])


def test_the_next_free_port_is_above_a_busy_one(busy: int) -> None:
    assert next_free(busy) > busy


def test_every_listener_has_a_port_of_its_own(place: Place) -> None:
    chosen = addresses.choose(place).ports
    assert set(chosen) == set(addresses.WISHES)
    assert len(set(chosen.values())) == len(chosen)


def test_a_busy_wish_is_moved_and_named(place: Place, busy: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(addresses.WISHES, "gateway", busy)
    chosen = addresses.choose(place)
    assert chosen.port("gateway") > busy
    assert f"gateway {busy} → {chosen.port('gateway')}" in chosen.moved()


def test_the_ports_of_the_last_start_are_taken_again(place: Place) -> None:
    kept = any_free()
    write_json(place.platform_file, {"ports": {"gateway": kept}})
    assert addresses.choose(place).port("gateway") == kept
    assert addresses.of_last_start(place).ports == {"gateway": kept}


def test_two_checkouts_that_start_together_choose_different_ports(tmp_path: Path) -> None:
    code = """
import json, sys
from pathlib import Path
from deploy.embedded import addresses, cache
from deploy.embedded.place import Place
place = Place(Path(sys.argv[1]))
place.make()
print(json.dumps(addresses.choose(place).ports), flush=True)
sys.stdin.read()
"""
    starters = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path / name)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ,
        )
        for name in ("one", "two")
    ]
    told = []
    for starter in starters:
        assert starter.stdout is not None
        told.append(set(json.loads(starter.stdout.readline()).values()))
    for starter in starters:
        starter.communicate()
    assert not told[0] & told[1]


def test_a_dead_launcher_claims_no_port(place: Place) -> None:
    wish = addresses.choose(place).port("gateway")
    claims = {str(wish): {"pid": 2**22 + 1, "born": 1.0}}
    write_json(cache.directory() / "ports.json", claims)
    assert addresses.choose(Place(place.data)).port("gateway") == wish
