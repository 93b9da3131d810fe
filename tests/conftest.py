"""Fixtures that several test files share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import v4

ROOT = Path(__file__).resolve().parent.parent

Write = Callable[..., Path]


def code(source: str, *tags: str) -> Any:
    """A code cell with these tags."""
    return v4.new_code_cell(source, metadata={"tags": list(tags)} if tags else {})


def text(source: str) -> Any:
    """A markdown cell."""
    return v4.new_markdown_cell(source)


@pytest.fixture
def write_notebook(tmp_path: Path) -> Write:
    """Writes cells (a plain string is a code cell) as a notebook of this name in tmp_path."""

    def write(*cells: Any, name: str = "90-sample.ipynb") -> Path:
        made = [code(cell) if isinstance(cell, str) else cell for cell in cells]
        path = tmp_path / name
        nbformat.write(v4.new_notebook(cells=made), path)
        return path

    return write
