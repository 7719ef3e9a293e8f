"""D1: create, list, look up, query, import, export, bookmark.

Source: developers.cloudflare.com/api/resources/d1/subresources/database. The codes 7500 (SQL), 7502 (name taken) and 7404 (not
found) are those that wrangler 4.164 reads, and workers-sdk issues 15690 and 15178 show.
"""

from __future__ import annotations

import hashlib
from typing import Any

from aiohttp import web

from simulators.cloudflare.answers import Refused, page, result
from simulators.cloudflare.database import Database, SqlError, at_semicolons, is_blank, whole_statements
from simulators.cloudflare.state import State
from simulators.partner import read_json

BASE = "/client/v4/accounts/{account}/d1/database"


class D1:
    """The endpoints of D1."""

    def __init__(self, state: State) -> None:
        self._state = state

    def routes(self) -> list[web.RouteDef]:
        """Return the endpoints, and the addresses that an import uploads to."""
        one = BASE + "/{database}"
        return [
            web.get(BASE, self.list_databases),
            web.post(BASE, self.create),
            web.get(one, self.look_up),
            web.post(one + "/query", self.query),
            web.post(one + "/raw", self.query),
            web.post(one + "/import", self.import_file),
            web.post(one + "/export", self.export),
            web.get(one + "/time_travel/bookmark", self.bookmark),
            web.post(one + "/time_travel/restore", self.restore),
            web.put("/uploads/{database}/{file}", self.upload),
            web.get("/uploads/{database}/{file}", self.download),
        ]

    async def list_databases(self, request: web.Request) -> web.Response:
        """List the databases, by `name` if it is given."""
        wanted = request.query.get("name")
        every = [described(each) for each in self._state.databases.values() if wanted in (None, each.name)]
        return page(every, request)

    async def create(self, request: web.Request) -> web.Response:
        """Create a database."""
        name = (await read_json(request))["name"]
        if any(each.name == name for each in self._state.databases.values()):
            raise Refused(400, 7502, f"A database with the name {name} already exists")
        made = Database(name)
        self._state.databases[made.uuid] = made
        return result(described(made))

    async def look_up(self, request: web.Request) -> web.Response:
        """Return one database."""
        return result(described(self._database(request)))

    async def query(self, request: web.Request) -> web.Response:
        """Run the statements of one text."""
        asked, database = await read_json(request), self._database(request)
        require_idle(database)
        split = at_semicolons if self._state.knobs.cut_triggers else whole_statements
        statements = [each for each in split(asked["sql"]) if not is_blank(each)]
        try:
            found = database.run(statements, asked.get("params") or ())
        except SqlError as error:
            raise Refused(400, 7500, str(error)) from error
        raw = request.path.endswith("/raw")
        answers = []
        for columns, rows, written in found:
            shown: Any = {"columns": columns, "rows": rows} if raw else [dict(zip(columns, row, strict=True)) for row in rows]
            answers.append({"results": shown, "success": True, "meta": meta(written)})
        return result(answers)

    async def import_file(self, request: web.Request) -> web.Response:
        """Take a file in three steps: `init` gives an address to upload to, `ingest` runs the file, `poll` tells how it went."""
        asked, database = await read_json(request), self._database(request)
        if asked["action"] == "poll":
            return self._step(database)
        require_idle(database)
        name = f"{asked['etag']}.sql"
        if asked["action"] == "init":
            address = f"{request.scheme}://{request.host}/uploads/{database.uuid}/{name}"
            return result({"success": True, "filename": name, "upload_url": address, "messages": []})
        content = database.uploads.pop(name, b"")
        if hashlib.md5(content, usedforsecurity=False).hexdigest() != asked["etag"]:
            raise Refused(400, 7500, "The file was not uploaded, or not whole")
        try:
            count = database.ingest(content)
        except SqlError as error:
            database.import_told = {"success": False, "error": str(error), "messages": [], "status": "error", "type": "import"}
        else:
            told = {"num_queries": count, "final_bookmark": database.bookmark(), "meta": meta(count)}
            database.import_told = {"success": True, "type": "import", "status": "complete", "messages": [], "result": told}
        database.import_steps = self._state.knobs.import_steps
        return self._step(database)

    def _step(self, database: Database) -> web.Response:
        """Answer how the import goes, and let it go on."""
        if not database.import_told:
            return result({"success": False, "error": "Not currently importing anything."})
        if database.import_steps:
            database.import_steps -= 1
            return result({"success": True, "type": "import", "status": "active", "at_bookmark": "b", "messages": []})
        told, database.import_told = database.import_told, {}
        return result(told)

    async def export(self, request: web.Request) -> web.Response:
        """Dump the database into a file, as D1 does: not byte for byte."""
        database = self._database(request)
        database.uploads["export.sql"] = "\n".join(database.dump()).encode()
        address = f"{request.scheme}://{request.host}/uploads/{database.uuid}/export.sql"
        told = {"filename": "export.sql", "signed_url": address}
        return result(
            {"success": True, "type": "export", "status": "complete", "at_bookmark": "", "messages": [], "result": told}
        )

    async def bookmark(self, request: web.Request) -> web.Response:
        """Return the current bookmark."""
        return result({"bookmark": self._database(request).bookmark()})

    async def restore(self, request: web.Request) -> web.Response:
        """Put the database back to a bookmark."""
        database, wanted = self._database(request), request.query["bookmark"]
        before = database.bookmark()
        if wanted not in database.kept:
            raise Refused(400, 7400, "The bookmark is not of this database")
        database.put_back(wanted)
        return result({"bookmark": database.bookmark(), "previous_bookmark": before, "message": "restored"})

    async def upload(self, request: web.Request) -> web.Response:
        """Take an uploaded file and answer with its MD5, as R2 does."""
        content = await request.read()
        self._state.databases[request.match_info["database"]].uploads[request.match_info["file"]] = content
        etag = hashlib.md5(content, usedforsecurity=False).hexdigest()
        return web.Response(headers={"ETag": f'"{etag}"'})

    async def download(self, request: web.Request) -> web.Response:
        """Give an exported file."""
        return web.Response(body=self._state.databases[request.match_info["database"]].uploads[request.match_info["file"]])

    def _database(self, request: web.Request) -> Database:
        wanted = request.match_info["database"]
        for each in self._state.databases.values():
            if wanted in (each.uuid, each.name):
                return each
        raise Refused(404, 7404, f"The database {wanted} could not be found")


def require_idle(database: Database) -> None:
    """Refuse a request while an import goes on, and let the import go on. Raises: Refused. ASSUMED: the words."""
    if database.import_steps:
        database.import_steps -= 1
        raise Refused(400, 7500, "Currently processing a long-running import.")


def described(database: Database) -> dict[str, Any]:
    """Return a database as a list shows it."""
    return {"uuid": database.uuid, "name": database.name, "version": "production", "created_at": "2026-01-01T00:00:00.000Z"}


def meta(written: int) -> dict[str, Any]:
    """Return the measures of a statement."""
    return {"duration": 0.1, "changes": written, "rows_read": written, "rows_written": written, "size_after": 8192}
