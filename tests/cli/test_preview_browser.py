"""The preview in a real browser: it reloads itself, fields are edited, and no network is needed."""

import threading

import pytest

from faxcore.cli.preview_server import PreviewServer, Watched
from tests.browser import browser, complaints, needs_browser


@pytest.fixture
def cover(tmp_path):
    path = tmp_path / "own.html"
    path.write_text("<!DOCTYPE html><title>f</title><p style='font-size:20pt'>To $[TO]: $[SUBJECT]")
    return path


@pytest.fixture
def server(cover):
    fields = {"recipient_name": "Ada", "subject": "Results"}
    with PreviewServer(Watched([str(cover)], None, fields), 0) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def last_picture(driver):
    """What the page's last picture is, asked in one step: the page may be loading anew."""
    return driver.execute_script("return [...document.images].at(-1)?.src ?? null")


@pytest.mark.interop
@needs_browser
def test_a_designer_edits_and_sees(server, cover, tmp_path):
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.ui import WebDriverWait

    with browser(tmp_path) as driver:
        wait = WebDriverWait(driver, 60)
        driver.get(server.url)
        pictures = driver.find_elements(By.TAG_NAME, "img")
        assert len(pictures) >= 2
        widths = driver.execute_script(
            "return [...document.images].map(i => [i.complete, i.naturalWidth])"
        )
        assert all(loaded and width > 0 for loaded, width in widths)
        before = last_picture(driver)
        subject = driver.find_element(By.NAME, "subject")
        subject.clear()
        subject.send_keys("Something else", Keys.ENTER)
        wait.until(lambda d: last_picture(d) not in {None, before})
        assert "Something" in driver.current_url
        edited = last_picture(driver)
        cover.write_text(cover.read_text() + "<p>And a line more")
        wait.until(lambda d: last_picture(d) not in {None, edited})
        outside = driver.execute_script(
            "return performance.getEntriesByType('resource').map(e => e.name)"
        )
        assert [name for name in outside if not name.startswith((server.url, "data:"))] == []
        assert [each for each in complaints(driver) if "favicon" not in each] == []
