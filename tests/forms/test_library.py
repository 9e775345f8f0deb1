"""Which forms exist, and which edition a year has."""

import pytest

from tianbao.forms import library
from tianbao.forms.library import UnknownForm


def test_listed() -> None:
    found = [(entry.id, entry.edition, entry.years) for entry in library.listed()]
    assert found[:2] == [("gov-disclosure", "2019", (2019, 2020)), ("gov-disclosure", "2021", (2021, None))]
    assert all(entry.name for entry in library.listed())


def test_a_form_is_compiled_once() -> None:
    assert library.load("gov-disclosure", "2021") is library.load("gov-disclosure", "2021")


@pytest.mark.parametrize(("form", "edition"), [("nothing", "2021"), ("gov-disclosure", "1999")])
def test_an_unknown_edition(form: str, edition: str) -> None:
    with pytest.raises(UnknownForm) as caught:
        library.load(form, edition)
    assert caught.value.asked == f"{form} {edition}"
    assert "gov-disclosure 2021" in caught.value.known


def test_a_year_before_all_editions() -> None:
    assert library.edition_for("gov-disclosure", 2018) == ""
    with pytest.raises(UnknownForm) as caught:
        library.for_year("gov-disclosure", 2018)
    assert caught.value.known[:2] == ("2019（2019—2020）", "2021（2021—）")
    with pytest.raises(UnknownForm) as caught:
        library.for_year("nothing", 2024)
    assert caught.value.known[0] == "gov-disclosure"


def test_resources_stand_where_they_are_looked_for() -> None:
    assert (library.resource_root() / "schema" / "form.schema.json").is_file()
    assert library.form_schema()["$id"] == "form.schema.json"
