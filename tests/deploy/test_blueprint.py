"""What the processes of the embedded platform are told, before any of them runs."""

from pathlib import Path

from deploy.embedded import demo_keys
from deploy.embedded.addresses import WISHES, Addresses
from deploy.embedded.blueprint import Blueprint
from deploy.embedded.nursery import Nursery
from deploy.embedded.place import Place


def test_the_gateway_and_notifications_name_calendar_entries_alike(tmp_path: Path) -> None:
    place = Place(tmp_path)
    blueprint = Blueprint(place, Addresses(WISHES), demo_keys.load(place), Nursery())
    processes = {"gateway": "gateway", "notifications": "notifications-api"}
    told = {blueprint.environment(service, name)["JOBVEJ_MAIL_DOMAIN"] for service, name in processes.items()}
    assert len(told) == 1
