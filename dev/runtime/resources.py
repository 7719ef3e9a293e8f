"""What a deploy needs in the account: the database, the KV namespace, the bucket, the queues. Each is looked up, then created.

wrangler creates them too, but stumbles over a KV namespace that an earlier, failed deploy left behind (error 10014; workers-sdk
issues 8721, 13242, 14284). Looked up here, every deploy can be repeated, and everything that is refused is told at once.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

from runtime.cloudflare import Account, ApiError
from runtime.remedies import explained

# The codes of "there is none".
NO_DATABASE, NO_BUCKET, NO_WORKER, NO_ADDRESS = 7404, 10006, 10007, 10063


def tell(text: str) -> None:
    """Print a line of progress."""
    print(f"[deploy] {text}", flush=True)


def prepare(account: Account, config: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Look up or create everything; return the configuration with the ids in it, and a line for each that was refused."""
    ready: dict[str, Any] = copy.deepcopy(dict(config))
    refused: list[str] = []

    def attempt(what: str, work: Callable[..., None], *arguments: Any) -> None:
        try:
            work(account, *arguments)
        except ApiError as error:
            refused.append(f"{what}: {explained(error)}")

    bound = bound_namespaces(account, config["name"]) if config.get("kv_namespaces") else {}
    for database in ready.get("d1_databases", []):
        attempt(f"D1 database {database['database_name']}", find_database, database)
    for namespace in ready.get("kv_namespaces", []):
        attempt("KV namespace", find_namespace, config["name"], namespace, bound)
    for bucket in ready.get("r2_buckets", []):
        attempt(f"R2 bucket {bucket['bucket_name']}", find_bucket, bucket["bucket_name"])
    for queue in ready.get("queues", {}).get("producers", []):
        attempt(f"queue {queue['queue']}", find_queue, queue["queue"])
    if ready.get("workers_dev"):
        attempt("workers.dev address", require_address)
    return ready, refused


def find_database(account: Account, database: dict[str, Any]) -> None:
    """Write the database's id into its entry. Raises: ApiError."""
    name = database["database_name"]
    if database.get("database_id"):
        return
    try:
        database["database_id"] = account.call("GET", f"/d1/database/{name}")["uuid"]
    except ApiError as error:
        if error.code != NO_DATABASE and error.status != 404:
            raise
        tell(f"creating the database {name}")
        database["database_id"] = account.call("POST", "/d1/database", {"name": name})["uuid"]


def bound_namespaces(account: Account, worker: str) -> dict[str, str]:
    """Return the ids of the KV namespaces that the deployed Worker uses, by binding; none before the first deploy."""
    try:
        bindings = account.call("GET", f"/workers/scripts/{worker}/settings")["bindings"]
    except ApiError:
        return {}  # The check of the secrets, before this, told what is wrong with the token.
    return {each["name"]: each["namespace_id"] for each in bindings if each["type"] == "kv_namespace"}


def find_namespace(account: Account, worker: str, namespace: dict[str, Any], bound: Mapping[str, str]) -> None:
    """Write the KV namespace's id into its entry: the one in use, else the one named as by wrangler. Raises: ApiError."""
    if namespace.get("id"):
        return
    binding = namespace["binding"]
    title = f"{worker}-{binding.lower().replace('_', '-')}"
    known = bound.get(binding) or {each["title"]: each["id"] for each in account.every("/storage/kv/namespaces")}.get(title)
    if not known:
        tell(f"creating the KV namespace {title}")
        known = account.call("POST", "/storage/kv/namespaces", {"title": title})["id"]
    namespace["id"] = known


def require_address(account: Account) -> None:
    """Ask whether the account has a name under workers.dev, which is chosen in the dashboard. Raises: ApiError."""
    try:
        account.call("GET", "/workers/subdomain")
    except ApiError as error:
        if error.code != NO_WORKER:
            raise
        # Cloudflare's code for "there is none" is the same for Workers and for this.
        raise ApiError(error.method, error.path, error.status, NO_ADDRESS, error.message) from error


def find_bucket(account: Account, name: str) -> None:
    """Create the bucket when there is none. Raises: ApiError."""
    try:
        account.call("GET", f"/r2/buckets/{name}")
    except ApiError as error:
        if error.code != NO_BUCKET:
            raise
        tell(f"creating the bucket {name}")
        account.call("POST", "/r2/buckets", {"name": name})


def find_queue(account: Account, name: str) -> None:
    """Create the queue when there is none. Raises: ApiError."""
    if all(each["queue_name"] != name for each in account.every("/queues", name=name)):
        tell(f"creating the queue {name}")
        # Nothing but the name: on the free plan a queue keeps messages for a day, and a longer time is refused
        # (workers-sdk issue 12460).
        account.call("POST", "/queues", {"queue_name": name})
