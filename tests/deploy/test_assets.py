"""The pages' files: pinned, whole, licensed, and never fetched twice."""

import json
from pathlib import Path

import pytest

from deploy.embedded import assets


@pytest.fixture
def vendor() -> Path:
    return assets.fetch()


def test_the_lock_file_pins_every_package_by_integrity_and_names_no_registry() -> None:
    packages = json.loads((assets.WEB / "package-lock.json").read_text())["packages"]
    for name, package in packages.items():
        if name:
            assert package["integrity"].startswith("sha512-"), name
            assert "resolved" not in package, name


def test_what_pages_need_is_there_with_its_licences(vendor: Path) -> None:
    for name in (
        "dkfds/css/dkfds.min.css",
        "dkfds/js/dkfds.min.js",
        "dkfds/img/all-svg-icons.svg",
        "dkfds/fonts/IBMPlexSans/complete/woff2/IBMPlexSans-Bold.woff2",
        "dkfds/LICENSE.md",
        "htmx/htmx.min.js",
        "htmx/ext/hx-sse.min.js",
        "htmx/LICENSE",
    ):
        assert (vendor / name).is_file(), name


def test_logos_of_the_state_portals_are_not_shipped(vendor: Path) -> None:
    assert not list(vendor.rglob("logo*"))


def test_a_second_fetch_needs_no_npm(vendor: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_npm(*_: object, **__: object) -> None:
        raise AssertionError("npm was started")

    monkeypatch.setattr(assets, "npm", no_npm)
    assert assets.fetch() == vendor


def test_a_damaged_file_is_noticed_and_mended(vendor: Path) -> None:
    stylesheet = vendor / "dkfds/css/dkfds.min.css"
    whole = stylesheet.read_bytes()
    stylesheet.write_bytes(b"cut off")
    assets.fetch()
    assert stylesheet.read_bytes() == whole
