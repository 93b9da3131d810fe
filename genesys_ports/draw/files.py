"""Saving a picture: the ending of the name says in which form, and a file that exists is never touched."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from ..errors import OutputExistsError, OutputFormatError

__all__ = ["save"]


def save(path: str | os.PathLike[str], forms: Mapping[str, Callable[[], str | bytes]]) -> Path:
    """Write the form that the ending of `path` names. Raises `OutputFormatError`, `OutputExistsError`."""
    target = Path(path)
    form = forms.get(target.suffix.lower())
    if form is None:
        raise OutputFormatError(str(path), tuple(forms))
    # Drawn before the file is made: a picture that cannot be drawn leaves no empty file behind.
    content = form()
    data = content.encode() if isinstance(content, str) else content
    try:
        with target.open("xb") as file:
            file.write(data)
    except FileExistsError:
        raise OutputExistsError(str(path)) from None
    return target
