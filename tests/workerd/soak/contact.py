"""A Worker that dies and is started again, and what is asked of it until it answers."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx

from support.running import Worker
from workerd.soak.plan import Kill

MOST_TRIES = 8
MINUTE, HOUR = "* * * * *", "0 * * * *"


class Contact:
    """Asks the Worker, and asks again when it was killed over it. `mistakes` are answers that nobody should ever get."""

    def __init__(self, worker: Worker, say: Callable[[str], None]) -> None:
        self.worker = worker
        self.requests = 0
        self.unanswered = 0
        self.kills = 0
        self.mistakes: list[str] = []
        self.say = say
        self._killer: threading.Thread | None = None
        self._down_s = 0.0
        self._pair = ThreadPoolExecutor(2)

    @contextlib.contextmanager
    def peril(self, kill: Kill | None) -> Iterator[None]:
        """While something is asked, or just after, the Worker is killed; then it is started again."""
        if kill is None:
            yield
            return
        self._down_s = kill.down_s
        self._killer = threading.Timer(kill.delay_s, self.worker.kill)
        self._killer.start()
        yield
        self.revive()

    def revive(self) -> None:
        """If the Worker is to die or dead: see it dead, start it, fire the crons."""
        if self._killer is None:
            return
        self._killer.join()
        self._killer = None
        self.kills += 1
        if self._down_s:
            self.worker.pass_time(self._down_s)
        began = time.monotonic()
        self.worker.run()
        self.say(f"killed {self.kills}, back after {time.monotonic() - began:.1f} s")
        self.tick(HOUR)
        self.tick(MINUTE)

    def ask(self, method: str, path: str, content: Any = None, *, twice: bool = False) -> httpx.Response:
        """Its answer, however often it has to be asked. `twice`: the same request is sent twice at once."""
        for _ in range(MOST_TRIES):
            if answers := self._send(method, path, content, 2 if twice else 1):
                return min(answers, key=lambda answer: answer.status_code)
            self.unanswered += 1
            self.revive()
            time.sleep(0.2)
        raise TimeoutError(f"no answer to {method} {path}")

    def ask_once(self, method: str, path: str, content: Any = None) -> httpx.Response | None:
        """Its answer; `None`: there was none, and what was asked may have been done or not."""
        answers = self._send(method, path, content, 1)
        if not answers:
            self.unanswered += 1
            self.revive()
        return answers[0] if answers else None

    def post_event(self, path: str, body: bytes, headers: dict[str, str]) -> int | None:
        """The status of a webhook's answer; `None`: there was none."""
        self.requests += 1
        try:
            answer = self.worker.client.post(path, content=body, headers=headers)
        except httpx.TransportError:
            self.unanswered += 1
            return None
        return self._judged(answer, f"POST {path}")

    def tick(self, cron: str) -> None:
        """Fire a cron, which has no answer that anybody waits for."""
        with contextlib.suppress(httpx.TransportError, AssertionError):
            self.worker.tick(cron)

    def close(self) -> None:
        """Wait for whatever is on its way."""
        if self._killer:
            self._killer.join()
        self._pair.shutdown()

    def _send(self, method: str, path: str, content: Any, times: int) -> list[httpx.Response]:
        return [
            answer for answer in self._pair.map(lambda _: self._once(method, path, content), range(times)) if answer is not None
        ]

    def _once(self, method: str, path: str, content: Any) -> httpx.Response | None:
        self.requests += 1
        try:
            answer = self.worker.client.request(method, path, json=content)
        except httpx.TransportError:
            return None
        return answer if self._judged(answer, f"{method} {path}") is not None else None

    def _judged(self, answer: httpx.Response, what: str) -> int | None:
        """Its status; `None`: it is to be asked again.

        While the Worker dies, wrangler's proxy answers 5xx in its stead, without a problem document. Of ours, 503 alone is right.
        """
        if not answer.is_server_error:
            return answer.status_code
        ours = answer.headers.get("content-type", "").startswith("application/problem+json")
        if ours and answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
            self.mistakes.append(f"{answer.status_code} to {what}: {answer.text[:300]}")
        return None
