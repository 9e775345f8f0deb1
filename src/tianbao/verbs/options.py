"""What a caller may ask of `check`, in one frozen value that travels to every process that helps."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from tianbao.catalogue.words import Language
from tianbao.intake.limits import DEFAULT, Limits


@dataclass(frozen=True, slots=True)
class Options:
    """`jobs`: processes, 0 for one on each core; a pile too small to pay for them is checked without.

    `engine`: "" for this machine, "dask" for a cluster made for the run, "dask=ADDRESS" for one that is there.
    `outputs`: files and folders that are written in this run and lie under the paths, spelled as they are met there:
    they are no input. What else is made of each result while it is in hand: `with_figures` the reported cells,
    `with_details` the lines for the terminal (`everything`: of notices and passed files, too), `with_marked` the return
    copy, `with_reply` the letter.
    """

    passwords: tuple[str, ...] = ()
    limits: Limits = DEFAULT
    jobs: int = 0
    engine: str = ""
    language: Language = "zh"
    outputs: tuple[Path, ...] = ()
    with_figures: bool = False
    with_details: bool = False
    everything: bool = False
    with_marked: bool = False
    with_reply: bool = False

    @property
    def processes(self) -> int:
        """How many processes may work at once."""
        if self.jobs:
            return self.jobs
        return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
