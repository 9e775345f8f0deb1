"""Texts that XlsxWriter would take for its own markup stand in the cell as they were written."""

import pytest

from tests import build
from tianbao.workbook.read import read
from tianbao.workbook.write import filled


@pytest.mark.parametrize("text", ["<r></r>", "<r><t>ours</t></r>", "<r><x></r>", "<r>& &amp; _x0041_\n</r>"])
def test_a_narrative_that_looks_like_runs_comes_back(text: str) -> None:
    submission = build.submission(texts={"overview": text})
    form = build.form()
    back = read(filled(form, submission), lambda name, edition: form)
    assert back.texts["overview"] == text
