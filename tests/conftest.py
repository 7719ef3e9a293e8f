"""What all tests share: `async def` tests run, and no text of the public list outlives the test that made it."""

from __future__ import annotations

import asyncio
import inspect
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from support.lot import Lot

settings.register_profile("carlot", deadline=None, max_examples=150, derandomize=True)
settings.load_profile("carlot")


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run an `async def` test to its end in a loop of its own."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = pyfuncitem._fixtureinfo.argnames
    asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names}))
    return True


@pytest.fixture
def lot() -> Lot:
    """An empty lot, configured for the DMS, with an admin token."""
    from support.lot import Lot

    forget_public_texts()
    return Lot()


def forget_public_texts() -> None:
    """The texts that an isolate keeps are those of its one database; each test has a database of its own."""
    from carlot.handlers import public

    kept: Any = public._pages
    kept.clear()
