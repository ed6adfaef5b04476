"""A headless Chromium for the tests of pages, where Debian's chromium and its driver are there."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

ADVICE = "chromium and chromium-driver are not installed"

needs_browser = pytest.mark.skipif(
    not (shutil.which("chromium") and shutil.which("chromedriver")), reason=ADVICE
)

_OPTIONS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--window-size=1280,900", "--disable-dev-shm-usage"),
)


@contextmanager
def browser(folder: Path) -> Iterator[Any]:
    """A browser with a profile of its own in the folder."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = str(shutil.which("chromium"))
    for each in (*_OPTIONS, f"--user-data-dir={folder}/chromium"):
        options.add_argument(each)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(service=Service(str(shutil.which("chromedriver"))), options=options)
    driver.set_page_load_timeout(60)
    try:
        yield driver
    finally:
        driver.quit()


def complaints(driver: Any) -> list[str]:
    """What the browser found wrong with the pages it was shown."""
    return [entry["message"] for entry in driver.get_log("browser") if entry["level"] == "SEVERE"]
