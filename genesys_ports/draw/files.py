"""Saving a picture: the ending of the name says in which form, and a file that exists is never touched."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from ..errors import OutputFormatError
from ..plan.files import ending, shown_name, write_new

__all__ = ["save"]


def save(path: str | os.PathLike[str], forms: Mapping[str, Callable[[], str | bytes]]) -> Path:
    """Write the form that the ending of `path` names.

    Raises `OutputFormatError`, `OutputExistsError`, and `OutputWriteError` when the system does not let it be written.
    """
    form = forms.get(ending(path))
    if form is None:
        raise OutputFormatError(shown_name(path), tuple(forms))
    # Drawn before the file is made: a picture that cannot be drawn leaves no empty file behind.
    content = form()
    write_new(path, content.encode() if isinstance(content, str) else content)
    return Path(path)
