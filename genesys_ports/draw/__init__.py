"""Pictures of a plan or a trace: each is text first, and says the same in every form.

    ladder(lab)      who sent what to which port, in order
    port_map(lab)    the ports of each host, and what became of them
    topology(lab)    who connects to whom
    frame(lab)       the cards of a switch, each voice port lit by the call it carries

A picture is a snapshot: what happens later does not change it.
"""

from .frames import Frame, frame
from .ladders import Ladder, ladder
from .portmaps import PortMap, port_map
from .topologies import Topology, topology

__all__ = ["Frame", "Ladder", "PortMap", "Topology", "frame", "ladder", "port_map", "topology"]
