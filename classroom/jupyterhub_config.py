"""The hub's settings, read by JupyterHub. `python3 run.py classroom` starts it, and writes what varies to a file.

Nothing here speaks of a single machine's paths: those come with the settings.
"""

import sys
from typing import Any

from classroom.authenticator import RollAuthenticator
from classroom.place import SETTINGS, Settings
from classroom.proxy import PassingProxy
from classroom.roll import INSTRUCTOR, NAME
from classroom.spawner import LearnerSpawner

settings = Settings.read()
c: Any = get_config()  # type: ignore[name-defined] # noqa: F821 - given by traitlets to each configuration file

c.JupyterHub.bind_url = settings.url
c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{settings.hub_port}"
c.JupyterHub.ssl_cert = settings.certificate
c.JupyterHub.ssl_key = settings.key

# For as long as the classroom runs: everybody logs in anew at the next start, and nothing has to be upgraded.
c.JupyterHub.db_url = f"sqlite:///{settings.run_folder}/hub.sqlite"
c.JupyterHub.cookie_secret_file = f"{settings.run_folder}/cookie_secret"

if settings.node_proxy:
    c.JupyterHub.proxy_class = "configurable-http-proxy"
    c.ConfigurableHTTPProxy.command = [settings.node_proxy]
    c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{settings.proxy_port}"
    c.ConfigurableHTTPProxy.pid_file = f"{settings.run_folder}/proxy.pid"
else:
    c.JupyterHub.proxy_class = PassingProxy

c.JupyterHub.authenticator_class = RollAuthenticator
c.RollAuthenticator.roll_file = str(settings.place.roll)
# The roll says who may; whoever it lets in is somebody it knows.
c.RollAuthenticator.allow_all = True
c.RollAuthenticator.username_pattern = f"^{NAME.pattern}$"
c.RollAuthenticator.admin_users = {INSTRUCTOR}

c.JupyterHub.spawner_class = LearnerSpawner
c.JupyterHub.active_server_limit = settings.at_once
# All of a class log in within the same minute. A limit would send some of them away, to try again later.
c.JupyterHub.concurrent_spawn_limit = 0
c.LearnerSpawner.cmd = [sys.executable, "-m", "classroom.server"]
c.LearnerSpawner.default_url = "/lab/tree/00-start-here.ipynb"
c.LearnerSpawner.notebook_dir = "~"
c.LearnerSpawner.start_timeout = 300
c.LearnerSpawner.http_timeout = 300
c.LearnerSpawner.term_timeout = 10
# A server that somebody has ended is noticed soon, and its port is no one's then.
c.LearnerSpawner.poll_interval = 10

c.JupyterHub.services = [
    {
        "name": "progress",
        "url": f"http://127.0.0.1:{settings.page_port}",
        "command": [sys.executable, "-m", "classroom.page"],
        "environment": {SETTINGS: f"{settings.run_folder}/settings.json"},
        "oauth_no_confirm": True,
    }
]
