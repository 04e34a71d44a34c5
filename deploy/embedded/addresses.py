"""Which port each process of this platform listens on. Kept over restarts; two checkouts never choose the same one."""

import os
from dataclasses import dataclass

import psutil

from deploy.embedded import cache, ports
from deploy.embedded.place import Place, read_json, write_json

# What is wished for; below 32768, where the system takes no ports for outgoing connections.
WISHES = {
    "gateway": 8080,
    "identity": 8081,
    "mailbox": 8082,
    "sms": 8083,
    "smtp": 8025,
    "postgres": 15432,
    "kafka": 19092,
    "kafka-controller": 19093,
    **{f"people-{kind}": 8101 + number for number, kind in enumerate(("api", "worker", "relay"))},
    **{f"booking-{kind}": 8111 + number for number, kind in enumerate(("api", "worker", "relay"))},
    **{f"notifications-{kind}": 8121 + number for number, kind in enumerate(("api", "worker", "relay"))},
}


@dataclass(frozen=True)
class Addresses:
    """Name of a listener → its port on 127.0.0.1."""

    ports: dict[str, int]

    def port(self, name: str) -> int:
        """Raises KeyError for a name that is not among the wishes."""
        return self.ports[name]

    def url(self, name: str) -> str:
        """`http://127.0.0.1:port` of a listener."""
        return f"http://{ports.HOST}:{self.ports[name]}"

    def moved(self) -> list[str]:
        """In words, which ports are not the wished ones: "gateway 8080 → 8084"."""
        return [f"{name} {WISHES[name]} → {port}" for name, port in self.ports.items() if port != WISHES[name]]


def choose(place: Place) -> Addresses:
    """Free ports for every listener: those of the last start, else the wished ones, else the next free ones.

    The choice is announced in the user's cache under a lock, so that a second checkout starting now chooses others.
    """
    with cache.only_one("ports"):
        registry = cache.directory() / "ports.json"
        others = {port: claim for port, claim in read_json(registry).items() if _lives(claim) and not _ours(claim)}
        taken = {int(port) for port in others} | set(WISHES.values())
        before = read_json(place.platform_file).get("ports", {})
        chosen: dict[str, int] = {}
        for name, wish in WISHES.items():
            own = int(before.get(name, wish))
            usable = str(own) not in others and own not in chosen.values() and ports.is_free(own)
            chosen[name] = own if usable else ports.next_free(wish, taken | set(chosen.values()))
        claim = {"pid": os.getpid(), "born": psutil.Process().create_time()}
        write_json(registry, others | {str(port): claim for port in chosen.values()})
    return Addresses(chosen)


def of_last_start(place: Place) -> Addresses:
    """The ports of the platform that runs here or ran last; empty when none ever did."""
    return Addresses({name: int(port) for name, port in read_json(place.platform_file).get("ports", {}).items()})


def _lives(claim: dict[str, float]) -> bool:
    try:
        return bool(psutil.Process(int(claim["pid"])).create_time() == claim["born"])
    except psutil.NoSuchProcess:
        return False


def _ours(claim: dict[str, float]) -> bool:
    return int(claim["pid"]) == os.getpid()
