"""Where a Local Control Agent listens, by the number that its Host object plans.

Source: docs.genesys.com, FR/Current/Dep/DepLCA.
"""

from __future__ import annotations

__all__ = ["LCA_DEFAULT", "LCA_LOWEST", "lca_number"]

#: From 1 to 1999 it starts on its default instead.
LCA_LOWEST = 2000
LCA_DEFAULT = 4999


def lca_number(planned: int) -> int:
    """The number it really listens on."""
    return planned if planned >= LCA_LOWEST else LCA_DEFAULT
