"""What `genesys_ports.plan` offers, whatever was imported first, and what it leaves unloaded."""

import importlib
import json
import subprocess
import sys

import pytest

from genesys_ports import plan


def after(code, told):
    """What an expression is once `code` ran in a Python of its own."""
    script = f"import json, sys; {code}; print(json.dumps({told}))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.mark.parametrize(("name", "home"), sorted(plan._HOMES.items()))
def test_a_name_is_the_one_of_its_file(name, home):
    assert getattr(plan, name) is getattr(importlib.import_module(f"genesys_ports.plan.{home}"), name)
    assert name in dir(plan)


@pytest.mark.parametrize("name", ["check", "diff", "ripple"])
@pytest.mark.parametrize("first", ["pass", "from genesys_ports import {0}"])
def test_a_function_is_not_the_file_of_its_name(name, first):
    code = f"{first.format(name)}; import genesys_ports.plan.{name}; from genesys_ports.plan import {name}"
    assert after(code, f"type({name}).__name__") == "function"


def test_an_unknown_name():
    with pytest.raises(AttributeError, match=r"module 'genesys_ports\.plan' has no attribute 'chek'"):
        plan.chek  # noqa: B018


def test_a_file_that_offers_no_name_is_an_attribute_as_ever():
    words = importlib.import_module("genesys_ports.plan.words")
    assert plan.words is words


def test_who_loads_a_plan_loads_no_more():
    loaded = after("from genesys_ports import load_plan", "sorted(sys.modules)")
    others = ("rules", "check", "diff", "ripple", "firewall", "reality", "suggest", "xlsx_reader", "json_reader")
    assert not [name for name in loaded if name.startswith(tuple(f"genesys_ports.plan.{one}" for one in others))]
