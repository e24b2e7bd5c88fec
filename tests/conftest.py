import shutil
from collections.abc import Iterator

import pytest
from browsing import PATIENCE_MS, fake_page, new_tab, ready
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright


@pytest.fixture(scope="session")
def url() -> Iterator[str]:
    with fake_page() as page:
        yield page.url


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """For one module, since Playwright keeps the thread's event loop, which tests of the server need too."""
    path = shutil.which("chromium")
    if path is None:
        pytest.fail("no chromium on the PATH; these tests need one: install Debian's package chromium")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-background-networking", "--no-first-run"]
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        yield browser
        browser.close()


@pytest.fixture
def browser(chromium: Browser) -> Iterator[BrowserContext]:
    """A browser as new: it remembers nothing of other tests."""
    context = chromium.new_context(permissions=["clipboard-read", "clipboard-write"])
    yield context
    context.close()


@pytest.fixture
def tab(browser: BrowserContext, url: str) -> Iterator[Page]:
    with new_tab(browser, url) as tab:
        ready(tab)
        yield tab
