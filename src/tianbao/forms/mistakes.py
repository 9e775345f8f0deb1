"""Where something stands in a definition, and what is wrong there."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Mark:
    """Line and column from 1, and how many characters the caret underlines."""

    line: int
    column: int
    length: int = 1


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake of a form author. `id` and `facts` are worded by the catalogue (mistakes.toml)."""

    id: str
    mark: Mark
    facts: dict[str, str] = field(default_factory=dict, hash=False)


class FormMistakes(Exception):
    """A definition that cannot be used: all mistakes at once, with the text they stand in."""

    def __init__(self, name: str, text: str, mistakes: tuple[Mistake, ...]) -> None:
        super().__init__(f"{name}: {len(mistakes)} mistakes")
        self.name, self.text, self.mistakes = name, text, mistakes
