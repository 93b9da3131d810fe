"""What every pytest run of this project needs, the run of the notebooks by nbval too."""

import os
import tempfile
from functools import partial

import pytest

from tests.helpers import own_network
from tools import kernels


def pytest_configure(config: pytest.Config) -> None:
    """Give this process a loopback network of its own, and nbval kernels that nobody is in the way of."""
    # Two processes of one run (pytest-xdist) would take the blocks that the other has just given back.
    os.environ["GENESYS_PORTS_NETWORK"] = own_network()
    try:
        from nbval import kernel
    except ImportError:
        return
    folder = tempfile.TemporaryDirectory()
    config.add_cleanup(folder.cleanup)
    kernel.KernelManager = partial(kernel.KernelManager, **kernels.options(folder.name))
    kernel.start_new_kernel = kernels.patient(kernel.start_new_kernel)
