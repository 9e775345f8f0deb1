"""How far a long run is: a bar on stderr with the rate and the time that is left, only where stderr is a terminal."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tianbao.catalogue import words
from tianbao.catalogue.words import Language


@contextmanager
def progress(count: Callable[[], int] | None, language: Language) -> Iterator[Callable[[int], None]]:
    """Call what it gives with the number of files that are done. `count`: how many there will be; None: no bar."""
    if count is None or not sys.stderr.isatty():
        yield lambda done: None  # noqa: ARG005
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
        # lines for a terminal are printed above the bar; a pipe gets them as they are
        redirect_stdout=sys.stdout.isatty(),
        redirect_stderr=False,
    )
    with bar:
        task = bar.add_task(words.message("progress", language), total=count(), rate="")

        def advance(done: int) -> None:
            speed = bar.tasks[0].speed
            rate = words.message("rate", language, rate=f"{speed:.0f}") if speed else ""
            bar.update(task, completed=done, rate=rate)

        yield advance
