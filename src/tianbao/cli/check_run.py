"""One run of tianbao check: results stream to the terminal and the JSON lines, the other outputs follow at the end."""

import errno
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from tianbao.catalogue import words
from tianbao.cli.check_outputs import Targets
from tianbao.cli.output import Refused, to_stdout, write_bytes, write_pieces
from tianbao.cli.stop import Stop, stop_on_interrupt

if TYPE_CHECKING:
    from tianbao.catalogue.words import Language
    from tianbao.feedback.terminal import Line
    from tianbao.verbs.gather import Gathered
    from tianbao.verbs.options import Options

_FLUSH_SECONDS = 0.2
_EXIT = {"passed": 0, "queried": 1, "failed": 1, "unreadable": 1}

Say = Callable[["Line"], None]


def run(paths: Sequence[Path], targets: Targets, options: "Options", *, quiet: bool, stats: bool) -> int:
    """Checks everything under the paths and writes what was asked for. The exit code; raises Refused."""
    from tianbao.cli.bugs import report_bug
    from tianbao.verbs.evidence import saved_at
    from tianbao.verbs.gather import Gathered

    language, started = options.language, time.monotonic()
    with stop_on_interrupt() as stop, _no_space(options), Gathered(language, saved_at) as gathered:
        complete = _stream(paths, targets, options, gathered, stop, quiet)
        _outputs(targets, options, gathered, partial=not complete)
        if not targets.stdout_taken:
            _conclude(gathered, options, quiet)
        if stats:
            _stats(gathered, options, time.monotonic() - started)
        if not complete:
            raise Refused(words.message("interrupted", language))
        if gathered.bugs:
            report_bug("\n".join(gathered.bugs))
            return 3
        if not gathered.total:
            raise Refused(words.message("nothing-found", language))
        return max(_EXIT[verdict] for verdict in gathered.counts)


def _stream(
    paths: Sequence[Path], targets: Targets, options: "Options", gathered: "Gathered", stop: Stop, quiet: bool
) -> bool:
    """Takes the results as they come. Whether all came."""
    from tianbao.cli.copies import Answers
    from tianbao.cli.progress import progress
    from tianbao.feedback.terminal import printer
    from tianbao.findings import PassedOver
    from tianbao.verbs import bulk
    from tianbao.verbs.engines import NoCluster
    from tianbao.verbs.telling import telling
    from tianbao.verbs.work import NoChild, Tally

    language = options.language
    folders = {kind: path for kind, path in (("xlsx", targets.marked), ("txt", targets.reply)) if path}
    answers = Answers(folders, language)
    with ExitStack() as stack:
        write_line = stack.enter_context(_json_lines(targets.jsonl, language))
        advance = stack.enter_context(progress(lambda: bulk.count(paths, options), language))
        say = None if targets.stdout_taken or quiet else printer(sys.stdout)
        results = bulk.run(paths, options, telling(options))
        stack.callback(results.close)
        done, flushed = 0, time.monotonic()
        try:
            for result in results:
                if stop.asked:
                    return False
                if time.monotonic() - flushed > _FLUSH_SECONDS:
                    with to_stdout(language):
                        sys.stdout.flush()
                    advance(done)
                    flushed = time.monotonic()
                if result is None:
                    continue
                if isinstance(result, Tally):
                    gathered.tally.update(result.counts)
                    continue
                done += 1
                gathered.add(result)
                if isinstance(result, PassedOver):
                    continue
                if say:
                    with to_stdout(language):
                        say(result.head)
                write_line(result.entry)
                if result.copies:
                    answers.write(result.copies)
        except (bulk.MissingPath, NoCluster, NoChild) as error:
            raise _refused(error, language) from None
        finally:
            answers.say()
    return True


def _refused(error: Exception, language: "Language") -> Refused:
    """Why nothing can be checked, in words."""
    from tianbao.verbs.bulk import MissingPath
    from tianbao.verbs.engines import NoCluster

    if isinstance(error, MissingPath):
        return Refused(words.message("missing-path", language, path=error))
    if isinstance(error, NoCluster):
        key = "no-cluster" if error.address else "no-dask"
        return Refused(words.message(key, language, address=error.address, problem=error.problem))
    return Refused(words.message("no-child", language, problem=error))


