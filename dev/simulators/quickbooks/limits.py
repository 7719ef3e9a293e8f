"""The request limits of a company, and the counts that show whether a client respects them."""

from collections import Counter, deque

from simulators.quickbooks.clock import Clock
from simulators.quickbooks.knobs import Knobs

WINDOW_S = 60.0


class Traffic:
    """The requests of one company: those under way, those of the last minute, and the maximum of both."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._arrivals: deque[float] = deque()
        self._admitted: deque[float] = deque()
        self._batches: deque[float] = deque()
        self.at_once = 0
        self.most_at_once = 0
        self.most_a_minute = 0
        self.requests = 0
        self.throttled = 0
        self.operations: Counter[str] = Counter()

    def arrive(self, method: str, path: str, knobs: Knobs) -> bool:
        """Count a request in; return False when it exceeds a limit. Each `arrive` needs a `leave`. `path` follows the company."""
        now = self._clock.now()
        self.requests += 1
        batch = path == "batch"
        self.operations[f"{method} {path.partition('/')[0].lower()}"] += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        for window in (self._arrivals, self._admitted, self._batches):
            while window and window[0] <= now - WINDOW_S:
                window.popleft()
        self._arrivals.append(now)
        self.most_a_minute = max(self.most_a_minute, len(self._arrivals))
        over = self.at_once > knobs.requests_at_once or len(self._admitted) >= knobs.requests_a_minute
        if over or (batch and len(self._batches) >= knobs.batches_a_minute):
            self.throttled += 1
            return False
        self._admitted.append(now)
        if batch:
            self._batches.append(now)
        return True

    def leave(self) -> None:
        """Count a request out."""
        self.at_once -= 1

    def shown(self) -> dict[str, object]:
        """Return the counts, for `GET /_sim/quickbooks/traffic`."""
        return {
            "requests": self.requests,
            "operations": dict(self.operations),
            "throttled": self.throttled,
            "most_at_once": self.most_at_once,
            "most_a_minute": self.most_a_minute,
        }
