"""Chromium for the tests that need a real browser."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright import async_api, sync_api
from playwright.sync_api import Browser, sync_playwright

from tests.support.require import CHROMIUM, path_of

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

# So long may what a page does by itself take: a busy machine is slow, and not wrong.
PATIENCE_MS = 60_000
async_api.expect.set_options(timeout=PATIENCE_MS)
sync_api.expect.set_options(timeout=PATIENCE_MS)


def chromium_path() -> str:
    """Find Chromium, or say how to get it."""
    return path_of(CHROMIUM)


@contextmanager
def chromium(*arguments: str) -> Iterator[Browser]:
    """Run a headless Chromium.

    Args:
        *arguments: Further ones for its command line.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path(), args=[*QUIET, *arguments]
        )
        try:
            yield browser
        finally:
            browser.close()
