"""For The Littlest JupyterHub: put this file into /opt/tljh/config/jupyterhub_config.d/ and reload the hub.

Each learner gets a loopback network of its own, by the number that the hub has given to the account, and a copy of the
lessons in its home folder. A learner's file is never replaced: `genesys-ports lab --copy-only` adds what is not there.
docs/classroom.md tells how the package gets into the learners' environment.
"""

from ipaddress import IPv4Network
from typing import Any

c: Any = get_config()  # type: ignore[name-defined] # noqa: F821 - given by traitlets to each configuration file

#: Of 127.32.0.0/11, a /20 for each of 512 accounts.
NETWORKS = IPv4Network("127.32.0.0/11")

#: The command is looked for in the learners' environment, and what it says goes to the learner's log.
START = """\
genesys-ports lab "$HOME/genesys-ports-lessons" --copy-only || echo "The lessons could not be copied." >&2
exec jupyterhub-singleuser "$@"
"""


def network_of(number: int) -> str:
    """The range of the account with this number in the hub's database."""
    size = 2 ** (32 - 20)
    return f"{NETWORKS.network_address + number % 512 * size}/20"


def give_network(spawner: Any) -> None:
    """Tell the learner's labs which addresses are theirs."""
    ours = {"GENESYS_PORTS_NETWORK": network_of(spawner.user.orm_user.id)}
    spawner.environment = {**spawner.environment, **ours}


c.Spawner.pre_spawn_hook = give_network
c.Spawner.cmd = ["/bin/bash", "-c", START, "start"]
c.Spawner.default_url = "/lab/tree/genesys-ports-lessons/00-start-here.ipynb"
