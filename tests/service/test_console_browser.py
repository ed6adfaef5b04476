"""The console in a real browser: log in by keyboard, look, hold, and see the rows change."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from faxcore.delivery import operations as queue_ops
from faxcore.delivery.operations import MessageDraft, MessageName, RecipientDraft
from faxcore.delivery.states import Body, Channel
from tests.browser import browser, complaints, needs_browser
from tests.service.conftest import PASSWORD, Service, add_account

NOW = datetime.now(UTC)


def message(service: Service, subject: str) -> MessageName:
    draft = MessageDraft(subject=subject, body="words", body_type=Body.TEXT)
    made = queue_ops.create_message(service.queue, service.account_id, draft, NOW)
    name = MessageName(uid=made.uid)
    to = RecipientDraft(Channel.FAX, "+44 20 7946 0000")
    queue_ops.add_recipient(service.queue, service.account_id, name, to, NOW)
    queue_ops.send_message(service.queue, service.account_id, name, NOW)
    return name


@pytest.mark.interop
@needs_browser
def test_an_operator_works_with_the_keyboard(service: Service, tmp_path: Path) -> None:
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.ui import WebDriverWait

    add_account(service.queue, "boss", role="operator")
    name = message(service, "Results of the examination")
    with browser(tmp_path) as driver:
        wait = WebDriverWait(driver, 30)
        driver.get(f"{service.url}/modems")
        assert driver.switch_to.active_element.get_attribute("id") == "name"
        driver.switch_to.active_element.send_keys("boss", Keys.TAB)
        driver.switch_to.active_element.send_keys(PASSWORD, Keys.ENTER)
        wait.until(lambda d: "Modems" in d.title)
        driver.get(service.url)
        rows = driver.find_element(By.ID, "rows")
        assert "Results of the examination" in rows.text
        message(service, "Another letter")
        wait.until(lambda d: "Another letter" in d.find_element(By.ID, "rows").text)
        driver.get(f"{service.url}/messages/{name.uid}")
        hold = driver.find_element(By.XPATH, "//button[text()='Hold']")
        hold.send_keys(Keys.ENTER)
        wait.until(lambda d: "hold: 1 done" in d.page_source)
        assert "held" in driver.find_element(By.TAG_NAME, "main").text
        assert all(each.get_attribute("lang") for each in driver.find_elements(By.TAG_NAME, "html"))
        unlabelled = [
            each.get_attribute("id")
            for each in driver.find_elements(By.CSS_SELECTOR, "input:not([type=hidden])")
            if not driver.find_elements(By.CSS_SELECTOR, f"label[for='{each.get_attribute('id')}']")
        ]
        assert unlabelled == []
        assert complaints(driver) == []
        if folder := os.environ.get("FAXCORE_PICTURES"):
            driver.save_screenshot(f"{folder}/console-message.png")
