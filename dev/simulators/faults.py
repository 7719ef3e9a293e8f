"""The fault knobs of one partner: random rates from a seeded generator, an outage, and a script of one-shot rules."""

import random
import re
from collections import Counter
from fnmatch import fnmatchcase
from hashlib import sha256
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

Kind = Literal[
    "none",
    "status",
    "rate_limit",
    "stall",
    "truncate",
    "lost_answer",
    "reset",
    "outage",
    "refuse",
    "error_body",
    "html",
    "empty",
    "xml",
    "altered",
]
TruncateMode = Literal["length", "json"]
Rate = float
WORK_DONE = ("stall", "truncate", "lost_answer", "empty", "xml", "altered", "none")


def _pattern(text: str) -> str:
    """Return a regular expression. Raises: ValueError when it is none."""
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    return text


class Fault(BaseModel):
    """One fault, with everything needed to apply it."""

    model_config = ConfigDict(extra="forbid")

    fault: Kind = Field(
        description="none: respond normally. status: respond with `status`. rate_limit: 429. stall: delay the response. "
        "truncate: cut the response. lost_answer: do the work, then drop the connection. reset: drop it before the work. "
        "outage: 503. refuse: drop the connection. error_body: 200 with an error inside. html: 200 with a web page. "
        "empty: do the work, then respond 200 without a body. xml: do the work, then respond with XML. "
        "altered: do the work, then respond with the partner's response after `replace`."
    )
    status: int = Field(default=500, ge=200, le=599, description="for `status`: the status of the response")
    body: Any = Field(default=None, description="for `status` and `error_body`: JSON instead of the usual error")
    text: str | None = Field(default=None, description="for `status`: text instead of the usual error, such as a gateway's XML")
    content_type: str = Field(default="text/plain", description="of that text")
    replace: dict[str, str] = Field(
        default_factory=dict, description="for `altered`: regular expressions, each with what stands in place of its matches"
    )
    retry_after_s: float | None = Field(
        default=None,
        ge=0,
        description="Retry-After of status, rate_limit and outage; rate_limit sends 1 by default",
    )
    stall_s: float = Field(default=30.0, ge=0, description="for `stall`: delay of the response in seconds")
    stall_before_work: bool = Field(default=False, description="for `stall`: do the work only after the pause")
    truncate_mode: TruncateMode = Field(
        default="json",
        description="length: Content-Length is larger than the body; json: cut in the middle, with a correct length",
    )
    after_work: bool = Field(
        default=False,
        description="for `status`, `error_body` and `html`: do the work first, then respond with the error",
    )

    @field_validator("replace")
    @classmethod
    def _patterns_are_patterns(cls, replace: dict[str, str]) -> dict[str, str]:
        for pattern in replace:
            _pattern(pattern)
        return replace

    def does_work(self) -> bool:
        """Return whether the partner's handler runs despite this fault."""
        return self.fault in WORK_DONE or self.after_work


class ScriptRule(Fault):
    """A fault for chosen requests. A request that one rule takes is not counted by the rules after it."""

    method: str | None = Field(default=None, description="HTTP method; any by default")
    path: str | None = Field(default=None, description="path with * and ? as wildcards; any by default")
    query: str | None = Field(default=None, description="regular expression that the decoded query has; any by default")
    body_has: str | None = Field(default=None, description="text that the body of the request has; any by default")
    body_lacks: str | None = Field(default=None, description="text that the body of the request does not have")
    nth: int = Field(default=1, ge=1, description="apply from the nth matching request on, counted from 1")
    times: int = Field(default=1, ge=1, description="apply to this many matching requests in a row")
    seen: int = Field(default=0, ge=0, description="matching requests counted so far")

    @field_validator("query")
    @classmethod
    def _query_is_a_pattern(cls, query: str | None) -> str | None:
        return query if query is None else _pattern(query)

    def takes(self, method: str, path: str, query: str, body: bytes) -> bool:
        """Count the request if it matches, and return whether the rule applies to it."""
        if self.seen >= self.nth - 1 + self.times or not self._matches(method, path, query, body.decode("utf-8", "replace")):
            return False
        self.seen += 1
        return self.seen >= self.nth

    def _matches(self, method: str, path: str, query: str, body: str) -> bool:
        if self.method is not None and self.method.upper() != method:
            return False
        if self.path is not None and not fnmatchcase(path, self.path):
            return False
        if self.query is not None and not re.search(self.query, query):
            return False
        if self.body_has is not None and self.body_has not in body:
            return False
        return self.body_lacks is None or self.body_lacks not in body


