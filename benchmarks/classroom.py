"""Memory and seconds for each learner of a classroom, beside a bare JupyterHub with JupyterLab on the same machine.

    python3 run.py benchmarks classroom
    python3 run.py benchmarks classroom --quick      1 and 8 learners only

Each learner logs in, starts a server and a kernel, and imports what lessons import. Memory is what the processes do not
share (USS), server and kernel together; seconds are from the request for a server until it answers.
"""

import asyncio
import json
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import psutil

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.classroom_client import Room, Visitor, root  # noqa: E402 - found by way of the line above

SIZES = (1, 8) if "--quick" in sys.argv else (1, 8, 15)

IMPORTS = "import matplotlib.pyplot, genesys_ports.lab.lab, genesys_ports.plan, genesys_ports.draw, ipywidgets"

BARE = """
c.JupyterHub.bind_url = "http://127.0.0.1:{port}/"
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{hub}"
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = "{folder}/{{username}}"
c.Spawner.cmd = ["{python}", "-m", "jupyterhub.singleuser", "--allow-root"]
c.Spawner.start_timeout = c.Spawner.http_timeout = 300
c.JupyterHub.concurrent_spawn_limit = 0
from classroom.proxy import PassingProxy
c.JupyterHub.proxy_class = PassingProxy
c.JupyterHub.db_url = "sqlite:///{folder}/hub.sqlite"
c.JupyterHub.cookie_secret_file = "{folder}/secret"
"""


class Bare:
    """JupyterHub as it comes, behind the same door: what differs is what the classroom adds."""

    def __init__(self, folder, learners):
        with socket.socket() as one, socket.socket() as two:
            for probe in (one, two):
                probe.bind(("127.0.0.1", 0))
            self.port, hub = one.getsockname()[1], two.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.passwords = {f"learner-{number:02}": "x" for number in range(1, learners + 1)}
        config = BARE.format(port=self.port, hub=hub, folder=folder, python=sys.executable)
        (folder / "config.py").write_text(config)
        command = [sys.executable, "-m", "jupyterhub", "-f", str(folder / "config.py")]
        with open(folder / "log.txt", "w") as log:
            self.process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, start_new_session=True)

    def wait(self):
        """Until it answers."""
        for _ in range(1200):
            try:
                with urllib.request.urlopen(f"{self.url}/hub/health", timeout=5):
                    return self
            except OSError:
                time.sleep(0.1)
        raise SystemExit("the bare hub does not answer")

    def end(self):
        """End it, and with it every server."""
        self.process.terminate()
        self.process.wait(60)


@contextmanager
def opened(kind, learners):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        options = () if root() else ("--one-user",)
        made = Room(folder, learners, *options) if kind == "classroom" else Bare(folder, learners)
        try:
            yield made.wait()
        finally:
            made.end()


def memory(process):
    """MiB of the hub, and of each learner's server and kernel: what each process has for itself."""
    sizes = []
    for one in psutil.Process(process.pid).children(recursive=True):
        try:
            if "singleuser" in " ".join(one.cmdline()) or "classroom.server" in " ".join(one.cmdline()):
                family = [one, *one.children(recursive=True)]
                sizes.append(sum(each.memory_full_info().uss for each in family) / 2**20)
        except psutil.Error:
            continue
    return sizes


async def measured(kind, learners):
    with opened(kind, learners) as hub:
        visitors = [Visitor(hub, name) for name in hub.passwords if name.startswith("learner-")]
        for one in visitors:
            assert await one.log_in() == 200
        seconds = await asyncio.gather(*(one.spawn() for one in visitors))
        kernels = await asyncio.gather(*(one.kernel() for one in visitors))
        await asyncio.gather(*(one.run(IMPORTS) for one in kernels))
        sizes = memory(hub.process)
        assert len(sizes) == learners, sizes
        for one in visitors:
            one.leave()
        return {"median": median(seconds), "all": max(seconds), "memory": median(sizes)}


def main():
    print(f"{'':10}  {'learners':>8}  {'median s':>8}  {'all, s':>8}  {'MiB each':>8}")
    results = []
    for learners in SIZES:
        for kind in ("bare", "classroom"):
            found = asyncio.run(measured(kind, learners))
            results.append({"kind": kind, "learners": learners, **found})
            print(
                f"{kind:10}  {learners:8}  {found['median']:8.1f}  {found['all']:8.1f}  {found['memory']:8.0f}",
                flush=True,
            )
    if "--json" in sys.argv:
        print(json.dumps(results))


if __name__ == "__main__":
    main()
