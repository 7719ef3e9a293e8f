"""The query language of the Accounting API, parsed and checked.

Source: Intuit, "Query operations and syntax": AND only, no projections, `\\'` escapes, words and values in any case.
"""

import re
from dataclasses import dataclass, field

from simulators.quickbooks import refusals
from simulators.quickbooks.kinds import KINDS, Kind

MOST_RESULTS = 1000
DEFAULT_RESULTS = 100
TOKEN = re.compile(r"\s*(?:('(?:\\.|[^'\\])*')|(<=|>=|!=|[=<>(),*])|([A-Za-z_][\w.]*)|(-?\d[\w.:+-]*))")
UNKNOWN = re.compile(r"[^\x00-\xff]")
OPERATORS = ("=", "<", ">", "<=", ">=", "!=", "IN", "LIKE")
ONLY_EQUAL = ("=", "IN")


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison; `values` has one value unless the operator is IN."""

    name: str
    operator: str
    values: list[str]


@dataclass(slots=True)
class Query:
    """A parsed query. `order` has each property with whether it descends."""

    kind: Kind
    count: bool
    where: list[Condition] = field(default_factory=list)
    order: list[tuple[str, bool]] = field(default_factory=list)
    start: int = 1
    most: int = DEFAULT_RESULTS


def parse(text: str) -> Query:
    """Return the parsed query. Raises: Refused when it is not a query, or not a supported one.

    The real parser knows no characters above U+00FF: https://github.com/intuit/QuickBooks-V3-PHP-SDK/issues/397.
    """
    if strange := UNKNOWN.search(text):
        character = strange[0].encode("utf-16-be")[:2].hex()
        place = f"Lexical error at line 1, column {strange.start() + 1}."
        raise refusals.bad_query(f'Invalid content. {place}  Encountered: "\\u{character}" ({ord(strange[0])})')
    return _Parser(_words(text)).query()


def _words(text: str) -> list[str]:
    words, place = [], 0
    text = text.strip()
    while place < len(text):
        found = TOKEN.match(text, place)
        if found is None:
            raise refusals.bad_query(f"Lexical error at line 1, column {place + 1}. Encountered: {text[place : place + 1]!r}")
        words.append(found[0].strip())
        place = found.end()
    return words


class _Parser:
    """A recursive-descent parser for the words of one query."""

    def __init__(self, words: list[str]) -> None:
        self._words = words
        self._place = 0

    def query(self) -> Query:
        self._need("SELECT")
        count = self._columns()
        self._need("FROM")
        name = self._take("an entity")
        if name.lower() not in KINDS:
            raise refusals.invalid_query(f"Entity {name} is not supported")
        query = Query(KINDS[name.lower()], count)
        while self._place < len(self._words):
            self._clause(query)
        return query

    def _columns(self) -> bool:
        if self._skip("COUNT"):
            for word in ("(", "*", ")"):
                self._need(word)
            return True
        self._need("*")
        while self._skip(","):
            self._take("a property")  # `SELECT *, Sku` adds nothing here: all properties are served
        return False

    def _clause(self, query: Query) -> None:
        if self._skip("WHERE") and not query.where:
            query.where.append(self._condition(query.kind))
            while self._skip("AND"):
                query.where.append(self._condition(query.kind))
        elif self._skip("ORDERBY") or (self._skip("ORDER") and self._skip("BY")):
            query.order.append(self._ordering(query.kind))
            while self._skip(","):
                query.order.append(self._ordering(query.kind))
        elif self._skip("STARTPOSITION"):
            query.start = self._number("STARTPOSITION")
        elif self._skip("MAXRESULTS"):
            query.most = self._number("MAXRESULTS")
            if query.most > MOST_RESULTS:
                raise refusals.invalid_query(f"value {query.most} is too large. Max allowed value is {MOST_RESULTS}.")
        else:
            raise self._unexpected()

    def _condition(self, kind: Kind) -> Condition:
        name = self._property(kind)
        operator = self._take("an operator").upper()
        if operator not in OPERATORS:
            raise refusals.bad_query(f'Encountered "{operator}". Was expecting one of: {", ".join(OPERATORS)}')
        if name == "Id" and operator not in ONLY_EQUAL:
            raise refusals.invalid_query(f"Property Id does not support the operator {operator}")
        if operator != "IN":
            return Condition(name, operator, [self._value()])
        self._need("(")
        values = [self._value()]
        while self._skip(","):
            values.append(self._value())
        self._need(")")
        return Condition(name, operator, values)

    def _ordering(self, kind: Kind) -> tuple[str, bool]:
        name = self._property(kind)
        if self._skip("DESC"):
            return name, True
        self._skip("ASC")
        return name, False

    def _property(self, kind: Kind) -> str:
        name = self._take("a property")
        if name.lower() not in kind.filters:
            raise refusals.invalid_query(f"Property {name} not found for Entity {kind.name}")
        return kind.filters[name.lower()]

    def _value(self) -> str:
        word = self._take("a value")
        if word.startswith("'"):
            return re.sub(r"\\(.)", r"\1", word[1:-1])
        if word in ("(", ")", ",", "*") or word in OPERATORS:
            self._place -= 1
            raise self._unexpected()
        return word

    def _number(self, name: str) -> int:
        word = self._take("a number")
        if not (word.isascii() and word.isdecimal()) or int(word) < 1:
            raise refusals.bad_query(f'Encountered "{word}" after {name}. Was expecting a positive number')
        return int(word)

    def _take(self, wanted: str) -> str:
        if self._place >= len(self._words):
            raise refusals.bad_query(f'Encountered "<EOF>". Was expecting {wanted}')
        self._place += 1
        return self._words[self._place - 1]

    def _skip(self, word: str) -> bool:
        if self._place < len(self._words) and self._words[self._place].upper() == word:
            self._place += 1
            return True
        return False

    def _need(self, word: str) -> None:
        if not self._skip(word):
            raise self._unexpected(word)

    def _unexpected(self, wanted: str | None = None) -> refusals.Refused:
        word = self._words[self._place] if self._place < len(self._words) else "<EOF>"
        return refusals.bad_query(f'Encountered "{word}"' + (f'. Was expecting: "{wanted}"' if wanted else ""))
