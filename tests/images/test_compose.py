"""Facts about the images: each holds its own service only, and together they are the platform."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from deploy.compose import prepare
from deploy.embedded import ports
from deploy.embedded.place import Place

ROOT = Path(__file__).parents[2]
SERVICES = ("people", "booking", "notifications", "gateway")


def docker(*arguments: str, env: dict[str, str] | None = None, check: bool = True, seconds: int = 240) -> str:
    ended = subprocess.run(
        ["docker", *arguments],
        cwd=ROOT,
        env=os.environ | (env or {}),
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=seconds,
        check=False,
    )
    if check and ended.returncode:
        raise AssertionError(f"docker {' '.join(arguments)}:\n{ended.stdout[-3000:]}\n{ended.stderr[-3000:]}")
    return ended.stdout + ended.stderr


@pytest.mark.parametrize("service", SERVICES)
def test_an_image_holds_its_own_service_and_no_other(service: str) -> None:
    listed = docker("run", "--rm", "--entrypoint", "ls", f"jobvej/{service}", "services", ".")
    assert service in listed
    assert not [other for other in SERVICES if other != service and other in listed.split()]
    assert "deploy" not in listed.split()


@pytest.mark.parametrize("service", SERVICES)
def test_an_image_without_settings_names_what_is_missing(service: str) -> None:
    assert "The setting JOBVEJ_DATABASE_URL is missing." in docker("run", "--rm", f"jobvej/{service}", check=False)


def test_an_image_does_not_run_as_root() -> None:
    assert docker("run", "--rm", "--entrypoint", "id", "jobvej/booking", "-u").strip() == "10001"


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The platform by compose, under a name and on ports of its own."""
    file = tmp_path_factory.mktemp("compose") / "compose.env"
    values = prepare.variables(Place(file.parent))
    file.write_text("".join(f"{name}='{value}'\n" for name, value in values.items()))
    chosen = {name: str(ports.any_free()) for name in ("GATEWAY_PORT", "IDENTITY_PORT", "MAILBOX_PORT")}
    project = f"jobvej-test-{os.getpid()}"
    compose = ["compose", "-p", project, "-f", "deploy/compose/compose.yaml", "--env-file", str(file)]
    try:
        docker(*compose, "up", "--detach", "--wait", "--wait-timeout", "200", env=chosen)
        yield f"http://127.0.0.1:{chosen['GATEWAY_PORT']}"
    finally:
        docker(*compose, "down", "--volumes", "--timeout", "5", env=chosen, check=False)


def test_the_platform_comes_up_and_shows_its_door(platform: str) -> None:
    assert httpx2.get(f"{platform}/readyz", timeout=10).text == "ok"
    page = httpx2.get(f"{platform}/", timeout=10, follow_redirects=True)
    assert page.status_code == 200
    assert "Nordby Kommune" in page.text


def test_the_login_leads_to_the_issuer_under_the_name_that_browsers_know(platform: str) -> None:
    sent = httpx2.get(f"{platform}/log-ind", timeout=10, headers={"Host": "jobvej.localhost"})
    assert sent.status_code in (302, 303, 307)
    assert sent.headers["location"].startswith("http://identity.localhost:")
