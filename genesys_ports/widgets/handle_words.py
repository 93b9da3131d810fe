"""What every handle may say."""

from __future__ import annotations

BUSY = "One thing after the other: what you clicked before is still being done."
