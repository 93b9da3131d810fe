"""What `import genesys_ports` offers, and what it leaves unloaded."""

import importlib
import json
import pkgutil
import subprocess
import sys

import pytest

import genesys_ports
from genesys_ports import sip

HEAVY = ["matplotlib", "networkx", "ipywidgets", "asyncio", "IPython", "psutil"]


@pytest.mark.parametrize("name", genesys_ports.__all__)
def test_every_public_name_is_there(name):
    assert getattr(genesys_ports, name) is not None
    assert name in dir(genesys_ports)


@pytest.mark.parametrize(("name", "home"), sorted(genesys_ports._HOMES.items()))
def test_a_name_is_the_one_of_its_room(name, home):
    room = importlib.import_module(f"genesys_ports.{home}")
    assert getattr(genesys_ports, name) is getattr(room, name)
    assert name in room.__all__


@pytest.mark.parametrize("room", [genesys_ports, sip])
def test_an_unknown_name(room):
    with pytest.raises(AttributeError, match=f"module '{room.__name__}' has no attribute 'lader'"):
        room.lader  # noqa: B018


def test_no_name_twice():
    assert len(genesys_ports.__all__) == len(set(genesys_ports.__all__))


ROOMS = [
    room.name
    for room in pkgutil.iter_modules(genesys_ports.__path__, "genesys_ports.")
    if not room.name.endswith("__main__")
]


@pytest.mark.parametrize("name", ROOMS)
def test_every_room_says_what_it_offers(name):
    room = importlib.import_module(name)
    assert room.__doc__
    assert all(hasattr(room, offered) for offered in getattr(room, "__all__", []))


def loaded_by(code):
    """The modules that are loaded after `code` ran in a Python of its own."""
    script = f"import json, sys; {code}; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout))


@pytest.mark.parametrize(
    "code",
    [
        "import genesys_ports",
        "from genesys_ports import Deployment, ListeningPort, VoicePort",
        "from genesys_ports import load_catalog; load_catalog()",
        "from genesys_ports import who_blocks",
        "from genesys_ports import Trace",
        "from genesys_ports import load_plan",
        "from genesys_ports import load_switch; import genesys_ports.switch",
        "from genesys_ports import read_sip_log",
        "import genesys_ports; genesys_ports.sip",
    ],
)
def test_import_stays_light(code):
    assert not loaded_by(code) & set(HEAVY)


def test_import_alone_loads_no_room():
    rooms = {name for name in loaded_by("import genesys_ports") if name.startswith("genesys_ports.")}
    assert rooms == set()


def test_what_parse_raises_stands_beside_it():
    with pytest.raises(sip.SIPError, match="400"):
        sip.parse(b"")


def test_messages_are_parsed_without_loading_what_keeps_calls():
    loaded = loaded_by("from genesys_ports.sip import parse")
    assert not loaded & {f"genesys_ports.sip.{name}" for name in sip._HOMES.values()}
    assert set(sip._HOMES) <= set(dir(sip))


def test_a_room_is_reached_without_importing_it():
    assert "genesys_ports.sip" in loaded_by("import genesys_ports; assert genesys_ports.sip.__name__")
