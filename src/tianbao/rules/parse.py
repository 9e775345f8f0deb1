"""Rule text → tree.

    rule    = any [ "implies" any ] ;
    any     = all { "or" all } ;              all  = test { "and" test } ;
    test    = "not" test | "filled" "(" address ")" | address "mentions" string | total compare total ;
    compare = "=" | "!=" | "<=" | ">=" | "<" | ">" ;
    total   = term { ("+" | "-") term } ;
    term    = number "*" term | number | string | "yes" | "no" | address
            | "sum" "(" pattern { "," pattern } ")" | "length" "(" address ")" ;
    address = [ "previous." ] part { "." part } ;   part = id | "$" id ;
    pattern = address, where a part may contain "*" ;

Nothing is evaluated; no parentheses around terms and no signs before numbers (four forms need none).
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from tianbao.rules.expr import (
    And,
    Compare,
    Constant,
    Expr,
    Filled,
    Implies,
    Length,
    Mentions,
    Not,
    Operator,
    Or,
    Ref,
    Sum,
    Term,
    Times,
    Total,
    Words,
)
from tianbao.values import EXACT_DIGITS, tidy

KEYWORDS = frozenset({"implies", "or", "and", "not", "filled", "mentions", "sum", "length", "yes", "no"})

LONGEST_TEXT = 255
"""Characters that a text inside a formula of a sheet may have."""

DEEPEST = 8
"""`not` before `not`, or factors before a factor, at most."""

_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<string>"[^"]*")
      | (?P<compare><=|>=|!=|==|=|<|>)
      | (?P<punct>[+\-*(),])
      | (?P<address>[$A-Za-z][$\w*]*(?:\.[$\w*]+)*)
      | (?P<number>\d+(?:\.\d+)?)""",
    re.VERBOSE | re.ASCII,
)
_OPERATORS: dict[str, Operator] = {"=": "=", "!=": "!=", "<=": "<=", ">=": ">=", "<": "<", ">": ">"}
_PART = re.compile(r"\$[A-Za-z]\w*|[\w]+", re.ASCII)
_PATTERN_PART = re.compile(r"\$[A-Za-z]\w*|[\w*]+", re.ASCII)


class RuleSyntaxError(ValueError):
    """The text is not a rule. `at`, `length`: where in the text; `problem`: an id of the catalogue's mistakes."""

    def __init__(self, problem: str, at: int, length: int = 1, **facts: str) -> None:
        super().__init__(problem)
        self.problem, self.at, self.length, self.facts = problem, at, max(1, length), facts


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int


def parse(text: str) -> Expr:
    """The tree of a rule. Raises RuleSyntaxError with the place."""
    parser = _Parser(_tokens(text), len(text))
    expr = parser.rule()
    parser.end()
    return expr


def _tokens(text: str) -> list[_Token]:
    out, at = [], 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if not found:
            raise RuleSyntaxError("RULE-CHARACTER", at, found=text[at])
        kind = found.lastgroup or ""
        if kind == "address" and found[0] in KEYWORDS:
            kind = "word"
        if kind == "string" and len(found[0]) - 2 > LONGEST_TEXT:
            raise RuleSyntaxError("RULE-TEXT-LONG", at, len(found[0]), limit=str(LONGEST_TEXT))
        if kind == "number" and sum(map(str.isdigit, found[0])) > EXACT_DIGITS:
            facts = {"found": found[0][:40], "limit": str(EXACT_DIGITS)}
            raise RuleSyntaxError("NUMBER-LONG", at, len(found[0]), **facts)
        if kind != "space":
            out.append(_Token(kind, found[0], at))
        at = found.end()
    return out


