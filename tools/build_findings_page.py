"""Writes docs/findings.md from the codes of the library:  python tools/build_findings_page.py."""

from __future__ import annotations

from pathlib import Path

from genesys_ports.plan.codes import markdown

PAGE = Path(__file__).resolve().parent.parent / "docs" / "findings.md"


def main() -> None:
    """Write the page."""
    PAGE.write_text(markdown(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
