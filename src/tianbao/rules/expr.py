"""The nodes of the rule language. `str()` of a node gives back its source; parsing that gives an equal node."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from tianbao.values import Number, plain

Operator = Literal["=", "!=", "<=", ">=", "<", ">"]
Scope = Literal["", "previous"]


@dataclass(frozen=True, slots=True)
class Ref:
    """A cell or narrative by address. Before binding, parts may be variables ($c) or, inside sum(), wildcards (*).

    `scope` "previous" means last year's submission. `at` is the offset in the source, for error messages only.
    """

    address: str
    scope: Scope = ""
    at: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return f"{self.scope}.{self.address}" if self.scope else self.address


@dataclass(frozen=True, slots=True)
class Constant:
    """A number of the rule itself."""

    number: Number

    def __str__(self) -> str:
        return plain(self.number)


@dataclass(frozen=True, slots=True)
class Words:
    """A text of the rule itself; 是 and 否 are written yes and no."""

    text: str

    def __str__(self) -> str:
        return {"是": "yes", "否": "no"}.get(self.text, f'"{self.text}"')


@dataclass(frozen=True, slots=True)
class Sum:
    """The sum of cells; blanks and marks count as 0."""

    refs: tuple[Ref, ...]

    def __str__(self) -> str:
        return f"sum({', '.join(map(str, self.refs))})"


@dataclass(frozen=True, slots=True)
class Length:
    """The number of characters of a narrative, without blanks and line breaks."""

    ref: Ref

    def __str__(self) -> str:
        return f"length({self.ref})"


@dataclass(frozen=True, slots=True)
class Times:
    """A constant times a term (units: 元 to 万元)."""

    factor: Constant
    term: "Term"

    def __str__(self) -> str:
        return f"{self.factor} * {self.term}"


Term = Ref | Constant | Words | Sum | Length | Times


@dataclass(frozen=True, slots=True)
class Total:
    """Terms added and taken away, in order; the first always has sign 1."""

    terms: tuple[tuple[int, Term], ...]

    def __str__(self) -> str:
        out = str(self.terms[0][1])
        for sign, term in self.terms[1:]:
            out += f" {'+' if sign > 0 else '-'} {term}"
        return out


@dataclass(frozen=True, slots=True)
class Compare:
    """left operator right, after rounding both to the compared places."""

    left: Total
    operator: Operator
    right: Total

    def __str__(self) -> str:
        return f"{self.left} {self.operator} {self.right}"


@dataclass(frozen=True, slots=True)
class Filled:
    """Something other than a blank or a mark stands there."""

    ref: Ref

    def __str__(self) -> str:
        return f"filled({self.ref})"


@dataclass(frozen=True, slots=True)
class Mentions:
    """The narrative contains the text."""

    ref: Ref
    text: str

    def __str__(self) -> str:
        return f'{self.ref} mentions "{self.text}"'


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite; undecided stays undecided."""

    test: "Expr"

    def __str__(self) -> str:
        return f"not {self.test}"


@dataclass(frozen=True, slots=True)
class And:
    """All of them."""

    tests: tuple["Expr", ...]

    def __str__(self) -> str:
        return " and ".join(map(str, self.tests))


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of them."""

    tests: tuple["Expr", ...]

    def __str__(self) -> str:
        return " or ".join(map(str, self.tests))


@dataclass(frozen=True, slots=True)
class Implies:
    """If the first holds, so must the second."""

    premise: "Expr"
    conclusion: "Expr"

    def __str__(self) -> str:
        return f"{self.premise} implies {self.conclusion}"


Expr = Compare | Filled | Mentions | Not | And | Or | Implies
Node = Expr | Total | Term


def refs(node: Node) -> Iterator[Ref]:
    """Every Ref below the node, in the order of the source."""
    match node:
        case Ref():
            yield node
        case Sum(found):
            yield from found
        case Length(ref) | Filled(ref) | Mentions(ref, _):
            yield ref
        case Times(_, term):
            yield from refs(term)
        case Total(terms):
            for _, term in terms:
                yield from refs(term)
        case Compare(left, _, right):
            yield from refs(left)
            yield from refs(right)
        case Not(test):
            yield from refs(test)
        case And(tests) | Or(tests):
            for test in tests:
                yield from refs(test)
        case Implies(premise, conclusion):
            yield from refs(premise)
            yield from refs(conclusion)
        case Constant() | Words():
            return
