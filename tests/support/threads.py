"""Running what needs an event loop of its own, wherever a test stands."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Argument = TypeVar("Argument")
Result = TypeVar("Result")


def in_thread(function: Callable[[Argument], Result], argument: Argument) -> Result:
    """Call a function in a thread of its own and wait for it.

    Playwright's synchronous API keeps a loop running in the test's thread.
    """
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(function, argument).result()