class _Parser:
    """Recursive descent over the tokens; one method per production."""

    def __init__(self, tokens: list[_Token], length: int) -> None:
        self._tokens, self._next, self._length = tokens, 0, length

    def _peek(self) -> _Token:
        return self._tokens[self._next] if self._next < len(self._tokens) else _Token("end", "", self._length)

    def _take(self) -> _Token:
        token = self._peek()
        self._next += 1
        return token

    def _accept(self, text: str) -> bool:
        if self._peek().text == text and self._peek().kind != "string":
            self._next += 1
            return True
        return False

    def _expect(self, text: str) -> None:
        if not self._accept(text):
            raise self._wrong(text)

    def _wrong(self, wanted: str) -> RuleSyntaxError:
        token = self._peek()
        if token.text == "==":
            return RuleSyntaxError("RULE-EQUALS", token.at, 2)
        if token.kind == "end":
            return RuleSyntaxError("RULE-END", token.at, wanted=wanted)
        return RuleSyntaxError("RULE-EXPECTED", token.at, len(token.text), wanted=wanted, found=token.text)

    def end(self) -> None:
        if self._peek().kind != "end":
            raise self._wrong("and / or / implies")

    def rule(self) -> Expr:
        left = self._any()
        return Implies(left, self._any()) if self._accept("implies") else left

    def _any(self) -> Expr:
        tests = [self._all()]
        while self._accept("or"):
            tests.append(self._all())
        return tests[0] if len(tests) == 1 else Or(tuple(tests))

    def _all(self) -> Expr:
        tests = [self._test()]
        while self._accept("and"):
            tests.append(self._test())
        return tests[0] if len(tests) == 1 else And(tuple(tests))

    def _check_depth(self, depth: int) -> None:
        if depth > DEEPEST:
            raise RuleSyntaxError("RULE-DEEP", self._peek().at, limit=str(DEEPEST))

    def _test(self, depth: int = 0) -> Expr:
        self._check_depth(depth)
        if self._accept("not"):
            return Not(self._test(depth + 1))
        if self._accept("filled"):
            return Filled(self._bracketed())
        left = self._total()
        if self._accept("mentions"):
            return self._mentions(left)
        token = self._peek()
        if token.text not in _OPERATORS or token.kind != "compare":
            raise self._wrong("= != <= >= < >")
        self._take()
        return Compare(left, _OPERATORS[token.text], self._total())

    def _mentions(self, left: Total) -> Expr:
        term = left.terms[0][1]
        token = self._take()
        if len(left.terms) != 1 or not isinstance(term, Ref) or token.kind != "string" or token.text == '""':
            raise RuleSyntaxError("RULE-MENTIONS", token.at, len(token.text))
        return Mentions(term, token.text[1:-1])

    def _total(self) -> Total:
        terms: list[tuple[int, Term]] = [(1, self._term())]
        while self._peek().text in ("+", "-"):
            sign = 1 if self._take().text == "+" else -1
            terms.append((sign, self._term()))
        return Total(tuple(terms))

    def _term(self, depth: int = 0) -> Term:
        self._check_depth(depth)
        token = self._peek()
        if token.kind == "number":
            self._take()
            constant = Constant(tidy(Decimal(token.text)))
            return Times(constant, self._term(depth + 1)) if self._accept("*") else constant
        if token.kind == "string":
            return Words(self._take().text[1:-1])
        if token.text in ("yes", "no") and token.kind == "word":
            return Words("是" if self._take().text == "yes" else "否")
        if self._accept("sum"):
            self._expect("(")
            found = [self._address(_PATTERN_PART)]
            while self._accept(","):
                found.append(self._address(_PATTERN_PART))
            self._expect(")")
            return Sum(tuple(found))
        if self._accept("length"):
            return Length(self._bracketed())
        if token.text in ("+", "-"):
            raise RuleSyntaxError("RULE-SIGN", token.at, found=token.text)
        if token.text == "(":
            raise RuleSyntaxError("RULE-BRACKETS", token.at)
        return self._address(_PART)

    def _bracketed(self) -> Ref:
        self._expect("(")
        ref = self._address(_PART)
        self._expect(")")
        return ref

    def _address(self, part: re.Pattern[str]) -> Ref:
        token = self._peek()
        if token.kind != "address":
            raise self._wrong("requests.new.natural")
        self._take()
        first, _, rest = token.text.partition(".")
        address = rest if first == "previous" and rest else token.text
        for piece in address.split("."):
            if not part.fullmatch(piece):
                problem = "RULE-WILDCARD" if "*" in piece else "RULE-ADDRESS"
                raise RuleSyntaxError(problem, token.at, len(token.text), found=token.text)
        return Ref(address, "previous" if address != token.text else "", token.at)
