"""What a pile says about its files: copies, versions, equal figures, an odd year. Notices only."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from tianbao.catalogue import words
from tianbao.feedback.check_json import finding_data
from tianbao.verbs.pile import LISTED, Notice, Pile
from tianbao.verbs.telling import Facts


def facts(name: str, **changes: object) -> Facts:
    """An entry unlike all others."""
    base = Facts(f"{name}.xlsx", f"sha {name}", "gov-disclosure", "2021", 2023, f"{name}局", f"figures {name}")
    return replace(base, **changes)  # type: ignore[arg-type]


def judged(pile: Iterable[Facts], stamps: dict[str, str] | None = None) -> list[Notice]:
    """The notices for a pile."""
    found = Pile(lambda source, sha256: (stamps or {}).get(source, ""))
    try:
        for entry in pile:
            found.add(entry)
        found.judge()
        return list(found)
    finally:
        found.close()


def told(notices: Iterable[Notice]) -> list[tuple[int, str, str]]:
    """Number, rule and the others."""
    return [(found.number, found.finding.rule, str(found.finding.facts["others"])) for found in notices]


def test_nothing_is_said_of_files_unlike_each_other() -> None:
    assert judged(facts(name) for name in "abcdefghijklmno") == []
    assert judged([]) == []


def test_the_same_bytes_twice_are_copies_and_no_versions() -> None:
    pile = [facts("a"), facts("b"), facts("a", source="sub/a.xlsx"), facts("a", source="x.zip/a.xlsx")]
    assert told(judged(pile)) == [
        (0, "PILE-SAME-FILE", "sub/a.xlsx、x.zip/a.xlsx"),
        (2, "PILE-SAME-FILE", "a.xlsx、x.zip/a.xlsx"),
        (3, "PILE-SAME-FILE", "a.xlsx、sub/a.xlsx"),
    ]


def test_unreadable_files_can_be_copies_too_but_files_that_were_not_read_are_not() -> None:
    assert told(judged([Facts("a", "1"), Facts("b", "1"), Facts("c", ""), Facts("d", "")])) == [
        (0, "PILE-SAME-FILE", "b"),
        (1, "PILE-SAME-FILE", "a"),
    ]


def versions(stamps: dict[str, str] | None = None) -> list[Notice]:
    """Two versions from 甲局; one of last year is none."""
    pile = [facts("a", who="甲局"), facts("b", who="甲局"), facts("c", who="甲局", year=2022), facts("d")]
    return judged(pile, stamps)


def test_versions_are_all_listed_and_the_newest_is_named_by_evidence_only() -> None:
    found = versions({"a.xlsx": "2024-01-09T08:00:00", "b.xlsx": "2024-01-08T23:00:00"})
    assert told(found) == [(0, "PILE-VERSIONS", "b.xlsx"), (1, "PILE-VERSIONS", "a.xlsx")]
    assert {notice.finding.case for notice in found} == {"newest"}
    for notice in found:
        assert "最新的是：a.xlsx" in finding_data(notice.finding, None, "zh")["message"]


@pytest.mark.parametrize(
    "stamps", [{}, {"a.xlsx": "2024-01-09T08:00:00"}, dict.fromkeys(("a.xlsx", "b.xlsx"), "2024-01-09T08:00:00")]
)
def test_without_evidence_nobody_is_called_the_newest(stamps: dict[str, str]) -> None:
    assert [notice.finding.case for notice in versions(stamps)] == ["unknown", "unknown"]


def test_a_nameless_agency_has_no_versions() -> None:
    assert judged([facts("a", who=""), facts("b", who="")]) == []


def test_equal_figures_count_between_agencies_of_one_form_edition_and_year() -> None:
    base = facts("a", figures="f")
    other = facts("b", figures="f")
    assert told(judged([base, other])) == [(0, "PILE-SAME-FIGURES", "b.xlsx"), (1, "PILE-SAME-FIGURES", "a.xlsx")]
    for change in ({"year": 2022}, {"edition": "2019"}, {"form": "penalties"}, {"figures": ""}):
        assert judged([base, replace(other, **change)]) == []
    assert [rule for _, rule, _ in told(judged([base, replace(other, who=base.who)]))] == ["PILE-VERSIONS"] * 2


def test_equal_figures_list_other_agencies_only_and_no_unknown_one() -> None:
    mine = [facts("a", source=f"a{number}.xlsx", sha256=str(number), figures="f") for number in range(2)]
    pile = [*mine, facts("b", figures="f"), facts("c", who="", figures="f")]
    same = [each for each in told(judged(pile)) if each[1] == "PILE-SAME-FIGURES"]
    assert same == [(0, "PILE-SAME-FIGURES", "b.xlsx"), (1, "PILE-SAME-FIGURES", "b.xlsx"),
                    (2, "PILE-SAME-FIGURES", "a0.xlsx、a1.xlsx")]  # fmt: skip


def test_a_year_that_nearly_nobody_has() -> None:
    pile = [facts(f"{number}") for number in range(19)] + [facts("old", year=2022)]
    (found,) = judged(pile)
    assert (found.number, found.source, found.finding.rule) == (19, "old.xlsx", "PILE-YEAR")
    assert "2023" in finding_data(found.finding, None, "zh")["message"]
    assert judged(pile[12:]) == []
    assert judged([*pile, facts("older", year=2021), facts("oldest", year=2020)]) == []


def test_a_crowd_of_copies_is_counted_not_listed_and_takes_no_square_of_time() -> None:
    found = judged(facts("a", source=f"{number}.xlsx") for number in range(3_000))
    assert len(found) == 3_000
    assert max(len(str(notice.finding.facts["others"])) for notice in found) < LISTED * 12
    assert str(found[-1].finding.facts["others"]).endswith(f"(+{2_999 - LISTED})")
    assert sum(notice.first for notice in found) == 1


def test_everything_about_the_pile_is_a_notice() -> None:
    cases = {rule: cases for rule, cases in words.findings().items() if rule.startswith("PILE-")}
    assert {entry.severity for found in cases.values() for entry in found.values()} == {"notice"}
