"""Pictures have the same bytes in every run, whatever the order of sets, and leave pyplot alone."""

from tests.helpers import outputs_of_two_processes

#: A notebook's form has the PNG in it.
SAME = """
import sys
from genesys_ports import frame, load_plan, load_switch, port_map, topology
from genesys_ports.switch import Switching

switching = Switching(load_switch("notebooks/plans/switch-ports.csv"), lambda event: None)
switching.arrive("5551234", "2001")
switching.make_call("2002", "2003")
switching.answer("1", "2001")
switching.hold("1", "2001")
desk = type("Desk", (), {"name": "switch", "states": lambda self: switching.ports()})()
plan = load_plan("notebooks/plans/cti.csv")
for picture in (frame(desk), frame(plan, beside=True), port_map(plan), topology(plan)):
    sys.stdout.buffer.write(picture._repr_html_().encode())
sys.stdout.buffer.write(frame(desk).to_svg().encode() + topology(plan).to_svg().encode())
assert "matplotlib.pyplot" not in sys.modules
"""


def test_the_same_bytes_in_two_processes():
    assert len(outputs_of_two_processes(SAME)) == 1
