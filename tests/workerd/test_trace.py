"""A request's id on the real runtime: in the answer, and in the log line of each task that the queue delivers for it."""

from __future__ import annotations

import re
from typing import Any

from pydantic import TypeAdapter

from support.running import Partners, Worker, wait_until

LINE = re.compile(r'\{"event":.*\}')
FIELDS = TypeAdapter(dict[str, Any])


def lines(worker: Worker, event: str) -> list[dict[str, Any]]:
    """The log lines of one kind."""
    found = [FIELDS.validate_json(match[0]) for match in LINE.finditer(worker.said())]
    return [line for line in found if line["event"] == event]


def test_what_the_queue_does_is_done_in_the_name_of_a_request(worker: Worker, partners: Partners) -> None:
    partners.sim("POST", "reset")
    answer = worker.client.post("/api/integrations/wayne-reeves/sync")
    request_id = answer.headers["x-request-id"]
    run_id = answer.json()["runId"]
    worker.finished(run_id)
    wait_until(lambda: any(line.get("request") == request_id for line in lines(worker, "task")), 10, "the task's line names it")
    others = worker.client.get("/api/health").headers["x-request-id"]
    assert others != request_id
    wait_until(lambda: any(line["request"] == others for line in lines(worker, "request")), 10, "each request has its own")
