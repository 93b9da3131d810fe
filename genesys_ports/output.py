"""What is written to the disk: the ending of the name says in which form, and a file that exists is never touched."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path, PurePath

from .errors import OutputExistsError, OutputFormatError, OutputWriteError

__all__ = ["check_new", "ending", "save", "shown_name", "write_new"]

NO_FOLDER = "The folder for this file does not exist. Make it first, or give another name."
REFUSED = "The system does not let you write a file of this name. Give a name in a folder of your own."
BROKE = "The file could not be written to its end, so it was taken away again. Is the disk full?"


def shown_name(path: str | os.PathLike[str]) -> str:
    """The name in errors: as it was given, and the same on every system."""
    return path.as_posix() if isinstance(path, PurePath) else os.fspath(path)


def ending(path: str | os.PathLike[str]) -> str:
    """The ending of the name in small letters, with its dot; empty when there is none."""
    return PurePath(path).suffix.lower()


def save(path: str | os.PathLike[str], forms: Mapping[str, Callable[[], str | bytes]]) -> Path:
    """Write the form that the ending of `path` names.

    Raises `OutputFormatError`, `OutputExistsError`, and `OutputWriteError` when the system does not let it be written.
    """
    form = forms.get(ending(path))
    if form is None:
        raise OutputFormatError(shown_name(path), tuple(forms))
    # Made before the file is: what cannot be drawn leaves no empty file behind.
    content = form()
    write_new(path, content.encode() if isinstance(content, str) else content)
    return Path(path)


def check_new(path: str | os.PathLike[str], endings: Iterable[str]) -> None:
    """Whether a file of this name could be written now, for what takes long before it writes.

    Raises what `save` would: `OutputFormatError`, `OutputExistsError`, `OutputWriteError`.
    """
    known = tuple(endings)
    if ending(path) not in known:
        raise OutputFormatError(shown_name(path), known)
    # A folder that takes no files says so only to who tries.
    write_new(path, b"")
    os.unlink(path)


def write_new(path: str | os.PathLike[str], data: bytes) -> None:
    """Writes a file that was not there. Raises `OutputExistsError` when it was, else `OutputWriteError`."""
    file = shown_name(path)
    try:
        # "x" asks the system: between a look and a write, somebody else may have made the file.
        opened = open(path, "xb")  # noqa: SIM115 - closed below; only a failure to open is told apart here
    except FileExistsError:
        raise OutputExistsError(file) from None
    except FileNotFoundError:
        # Systems say the same of a folder like /proc, which is there and takes no files.
        raise OutputWriteError(file, REFUSED if Path(path).parent.exists() else NO_FOLDER) from None
    except (OSError, ValueError):
        raise OutputWriteError(file, REFUSED) from None
    try:
        with opened:
            opened.write(data)
    except OSError:
        with suppress(OSError):
            os.unlink(path)
        raise OutputWriteError(file, BROKE) from None
