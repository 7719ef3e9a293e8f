"""Finding the endpoint of a request in a table of routes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import unquote

from carlot.errors import MethodNotAllowed, NotFound
from carlot.web.endpoint import Guard, Route


class Match(NamedTuple):
    """The endpoint of a request, with the named segments of its path."""

    route: Route
    params: dict[str, str]


class Router:
    """A table of routes, compiled once. Pages of any origin may read everything below `public_folder`."""

    def __init__(self, routes: Iterable[Route], public_folder: str) -> None:
        paths: dict[str, dict[str, Route]] = {}
        for route in routes:
            paths.setdefault(route.path, {})[route.method] = route
        self._paths = [(_pattern(path), methods) for path, methods in paths.items()]
        self._public_folder = public_folder

    def match(self, method: str, path: str) -> Match:
        """Find the endpoint of a request; a HEAD uses its GET.

        Raises: `NotFound` (404), `MethodNotAllowed` (405, with `Allow`).
        """
        for pattern, methods in self._paths:
            found = pattern.fullmatch(path)
            if found is None:
                continue
            route = methods.get("GET" if method == "HEAD" else method)
            if route is None:
                allowed = sorted({*methods, *(["HEAD"] if "GET" in methods else [])})
                raise MethodNotAllowed(f"Use {' or '.join(allowed)} here.", headers={"allow": ", ".join(allowed)})
            return Match(route, {name: unquote(value) for name, value in found.groupdict().items()})
        raise NotFound("There is nothing at this address.")

    def is_public(self, path: str) -> bool:
        """Whether a path has an endpoint that pages of any origin may read."""
        return any(
            pattern.fullmatch(path) and any(route.guard is Guard.PUBLIC for route in methods.values())
            for pattern, methods in self._paths
        )

    def errors_are_public(self, path: str) -> bool:
        """Whether pages of any origin may read the errors of a path, including those of paths that do not exist."""
        return path.startswith(self._public_folder) or self.is_public(path)


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(
        "".join(f"/(?P<{part[1:]}>[^/]+)" if part[:1] == ":" else "/" + re.escape(part) for part in path[1:].split("/"))
    )
