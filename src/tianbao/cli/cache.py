"""Where this machine keeps what can be made anew: compiled forms, so that a run starts quickly."""

import os
import sys
from pathlib import Path


def cache_folder() -> Path | None:
    """The user's folder for tianbao's cache: XDG_CACHE_HOME, else the usual one; None where there is none."""
    given = os.environ.get("XDG_CACHE_HOME", "")
    if not Path(given).is_absolute():
        given = os.environ.get("LOCALAPPDATA", "") if sys.platform == "win32" else ""
    try:
        base = Path(given) if given else Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache")
    except RuntimeError:  # no home
        return None
    return base / "tianbao"


def keep_forms() -> None:
    """Compiled forms are kept between runs."""
    from tianbao.forms import library

    folder = cache_folder()
    if folder:
        library.keep_in(folder)
