"""What all tests share: `async def` tests run, and no text of the public list outlives the test that made it."""

from __future__ import annotations

import asyncio
import inspect
from typing import TYPE_CHECKING

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
    from app.typed import forget_public_texts
    from support.lot import Lot

    forget_public_texts()
    return Lot()
