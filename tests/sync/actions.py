"""What people, partners, the queue and time do in the state machine, and what befalls the program meanwhile."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

Action = tuple[Any, ...]
Trouble = tuple[str, int, bool] | None

SEEDS = st.integers(0, 2**16)
CARS = st.sampled_from(["A1", "A2"])
PRICES = st.integers(60, 64).map(lambda hundreds: hundreds * 100.0)
CHANGES = st.one_of(
    st.fixed_dictionaries({"price": PRICES}),
    st.fixed_dictionaries({"mileage": st.integers(1, 9)}),
    st.fixed_dictionaries(
        {"location": st.sampled_from(["Row 7", "Service"]), "description": st.sampled_from(["Sale!", "Ask us."])}
    ),
)

DAYS = st.sampled_from(["2025-01-31", "2025-02-01", "2025-02-02"])
BUYERS = st.sampled_from([None, {"name": "Ann Lee"}, {"name": "Bob Ray", "phone": "555"}])
TERMS = st.one_of(
    st.fixed_dictionaries({"price": PRICES}),
    st.fixed_dictionaries({"day": DAYS}),
    st.fixed_dictionaries({"price": PRICES, "customer": BUYERS}),
)

# What people and partners do.
BY_THE_DEALER = st.one_of(
    st.tuples(st.just("sell"), CARS, PRICES),
    st.tuples(st.just("void"), SEEDS),
    st.tuples(st.just("edit"), CARS, CHANGES),
    st.tuples(st.just("correct"), SEEDS, TERMS),
)
BY_THE_DMS = st.one_of(
    st.tuples(st.just("dms changes"), CARS, CHANGES),
    st.tuples(st.just("dms announces"), CARS, st.sampled_from(["added", "updated"])),
    st.tuples(st.just("webhook arrives"), SEEDS, st.booleans()),
    st.tuples(st.just("webhook arrives"), SEEDS, st.booleans()),
)
BY_THE_QUEUE = st.one_of(
    st.tuples(st.just("deliver"), st.sampled_from([1, 2, 30]), SEEDS),
    st.tuples(st.just("deliver all")),
    st.tuples(st.just("minute")),
)
RARELY = st.one_of(
    st.tuples(st.just("pull")),
    st.tuples(st.just("hour")),
    st.tuples(st.just("retry all")),
    st.tuples(st.just("dms sells"), CARS, PRICES),
    st.tuples(st.just("dms undoes"), CARS),
    st.tuples(st.just("pay"), SEEDS, st.booleans()),
    st.tuples(st.just("answer"), SEEDS, PRICES),
    st.tuples(st.just("late work")),
    st.tuples(st.just("key"), st.booleans()),
    st.tuples(st.just("poison"), st.sampled_from(["null", '{"type":"task","id":"gone"}', '{"type":"sale"}'])),
    st.tuples(st.just("queue errs"), SEEDS, st.sampled_from(["drop", "repeat", "early"])),
    st.tuples(st.just("queue errs"), SEEDS, st.sampled_from(["drop", "repeat", "early"])),
)
# What becomes of a car that is sold.
AFTER_A_SALE = st.one_of(
    st.tuples(st.just("dms corrects"), CARS, TERMS, st.booleans()),
    st.tuples(st.just("dms corrects"), CARS, TERMS, st.booleans()),
    st.tuples(st.just("dms takes back"), CARS, st.sampled_from(["other number", "other number, dated", "dated"]), st.booleans()),
    st.tuples(st.just("pay"), SEEDS, st.booleans()),
    st.tuples(st.just("webhook arrives"), SEEDS, st.booleans()),
)
TIME = st.tuples(st.just("time"), st.sampled_from([0.1, 5.0, 61.0, 61.0, 130.0, 4000.0, 90_000.0]))
ANYTHING = st.one_of(BY_THE_DEALER, BY_THE_DEALER, BY_THE_DMS, BY_THE_QUEUE, BY_THE_QUEUE, TIME, RARELY)

# What befalls the program in a step: nothing mostly, or a kill or a locked database at one of its calls.
TROUBLE = st.one_of(
    st.none(),
    st.none(),
    st.tuples(st.sampled_from(["kill", "lock"]), st.integers(1, 14), st.booleans()),
)
FAULTS = st.sampled_from(
    ["lost_answer", "stall", "late", "truncate", "html", "error_body", "reset", "status", "done_but_500", "rate_limit", "outage"]
)
FAULT_RULES: dict[str, dict[str, Any]] = {
    "late": {"fault": "stall", "stall_before_work": True},
    "done_but_500": {"fault": "status", "after_work": True},
    "rate_limit": {"fault": "rate_limit", "retry_after_s": 90},
}
