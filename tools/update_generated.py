"""Writes what is generated from the definitions: the schema of each form's submissions, and the rule book.

Run it (make schema) after a change to a definition; a test fails while a committed file differs.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from tianbao.forms import library
from tianbao.verbs.forms import rule_book, schema_text

TOP = Path(__file__).resolve().parent.parent


def files() -> Iterator[tuple[Path, str]]:
    """Every generated file with its text."""
    for listed in library.listed():
        form = library.load(listed.id, listed.edition)
        yield TOP / "schema" / f"{form.id}-{form.edition}.schema.json", schema_text(form)
    yield TOP / "docs" / "rule-book.md", "\n".join(rule_book("zh")) + "\n"


def main(top: Path = TOP) -> int:
    """Writes those that differ, and says which."""
    for path, text in files():
        target = top / path.relative_to(TOP)
        if target.exists() and target.read_text("utf-8") == text:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="\n")
        print(f"wrote {target}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
