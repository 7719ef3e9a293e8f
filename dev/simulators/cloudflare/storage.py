"""KV namespaces, R2 buckets and objects, queues and their consumers.

Source: developers.cloudflare.com/api/resources/kv, .../r2, .../queues. Codes: 10014 and 10042 as in workers-sdk issues 8721 and
2877, 100129 as in 11210, 10006 (no such bucket) and 11000 (no such queue) as wrangler 4.164 reads them.
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from simulators.cloudflare.answers import Refused, page, result
from simulators.cloudflare.state import Queue, State, new_id
from simulators.partner import read_json

BASE = "/client/v4/accounts/{account}"
UPGRADE = (
    "Queues are unavailable on the free plan. Please upgrade to a Workers Paid plan to create and use Queues: "
    "https://dash.cloudflare.com/{account}/workers/plans"
)


class Storage:
    """The endpoints of KV, R2 and Queues."""

    def __init__(self, state: State) -> None:
        self._state = state

    def routes(self) -> list[web.RouteDef]:
        """Return the endpoints."""
        buckets, queues, namespaces = f"{BASE}/r2/buckets", f"{BASE}/queues", f"{BASE}/storage/kv/namespaces"
        return [
            web.get(namespaces, self.list_namespaces),
            web.post(namespaces, self.create_namespace),
            web.get(buckets, self.list_buckets),
            web.post(buckets, self.create_bucket),
            web.get(buckets + "/{bucket}", self.look_up_bucket),
            web.put(buckets + "/{bucket}/objects/{key:.+}", self.put_object),
            web.get(buckets + "/{bucket}/objects/{key:.+}", self.get_object),
            web.get(queues, self.list_queues),
            web.post(queues, self.create_queue),
            web.get(queues + "/{queue}/consumers", self.list_consumers),
            web.post(queues + "/{queue}/consumers", self.add_consumer),
            web.put(queues + "/{queue}/consumers/{consumer}", self.change_consumer),
        ]

    async def list_namespaces(self, request: web.Request) -> web.Response:
        """List the KV namespaces."""
        every = [{"id": key, "title": title, "supports_url_encoding": True} for key, title in self._state.namespaces.items()]
        return page(every, request)

    async def create_namespace(self, request: web.Request) -> web.Response:
        """Create a KV namespace."""
        title = (await read_json(request))["title"]
        if title in self._state.namespaces.values():
            raise Refused(400, 10014, "create namespace: 'a namespace with this account ID and title already exists'")
        made = new_id()
        self._state.namespaces[made] = title
        return result({"id": made, "title": title, "supports_url_encoding": True})

    async def list_buckets(self, _request: web.Request) -> web.Response:
        """List the buckets."""
        self._require_r2()
        return result({"buckets": [{"name": name} for name in self._state.objects]})

    async def create_bucket(self, request: web.Request) -> web.Response:
        """Create a bucket."""
        self._require_r2()
        name = (await read_json(request))["name"]
        if name in self._state.objects:
            raise Refused(409, 10004, "The bucket you tried to create already exists, and you own it.")
        self._state.objects[name] = {}
        return result({"name": name})

    async def look_up_bucket(self, request: web.Request) -> web.Response:
        """Return one bucket."""
        self._bucket(request)
        return result({"name": request.match_info["bucket"]})

    async def put_object(self, request: web.Request) -> web.Response:
        """Store an object with its content type."""
        kind = request.headers.get("content-type", "application/octet-stream")
        self._bucket(request)[request.match_info["key"]] = (await request.read(), kind)
        return result({"key": request.match_info["key"]})

    async def get_object(self, request: web.Request) -> web.Response:
        """Give an object, as it is."""
        found = self._bucket(request).get(request.match_info["key"])
        if found is None:
            raise Refused(404, 10007, "The specified key does not exist.")
        return web.Response(body=found[0], headers={"content-type": found[1]})

    async def list_queues(self, request: web.Request) -> web.Response:
        """List the queues, by `name` if it is given."""
        wanted = request.query.get("name")
        return page([described(each) for each in self._state.queues.values() if wanted in (None, each.name)], request)

    async def create_queue(self, request: web.Request) -> web.Response:
        """Create a queue."""
        if not self._state.knobs.queues_allowed:
            raise Refused(403, 100129, UPGRADE.format(account=request.match_info["account"]))
        name = (await read_json(request))["queue_name"]
        if any(each.name == name for each in self._state.queues.values()):
            raise Refused(409, 11009, f"Queue name '{name}' is already taken. Please use a different name and try again.")
        made = Queue(name)
        self._state.queues[made.id] = made
        return result(described(made))

    async def list_consumers(self, request: web.Request) -> web.Response:
        """List the consumers of a queue."""
        return result(list(self._queue(request).consumers.values()))

    async def add_consumer(self, request: web.Request) -> web.Response:
        """Connect a Worker to a queue. A queue has one consumer."""
        queue = self._queue(request)
        if queue.consumers:
            raise Refused(409, 11004, f"Queue {queue.name} already has a consumer.")
        return self._consume(queue, new_id(), await read_json(request))

    async def change_consumer(self, request: web.Request) -> web.Response:
        """Change a consumer."""
        return self._consume(self._queue(request), request.match_info["consumer"], await read_json(request))

    def _consume(self, queue: Queue, consumer: str, asked: dict[str, Any]) -> web.Response:
        letter = asked.get("dead_letter_queue")
        if letter and all(each.name != letter for each in self._state.queues.values()):
            raise Refused(404, 11000, f"The dead letter queue {letter} does not exist.")
        asked.setdefault("script", asked.get("script_name"))
        queue.consumers[consumer] = {**asked, "consumer_id": consumer, "queue_name": queue.name}
        return result(queue.consumers[consumer])

    def _require_r2(self) -> None:
        if not self._state.knobs.r2_enabled:
            raise Refused(403, 10042, "Please enable R2 through the Cloudflare Dashboard.")

    def _bucket(self, request: web.Request) -> dict[str, tuple[bytes, str]]:
        self._require_r2()
        found = self._state.objects.get(request.match_info["bucket"])
        if found is None:
            raise Refused(404, 10006, "The specified bucket does not exist.")
        return found

    def _queue(self, request: web.Request) -> Queue:
        found = self._state.queues.get(request.match_info["queue"])
        if found is None:
            raise Refused(404, 11000, "The specified queue does not exist.")
        return found


def described(queue: Queue) -> dict[str, Any]:
    """Return a queue as a list shows it."""
    consumers = list(queue.consumers.values())
    return {
        "queue_id": queue.id,
        "queue_name": queue.name,
        "created_on": "2026-01-01T00:00:00Z",
        "modified_on": "2026-01-01T00:00:00Z",
        "producers": [],
        "producers_total_count": 0,
        "consumers": consumers,
        "consumers_total_count": len(consumers),
        "settings": {"delivery_delay": 0, "message_retention_period": 345600},
    }
