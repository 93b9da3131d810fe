"""environment.yml (conda, Binder) and pyproject.toml (pip) ask for the same packages."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
TEXT = (ROOT / "environment.yml").read_text(encoding="utf-8")

# Asked for by the tests alone in pyproject.toml, and by a learner who checks a lesson in conda or Binder.
ALSO = {"nbval"}


def bounds(requirements: list[str]) -> dict[str, str]:
    """{"jupyterlab": ">=4.2"} of ["jupyterlab>=4.2"]."""
    pairs = {}
    for requirement in requirements:
        name, bound = re.findall(r"^([\w.-]+)\s*(.*)$", requirement)[0]
        assert name not in pairs
        pairs[name] = bound
    return pairs


def conda_packages() -> dict[str, str]:
    return bounds(re.findall(r"^  - ([\w.-]+(?:[<>=].*)?)$", TEXT.split("dependencies:")[1], re.MULTILINE))


def test_same_packages_and_lower_bounds():
    for_tests = bounds(PROJECT["optional-dependencies"]["test"])
    wanted = bounds(PROJECT["dependencies"])
    wanted |= {name: bound for name, bound in for_tests.items() if name in ALSO}
    wanted |= {"python": PROJECT["requires-python"], "pip": ""}
    assert conda_packages() == wanted


def test_every_package_has_a_lower_bound():
    requirements = PROJECT["dependencies"] + PROJECT["optional-dependencies"]["test"]
    assert [text for text in requirements if ">=" not in text] == []


def test_the_library_itself_comes_from_this_folder():
    assert TEXT.rstrip().endswith("- pip:\n      - -e .")


def test_conda_forge_alone():
    assert re.search(r"^channels:\n  - conda-forge\ndependencies:", TEXT, re.MULTILINE)
