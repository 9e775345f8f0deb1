"""tianbao forms and rules: which forms exist, is a definition right, what does it say, and the rule book."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from unicodedata import east_asian_width

from tianbao.catalogue import words
from tianbao.catalogue.words import Language
from tianbao.checks import Context, check_submission
from tianbao.checks.diagnose import is_hint
from tianbao.forms import library
from tianbao.forms.cases import Case, read_cases
from tianbao.forms.compile import compile_form
from tianbao.forms.mistakes import FormMistakes, Mark, Mistake
from tianbao.forms.model import Form, Rule
from tianbao.forms.source import lines_of
from tianbao.rules.evaluate import evaluate
from tianbao.rules.expr import Expr, Ref, refs
from tianbao.submission import Submission, json_text, of_json
from tianbao.values import Value, plain, understand

_SHOWN = 160
"""Characters of a line that are shown with a mistake."""


@dataclass(frozen=True, slots=True)
class Linted:
    """A definition without mistakes, and what it holds."""

    name: str
    form: Form
    cases: int


def lint(path: Path) -> Linted:
    """Checks a definition, and the cases beside it. Raises FormMistakes with all of them, OSError, UnicodeError."""
    form = compile_form(path.read_text("utf-8"), str(path), library.form_schema())
    beside = library.cases_beside(path)
    if not beside.exists():
        return Linted(str(path), form, 0)
    text = beside.read_text("utf-8")
    cases, mistakes = read_cases(text, form)
    found = [*mistakes, *(mistake for case in cases for mistake in case_mistakes(form, case))]
    if found:
        raise FormMistakes(str(beside), text, tuple(found))
    return Linted(str(path), form, len(cases))


def case_mistakes(form: Form, case: Case) -> Iterator[Mistake]:
    """Where a case's findings are not those it expects."""
    keys = sorted(case_findings(form, case))
    if keys != sorted(case.expected):
        facts = {
            "case": case.name,
            "expected": "、".join(sorted(case.expected)) or "没有问题",
            "found": "、".join(keys) or "没有问题",
        }
        yield Mistake("CASES-DIFFER", case.mark, facts)


def case_findings(form: Form, case: Case) -> list[str]:
    """Keys of all findings that a case gives, hints apart: they follow from the others."""
    submission, context = _submissions(form, case)
    findings, _ = check_submission(form, submission, context)
    return [finding.key for finding in findings if not is_hint(finding.rule)]


def _submissions(form: Form, case: Case) -> tuple[Submission, Context]:
    submission = of_json(json_text(case.data))
    previous = of_json(json_text(case.previous)) if case.previous else None
    due = form.edition if form.covers(submission.year) else library.edition_for(form.id, submission.year)
    return submission, Context(previous, due)


def mistake_lines(error: FormMistakes, language: Language) -> Iterator[str]:
    """Each mistake with file, line, column, caret and what to write instead."""
    source = lines_of(error.text)
    for mistake in error.mistakes:
        entry = words.mistake(mistake.id)
        near = mistake.facts.get("near", "")
        facts = {
            **mistake.facts,
            "near_zh": f"是不是 {near}？" if near else "",
            "near_en": f"did you mean {near}? " if near else "",
        }
        mark = mistake.mark
        yield f"{error.name}:{mark.line}:{mark.column}: {entry.message(facts, language)}"
        if mark.line <= len(source):
            yield from _underlined(source[mark.line - 1], mark)
        yield f"    → {entry.advice(facts, language)}"