def _outputs(targets: Targets, options: "Options", gathered: "Gathered", *, partial: bool) -> None:
    """The outputs that need all results."""
    language = options.language
    if targets.json:
        from tianbao.feedback.check_json import check_text

        pieces = check_text(gathered.lines, gathered.passed_over, gathered.counts, language, partial=partial)
        write_pieces(targets.json, pieces, language)
    if targets.xlsx:
        from tianbao.feedback.summary import summary_workbook

        write_bytes(targets.xlsx, summary_workbook(gathered.answers, gathered.passed_over, language), language)
    if targets.html:
        from tianbao.feedback.dashboard import dashboard

        page = dashboard(gathered.answers, gathered.passed_over, language, partial=partial)
        write_pieces(str(targets.html), page, language)


def _conclude(gathered: "Gathered", options: "Options", quiet: bool) -> None:
    """The counts, then what is wrong with whom, then what the pile says."""
    from tianbao.feedback.terminal import notice_lines, passed_over_lines, printer, summary_line

    language, say = options.language, printer(sys.stdout)
    with to_stdout(language):
        if not quiet:
            for line in passed_over_lines(gathered.passed_over, language, everything=options.everything):
                say(line)
        say(summary_line(gathered.counts, language))
        if not quiet:
            for line in islice(gathered.details, int(gathered.total == 1), None):  # one file has been named already
                say(line)
            found = ((notice.source, notice.finding) for notice in gathered.notices if notice.first)
            for line in notice_lines(found, language, everything=options.everything):
                say(line)
        sys.stdout.flush()


def _stats(gathered: "Gathered", options: "Options", seconds: float) -> None:
    facts = {"files": gathered.total, "seconds": f"{seconds:.2f}", "rate": f"{gathered.total / seconds:.0f}"}
    click.echo(words.message("stats", options.language, jobs=options.processes, **facts), err=True)
    read = gathered.tally.total()
    if read:
        hits = gathered.tally["known"] + gathered.tally["alike"]
        shares = {
            "known": f"{100 * hits / read:.1f}",
            "learned": gathered.tally["learned"],
            "slow": gathered.tally["slow"],
        }
        click.echo(words.message("stats-read", options.language, files=read, **shares), err=True)


@contextmanager
def _json_lines(target: str | None, language: "Language") -> Iterator[Callable[[str], None]]:
    """Writes entries as they come, each line whole and at once; where that fails the line before is the last."""
    if target is None:
        yield lambda line: None  # noqa: ARG005
        return
    path = Path(os.path.realpath(target))
    with ExitStack() as stack:
        try:
            if target == "-":
                file: IO[bytes] = sys.stdout.buffer
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                file = stack.enter_context(path.open("wb", buffering=0))
        except OSError as error:
            raise _cannot(target, error, language) from None
        whole = 0

        def write(line: str) -> None:
            nonlocal whole
            data = line.encode("utf-8", "backslashreplace") + b"\n"
            try:
                if file.write(data) != len(data):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                file.flush()
            except OSError as error:
                if target != "-" and path.is_file():
                    os.truncate(path, whole)
                raise _cannot(target, error, language) from None
            whole += len(data)

        yield write


def _cannot(target: str, error: OSError, language: "Language") -> Refused:
    key = "no-output" if target == "-" else "open-elsewhere"
    return Refused(words.message(key, language, path=target, problem=error.strerror or "?"))


@contextmanager
def _no_space(options: "Options") -> Iterator[None]:
    """No room for what is kept beside memory: one clear line."""
    import sqlite3

    try:
        yield
    except sqlite3.Error as error:
        raise Refused(words.message("no-space", options.language, problem=error)) from None
    except OSError as error:
        raise Refused(words.message("no-space", options.language, problem=error.strerror or "?")) from None
