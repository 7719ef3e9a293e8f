"""schemathesis finds nothing, with credentials and without."""

from __future__ import annotations

from pathlib import Path

import pytest

from carlot.handlers import customers
from carlot.platform.ports import Response
from carlot.routes import ROUTES
from carlot.web.responses import json_answer
from openapi.hunt import hunt

PATIENCE_S = 240


@pytest.mark.parametrize(("signed_in", "examples"), [(True, 2), (False, 1)], ids=["signed in", "not signed in"])
def test_nothing_is_found(tmp_path: Path, signed_in: bool, examples: int) -> None:
    found = hunt(tmp_path, examples, 1, signed_in=signed_in, patience_s=PATIENCE_S)
    assert found.clean, found.report
    assert found.cases > 15 * len(ROUTES)


def test_what_is_wrong_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A handler that answers less than the description says."""

    def lesser(content: dict[str, object], status: int = 200) -> Response:
        content.pop("createdAt", None)
        return json_answer(content, status)

    monkeypatch.setattr(customers, "json_answer", lesser)
    found = hunt(tmp_path, 1, 1, signed_in=True, patience_s=PATIENCE_S, paths="customers")
    assert not found.clean
    assert "createdAt" in found.report
