"""A page in a real Chromium: what it shows, what it asks for, what it complains about.

    python tests/report/browser.py REPORT.html FOLDER

writes screenshots of a report at the width of a phone and of a desk, light and dark.
"""

from __future__ import annotations

import base64
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

PHONE, DESK = 390, 1280
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
)


def missing_programs() -> str:
    """Say what is not installed, or nothing."""
    return ", ".join(name for name in ("chromium", "chromedriver") if not shutil.which(name))


class Page:
    """One browser, which opens files one after the other."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        self.driver = driver

    def open(self, path: Path, *, width: int = DESK, dark: bool = False) -> None:
        """Open a file as a screen of this width would."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width == PHONE}
        self.command("Emulation.setEmulatedMedia", {"features": [scheme]})
        self.command("Emulation.setDeviceMetricsOverride", size)
        self.driver.get(path.as_uri())

    def command(self, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """Send a command of the DevTools protocol."""
        return self.driver.execute_cdp_cmd(name, arguments)

    def run(self, script: str) -> Any:
        """Return what a piece of JavaScript returns."""
        return self.driver.execute_script(f"return {script}")

    def complaints(self) -> list[str]:
        """Return the messages in the console since the last time."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requests(self) -> list[str]:
        """Return the addresses asked for since the last time."""
        events = (json.loads(entry["message"]) for entry in self.driver.get_log("performance"))
        return [
            event["message"]["params"]["request"]["url"]
            for event in events
            if event["message"]["method"] == "Network.requestWillBeSent"
        ]

    def screenshot(self, path: Path) -> None:
        """Write the whole page as a PNG."""
        size = self.command("Page.getLayoutMetrics", {})["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        answer = self.command(
            "Page.captureScreenshot", {"clip": clip, "captureBeyondViewport": True}
        )
        path.write_bytes(base64.b64decode(answer["data"]))


@contextmanager
def chromium() -> Iterator[Page]:
    """Start a Chromium with a profile of its own, and end it."""
    with tempfile.TemporaryDirectory() as profile:
        options = webdriver.ChromeOptions()
        options.binary_location = str(shutil.which("chromium"))
        for flag in (*FLAGS, f"--user-data-dir={profile}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        service = Service(executable_path=str(shutil.which("chromedriver")))
        driver = webdriver.Chrome(options=options, service=service)
        try:
            yield Page(driver)
        finally:
            driver.quit()


def main(report: Path, folder: Path) -> None:
    """Write the four screenshots."""
    folder.mkdir(parents=True, exist_ok=True)
    with chromium() as page:
        for width, name in ((PHONE, "phone"), (DESK, "desk")):
            for dark in (False, True):
                page.open(report.resolve(), width=width, dark=dark)
                page.screenshot(folder / f"{name}-{'dark' if dark else 'light'}.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
