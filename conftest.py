"""What every pytest run of this project needs, the run of the notebooks by nbval too."""

from tests.helpers import patient


def pytest_configure() -> None:
    """Make nbval patient."""
    try:
        from nbval import kernel
    except ImportError:
        return
    kernel.start_new_kernel = patient(kernel.start_new_kernel)