def _underlined(line: str, mark: Mark) -> Iterator[str]:
    """The line, or what of a very long one is around the mark, and carets below; full-width characters take two."""
    start = 0 if len(line) <= _SHOWN else max(0, mark.column - 1 - _SHOWN // 2)
    until = min(len(line), start + _SHOWN)
    first = min(mark.column - 1, until)
    before = "".join("　" if _wide(char) else " " for char in line[start:first])
    under = line[first : min(first + mark.length, until)] or " "
    dots = "…" if start else ""
    yield f"    {dots}{line[start:until]}{'…' if until < len(line) else ''}".replace("\t", " ")
    yield f"    {' ' * len(dots)}{before}{'^' * sum(2 if _wide(char) else 1 for char in under)}"


def _wide(character: str) -> bool:
    return east_asian_width(character) in "WF"


def explain(form: Form) -> Iterator[str]:
    """Every address with its place, labels, type and rules; then the narratives."""
    from tianbao.workbook.layout import layout_of

    layout = layout_of(form)
    rules: dict[str, list[str]] = {}
    for rule in form.rules:
        for instance in rule.instances:
            for address in instance.addresses:
                rules.setdefault(address, []).append(instance.key)
    yield f"{form.id} {form.edition}  {form.name}"
    for section in form.sections:
        yield ""
        yield f"{section.title}  [{section.sheet}]"
        if section.narrative:
            place = layout.places[section.id]
            yield f"  {section.id}  {place}  文字  {' '.join(rules.get(section.id, []))}".rstrip()
        for cell in section.cells:
            kind = f"{cell.kind.value} {cell.kind.unit}".strip() + ("  总计" if cell.total else "")
            labels = " > ".join(cell.labels)
            named = " ".join(rules.get(cell.address, []))
            yield f"  {cell.address}  {layout.places[cell.address]}  {labels}  {kind}  {named}".rstrip()


def schema_text(form: Form) -> str:
    """The JSON Schema of a submission, as it is committed in schema/."""
    from tianbao.forms.schema import submission_schema

    return json.dumps(submission_schema(form), ensure_ascii=False, indent=1) + "\n"


def rule_book(language: Language) -> Iterator[str]:
    """The rule book as Markdown: every rule of every form, then what tianbao itself checks."""
    yield f"# {words.message('book-title', language)}"
    for key in ("book-made", "book-levels"):
        yield ""
        yield words.message(key, language)
    for listed in library.listed():
        form = library.load(listed.id, listed.edition)
        beside = library.cases_beside(listed.path)
        cases = read_cases(beside.read_text("utf-8"), form)[0] if beside.exists() else ()
        yield ""
        yield f"## {form.name}"
        if form.basis:
            yield ""
            yield words.message("book-basis", language, text=form.basis)
        for rule in form.rules:
            yield from _rule(form, rule, cases, language)
    yield ""
    yield f"## {words.message('book-common', language)}"
    for rule_id, entries in words.findings().items():
        if rule_id == "RULE":
            continue
        yield ""
        yield f"### {rule_id}"
        yield ""
        for entry in entries.values():
            severity = words.message(f"severity-{entry.severity}", language)
            fix = words.message("book-fix", language, text=_template(entry.fix[language]))
            yield (
                f"- {severity}: {_template(entry.said[language])}; {fix}"
                if language == "en"
                else (f"- {severity}：{_template(entry.said[language])}。{fix}")
            )


def _template(text: str) -> str:
    return text.replace("{", "〈").replace("}", "〉")


def _rule(form: Form, rule: Rule, cases: tuple[Case, ...], language: Language) -> Iterator[str]:
    yield ""
    yield f"### {rule.id}"
    yield ""
    yield f"{rule.sentence}。"
    yield ""
    severity = words.message(f"severity-{rule.severity}", language)
    yield f"- {words.message('book-severity', language, severity=severity, count=len(rule.instances))}"
    yield f"- {words.message('book-basis', language, text=rule.source)}"
    if rule.explain:
        yield f"- {words.message('book-fix', language, text=rule.explain)}"
    for state in ("holds", "broken"):
        example = _example(form, rule, cases, state)
        if example:
            yield f"- {words.message(f'book-{state}', language, text=example)}"


def _example(form: Form, rule: Rule, cases: tuple[Case, ...], state: str) -> str:
    """The first case in which an instance of the rule has that outcome, with its figures."""
    for case in sorted(cases, key=lambda found: rule.id not in " ".join(found.expected)):
        submission, context = _submissions(form, case)

        def lookup(ref: Ref, own: Submission = submission, last: Submission | None = context.previous) -> Value:
            source = last if ref.scope else own
            if source is None:
                return understand(None)
            return (
                understand(source.texts.get(ref.address))
                if ref.address in form.narratives
                else source.value(ref.address)
            )

        for instance in rule.instances:
            if rule_needs(instance.expr) and context.previous is None:
                continue
            outcome = evaluate(instance.expr, lookup)
            if outcome.state == state:
                sides = (
                    "" if outcome.left is None else f"（左边 {plain(outcome.left)}，右边 {plain(outcome.right or 0)}）"
                )
                named = f"“{case.name}”" if case.name != "base" else "基本样例"
                return f"{named}，{instance.key}{sides}"
    return ""


def rule_needs(expr: Expr) -> bool:
    """Whether the rule compares with last year."""
    return any(ref.scope == "previous" for ref in refs(expr))