class FaultSettings(BaseModel):
    """All knobs of one partner. A rate is the share of requests with that fault, from 0 to 1; the rates add up to at most 1."""

    model_config = ConfigDict(extra="forbid")

    seed: int | None = Field(default=None, description="seed of the draw, by default the process's; setting knobs restarts it")
    error_rate: Rate = Field(default=0, ge=0, le=1, description="responds with one of error_statuses, without doing the work")
    error_statuses: list[int] = Field(default=[500, 502, 503], min_length=1, description="statuses drawn for error_rate")
    rate_limit_rate: Rate = Field(default=0, ge=0, le=1, description="responds with 429 and Retry-After")
    retry_after_s: float = Field(default=1, ge=0, description="seconds in that Retry-After")
    stall_rate: Rate = Field(default=0, ge=0, le=1, description="does the work, then delays the response by stall_s")
    stall_s: float = Field(default=30, ge=0, description="delay of a stall in seconds")
    stall_before_work: bool = Field(default=False, description="a stalled request does its work after the delay, not before it")
    truncate_rate: Rate = Field(default=0, ge=0, le=1, description="cuts the response in the middle")
    truncate_mode: TruncateMode | None = Field(default=None, description="length or json; drawn for each request by default")
    lost_answer_rate: Rate = Field(default=0, ge=0, le=1, description="does the work, then drops the connection")
    reset_rate: Rate = Field(default=0, ge=0, le=1, description="drops the connection before the work")
    error_body_rate: Rate = Field(default=0, ge=0, le=1, description='200 with {"error": ...}, without doing the work')
    html_rate: Rate = Field(default=0, ge=0, le=1, description="200 with an HTML page, without doing the work")
    empty_rate: Rate = Field(default=0, ge=0, le=1, description="does the work, then responds 200 without a body")
    xml_rate: Rate = Field(default=0, ge=0, le=1, description="does the work, then responds with XML regardless of Accept")
    by_request: bool = Field(
        default=False,
        description="draw by the content of a request and how often it was sent, not by its position in the sequence: "
        "the same requests get the same faults regardless of other requests",
    )
    rates_path: str | None = Field(
        default=None, description="the rates strike only this path (* and ? as wildcards); all paths by default"
    )
    outage: bool | Literal["refuse"] = Field(default=False, description='true: 503 for everything; "refuse": drop connections')
    script: list[ScriptRule] = Field(default_factory=list, description="one-shot rules, checked before the rates")

    @model_validator(mode="after")
    def _rates_fit(self) -> "FaultSettings":
        total = sum(rate for _, rate in self.rates())
        if total > 1 + 1e-9:
            raise ValueError(f"the rates add up to {total:g}, more than 1")
        return self

    def rates(self) -> list[tuple[Kind, float]]:
        """Return each kind with its rate, in the fixed order of the draw."""
        return [
            ("status", self.error_rate),
            ("rate_limit", self.rate_limit_rate),
            ("stall", self.stall_rate),
            ("truncate", self.truncate_rate),
            ("lost_answer", self.lost_answer_rate),
            ("reset", self.reset_rate),
            ("error_body", self.error_body_rate),
            ("html", self.html_rate),
            ("empty", self.empty_rate),
            ("xml", self.xml_rate),
        ]


class FaultPlan:
    """Decide for each request of one partner which fault it gets. The same seed and requests give the same faults."""

    def __init__(self, partner: str, seed: int) -> None:
        self._partner = partner
        self._process_seed = seed
        self.apply(FaultSettings())

    def apply(self, settings: FaultSettings) -> None:
        """Replace all knobs, and restart the draw and the counts."""
        self.settings = settings
        self.struck: Counter[str] = Counter()
        seed = self._process_seed if settings.seed is None else settings.seed
        # The name is part of the seed, so that two partners with one seed do not fail in step.
        self._seed = f"{self._partner}:{seed}"
        self._random = random.Random(self._seed)
        self._asked: Counter[str] = Counter()

    def next_fault(self, method: str, path: str, query: str, body: bytes) -> Fault | None:
        """Return the fault for the next request, or None. The script comes first, then the outage, then the rates.

        `query` is decoded.
        """
        fault = self._choose(method, path, query, body)
        if fault is not None:
            self.struck[fault.fault] += 1
        return fault

    def _choose(self, method: str, path: str, query: str, body: bytes) -> Fault | None:
        for rule in self.settings.script:
            if rule.takes(method, path, query, body):
                return rule
        if self.settings.outage:
            return Fault(fault="refuse" if self.settings.outage == "refuse" else "outage")
        if self.settings.rates_path is not None and not fnmatchcase(path, self.settings.rates_path):
            return None
        return self._draw(self._dice(method, path, query.encode() + body))

    def _dice(self, method: str, path: str, content: bytes) -> random.Random:
        if not self.settings.by_request:
            return self._random
        asked = f"{method} {path} {sha256(content).hexdigest()}"
        self._asked[asked] += 1
        return random.Random(f"{self._seed}:{asked}:{self._asked[asked]}")

    def _draw(self, dice: random.Random) -> Fault | None:
        # Draw twice for every request, so that the fault of a request depends only on its position.
        where, detail = dice.random(), dice.random()
        knobs = self.settings
        for kind, rate in knobs.rates():
            if where < rate:
                return Fault(
                    fault=kind,
                    status=knobs.error_statuses[int(detail * len(knobs.error_statuses))],
                    retry_after_s=knobs.retry_after_s if kind == "rate_limit" else None,
                    stall_s=knobs.stall_s,
                    stall_before_work=knobs.stall_before_work,
                    truncate_mode=knobs.truncate_mode or ("length" if detail < 0.5 else "json"),
                )
            where -= rate
        return None
