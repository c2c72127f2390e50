"""A page in a real Chromium: what it shows, what it asks for, what it complains about.

    python tests/report/test_browser.py REPORT.html FOLDER

writes screenshots of a report at the width of a phone and of a desk, light and dark, and the top
of it as the README shows it, ``top.png``.
"""

from __future__ import annotations

import base64
import csv
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

import dataaudit
from dataaudit.report import html
from dataaudit.report.collect import collect

pytestmark = pytest.mark.browser

PHONE, DESK = 390, 1280
README_WIDTH, README_HEIGHT = 1200, 1500
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

    def screenshot(self, path: Path, *, tallest: int | None = None) -> None:
        """Write the whole page, or its top, as a PNG."""
        size = self.command("Page.getLayoutMetrics", {})["cssContentSize"]
        height = min(size["height"], tallest or size["height"])
        clip = {"x": 0, "y": 0, "width": size["width"], "height": height, "scale": 1}
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
        driver.get("about:blank")  # the new tab page has requests of its own
        try:
            yield Page(driver)
        finally:
            driver.quit()


@pytest.fixture(scope="module")
def page():
    with chromium() as page:
        yield page


@pytest.fixture(scope="module")
def reports(tmp_path_factory, adult_report, make) -> dict[str, Path]:
    """The files to open: a usual report, one full of hostile text, an empty one."""
    folder = tmp_path_factory.mktemp("reports")
    names = [
        "<script>alert(1)</script>",
        '"; drop table x; --',
        "<img src=x onerror=alert(2)>",
        "\u202eright to left",
        "שם עמודה",
        "👩‍👩‍👧‍👦",
        "x" * 10_000,
    ]
    frame = pd.DataFrame({name: ["y" * 10_000, name, "\x1b[31m"] for name in names})
    found = [make.finding("missing", "warning", f"`{n}` has gaps.", n) for n in names]
    hostile = collect(
        name=names[-1],
        outcomes=make.outcomes(*found),
        profile=make.profile(frame),
        sample=frame,
        evidence=make.evidence(),
        settings="z" * 10_000,
        account=[{"stage": name, "rows_in": 3, "rows_out": 3, "note": name} for name in names],
        contract=[{"rule": n, "column": n, "rows": 1, "message": n} for n in names],
    )
    empty = collect(outcomes=[], profile=make.profile(pd.DataFrame()))
    files = {}
    for name, report in (("usual", adult_report), ("hostile", hostile), ("empty", empty)):
        files[name] = folder / f"{name}.html"
        files[name].write_text(html.render(report), encoding="utf-8")
    return files


@pytest.mark.parametrize("kind", ["usual", "hostile", "empty"])
def test_a_report_asks_for_nothing_and_complains_of_nothing(page, reports, kind):
    page.complaints(), page.requests()
    page.open(reports[kind])
    assert page.requests() == [reports[kind].as_uri()]
    assert page.complaints() == []


def test_a_page_that_breaks_the_rules_is_seen_to(page, tmp_path):
    bad = tmp_path / "bad.html"
    bad.write_text("<img src='nowhere.png'><i style='color:#999'>pale</i><p>dark</p>")
    page.complaints(), page.requests()
    page.open(bad)
    assert page.requests() == [bad.as_uri(), (tmp_path / "nowhere.png").as_uri()]
    assert len(page.complaints()) == 1
    assert len(page.run(f"({CONTRAST})()")) == 1


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("kind", ["usual", "hostile", "empty"])
def test_a_report_fits_its_screen_with_everything_unfolded(page, reports, kind, width, dark):
    page.open(reports[kind], width=width, dark=dark)
    page.run("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert page.run("document.documentElement.scrollWidth") == width


def test_hostile_text_runs_nothing(page, reports):
    page.open(reports["hostile"])
    assert page.run("document.querySelectorAll('script, img, [onerror]').length") == 0
    assert "<script>alert(1)</script>" in page.run("document.querySelector('#columns').innerText")


@pytest.mark.slow
def test_a_hostile_table_goes_through_the_chain_into_a_quiet_page(page, tmp_path):
    names = ["<script>alert(1)</script>", '"; drop table x; --', "long", "y"]
    cells = [["<b>1</b>", "'; --", "x" * 10_000], ["2", "</style>", "`"], ["3", "{{ 7 * 7 }}", ""]]
    with (tmp_path / "t.csv").open("w", newline="", encoding="utf-8") as file:
        rows = [[*cells[i % 3], "no" if i % 2 else "<img src=x>"] for i in range(60)]
        csv.writer(file).writerows([names, *rows])
    result = dataaudit.run(
        {
            "source": {"path": str(tmp_path / "t.csv")},
            "task": {"target": "y"},
            "clean": ["missing", "encode"],
            "prove": "off",
            "output": {"dir": str(tmp_path / "out")},
        }
    )
    report = result.paths["report.html"]
    text = report.read_text(encoding="utf-8")
    assert str(tmp_path) not in text
    assert "<script" not in text
    for width in (PHONE, DESK):
        page.complaints(), page.requests()
        page.open(report, width=width)
        page.run("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert page.requests() == [report.as_uri()]
        assert page.complaints() == []
        assert page.run("document.documentElement.scrollWidth") == width
    assert page.run("document.querySelectorAll('script, img, [onerror]').length") == 0
    assert "<script>alert(1)</script>" in page.run("document.querySelector('#columns').innerText")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_text_stands_out_from_its_ground(page, reports, dark):
    page.open(reports["usual"], dark=dark)
    weak = page.run(f"({CONTRAST})()")
    assert weak == []


def test_light_and_dark_differ(page, reports):
    grounds = []
    for dark in (False, True):
        page.open(reports["usual"], dark=dark)
        grounds.append(page.run("getComputedStyle(document.body).backgroundColor"))
    assert grounds == ["rgb(252, 252, 251)", "rgb(20, 23, 26)"]


# Contrast as WCAG 2.2 defines it (1.4.3: at least 4.5 for text of this size), over every element
# that holds text itself, against the nearest ground that is painted.
CONTRAST = """() => {
  const light = color => {
    const [r, g, b] = color.match(/[0-9.]+/g).map(Number).map(v => v / 255)
      .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = one => {
    for (; one; one = one.parentElement) {
      const color = getComputedStyle(one).backgroundColor;
      if (color !== 'rgba(0, 0, 0, 0)') return color;
    }
    return 'rgb(255, 255, 255)';
  };
  const weak = [];
  for (const one of document.querySelectorAll('body *')) {
    const own = [...one.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    if (!own) continue;
    const [a, b] = [light(getComputedStyle(one).color), light(ground(one))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) weak.push(one.className + ': ' + one.textContent.slice(0, 30) + ' ' + ratio);
  }
  return weak;
}"""


def main(report: Path, folder: Path) -> None:
    """Write the four screenshots."""
    folder.mkdir(parents=True, exist_ok=True)
    with chromium() as page:
        for width, name in ((PHONE, "phone"), (DESK, "desk")):
            for dark in (False, True):
                page.open(report.resolve(), width=width, dark=dark)
                page.screenshot(folder / f"{name}-{'dark' if dark else 'light'}.png")
        page.open(report.resolve(), width=README_WIDTH)
        page.screenshot(folder / "top.png", tallest=README_HEIGHT)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
