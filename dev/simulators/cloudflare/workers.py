"""Workers: upload, versions, deployments, secrets, settings, schedules, assets, the workers.dev subdomain.

Source: developers.cloudflare.com/api/resources/workers, developers.cloudflare.com/workers/static-assets/direct-upload. Codes:
10007 (no such Worker) and 10021 (refused at start-up) as wrangler 4.164 reads them.
"""

from __future__ import annotations

import json
import uuid
from typing import Any

from aiohttp import web

from simulators.cloudflare.answers import Refused, parts, result
from simulators.cloudflare.state import Script, State, now
from simulators.partner import read_json

BASE = "/client/v4/accounts/{account}/workers"
ONE = BASE + "/scripts/{script}"
# The slip for an upload of assets, whose middle part wrangler reads: {"exp": 4102444800}.
SLIP = "e30.eyJleHAiOjQxMDI0NDQ4MDB9.s"
STARTUP = "Script startup exceeded CPU time limit."


class Workers:
    """The endpoints of Workers."""

    def __init__(self, state: State) -> None:
        self._state = state

    def routes(self) -> list[web.RouteDef]:
        """Return the endpoints."""
        return [
            web.get(BASE + "/subdomain", self.account_subdomain),
            web.get(BASE + "/services/{script}", self.service),
            web.get(BASE + "/workers/{script}", self.worker),
            web.post(ONE + "/assets-upload-session", self.begin_assets),
            web.post(BASE + "/assets/upload", self.upload_assets),
            web.put(ONE, self.upload),
            web.post(ONE + "/versions", self.upload),
            web.get(ONE + "/versions", self.list_versions),
            web.get(ONE + "/versions/{version}", self.version),
            web.get(ONE + "/deployments", self.list_deployments),
            web.post(ONE + "/deployments", self.deploy),
            web.get(ONE + "/settings", self.settings),
            web.get(ONE + "/script-settings", self.script_settings),
            web.patch(ONE + "/script-settings", self.script_settings),
            web.get(ONE + "/secrets", self.list_secrets),
            web.put(ONE + "/secrets", self.put_secret),
            web.get(ONE + "/subdomain", self.subdomain),
            web.post(ONE + "/subdomain", self.subdomain),
            web.get(ONE + "/schedules", self.schedules),
            web.put(ONE + "/schedules", self.schedules),
        ]

    async def account_subdomain(self, _request: web.Request) -> web.Response:
        """Return the account's subdomain of workers.dev."""
        if self._state.knobs.subdomain is None:
            raise Refused(404, 10007, "There is no workers.dev subdomain for this account")
        return result({"subdomain": self._state.knobs.subdomain})

    async def service(self, request: web.Request) -> web.Response:
        """Return a Worker with where it was deployed from last."""
        script = self._script(request)
        last = {"last_deployed_from": "wrangler", "deployment_id": script.versions[-1]["id"]}
        environment = {"environment": "production", "script": last}
        return result({"id": script.name, "default_environment": environment, "environments": [environment]})

    async def worker(self, request: web.Request) -> web.Response:
        """Return a Worker with its address under workers.dev."""
        script = self._script(request)
        return result({"id": script.name, "name": script.name, "subdomain": script.subdomain})

    async def begin_assets(self, request: web.Request) -> web.Response:
        """Name the files that are not there yet, in buckets, and give a token for them."""
        manifest = (await read_json(request))["manifest"]
        wanted = sorted({entry["hash"] for entry in manifest.values()} - self._state.assets)
        return result({"jwt": SLIP, "buckets": [wanted] if wanted else []})

    async def upload_assets(self, request: web.Request) -> web.Response:
        """Take files, each under its hash."""
        self._state.assets.update(await parts(request))
        return result({"jwt": SLIP})

    async def upload(self, request: web.Request) -> web.Response:
        """Take a version of a Worker; `PUT` deploys it too. Refused as at a start-up that takes too long, if the knobs say so."""
        given = await parts(request)
        metadata: dict[str, Any] = json.loads(given.pop("metadata"))
        self._check(metadata)
        name = request.match_info["script"]
        script = self._state.scripts.setdefault(name, Script(name))
        kept = {each["name"]: each for each in script.bindings()}
        metadata["bindings"] = [
            {**kept.get(each["name"], {}), "name": each["name"]} if each.get("type") == "inherit" else each
            for each in metadata.get("bindings", [])
        ]
        version = {
            "id": str(uuid.uuid4()),
            "number": len(script.versions) + 1,
            "metadata": metadata,
            "parts": sorted(given),
            "at": now(),
        }
        script.versions.append(version)
        if request.method == "PUT":
            script.deployments.append(_deployment([{"version_id": version["id"], "percentage": 100}]))
        return result({"id": name, "tag": "t", "etag": "e", "startup_time_ms": 300, **_shown(version)})

    async def list_versions(self, request: web.Request) -> web.Response:
        """List the versions, newest first."""
        return result({"items": [_shown(each) for each in reversed(self._script(request).versions)]})

    async def version(self, request: web.Request) -> web.Response:
        """Return one version."""
        wanted = request.match_info["version"]
        for each in self._script(request).versions:
            if each["id"] == wanted:
                return result(_shown(each))
        raise Refused(404, 10007, "The version does not exist.")

    async def list_deployments(self, request: web.Request) -> web.Response:
        """List the deployments, newest first."""
        return result({"deployments": list(reversed(self._script(request).deployments))})

    async def deploy(self, request: web.Request) -> web.Response:
        """Deploy versions by percentages."""
        made = _deployment((await read_json(request))["versions"])
        self._script(request).deployments.append(made)
        return result(made)

    async def settings(self, request: web.Request) -> web.Response:
        """Return the bindings of the version in use."""
        script = self._script(request)
        metadata = script.versions[-1]["metadata"]
        told = {name: metadata.get(name) for name in ("compatibility_date", "compatibility_flags")}
        return result({**told, "bindings": script.bindings(), "tags": [], "usage_model": "standard"})

    async def script_settings(self, request: web.Request) -> web.Response:
        """Return or take the settings that belong to no version."""
        self._script(request)
        return result(await read_json(request) if request.method == "PATCH" else {"logpush": False, "tail_consumers": []})

    async def list_secrets(self, request: web.Request) -> web.Response:
        """List the names of the secrets."""
        return result([{"name": name, "type": "secret_text"} for name in self._script(request).secrets])

    async def put_secret(self, request: web.Request) -> web.Response:
        """Set a secret."""
        asked = await read_json(request)
        self._script(request).secrets[asked["name"]] = asked["text"]
        return result({"name": asked["name"], "type": "secret_text"})

    async def subdomain(self, request: web.Request) -> web.Response:
        """Return or set whether the Worker has an address under workers.dev."""
        script = self._script(request)
        if request.method == "POST":
            script.subdomain.update(await read_json(request))
        return result(script.subdomain)

    async def schedules(self, request: web.Request) -> web.Response:
        """Return or replace the crons."""
        script = self._script(request)
        if request.method == "PUT":
            script.schedules = await read_json(request)
        return result({"schedules": script.schedules})

    def _check(self, metadata: dict[str, Any]) -> None:
        """Refuse an upload as Cloudflare's validation does. Raises: Refused."""
        if not self._state.knobs.startup_allowed:
            raise Refused(400, 10021, STARTUP)
        for binding in metadata.get("bindings", []):
            known: dict[str, tuple[set[str], str]] = {
                "d1": (set(self._state.databases), "id"),
                "kv_namespace": (set(self._state.namespaces), "namespace_id"),
                "r2_bucket": (set(self._state.objects), "bucket_name"),
                "queue": ({each.name for each in self._state.queues.values()}, "queue_name"),
            }
            there, name = known.get(binding["type"], (set(), ""))
            if name and binding.get(name) not in there:
                raise Refused(400, 10021, f"binding {binding['name']} of type {binding['type']} must have a valid `id` specified")

    def _script(self, request: web.Request) -> Script:
        found = self._state.scripts.get(request.match_info["script"])
        if found is None:
            raise Refused(404, 10007, "This Worker does not exist on your account.")
        return found


def _deployment(versions: list[dict[str, Any]]) -> dict[str, Any]:
    return {"id": str(uuid.uuid4()), "strategy": "percentage", "versions": versions, "created_on": now(), "source": "wrangler"}


def _shown(version: dict[str, Any]) -> dict[str, Any]:
    metadata = {"created_on": version["at"], "modified_on": version["at"], "source": "wrangler"}
    shown = {"id": version["id"], "number": version["number"], "metadata": metadata, "annotations": {}}
    return {**shown, "resources": {"bindings": version["metadata"]["bindings"], "script": {}}, "deployment_id": version["id"]}
