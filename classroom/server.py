"""`python -m classroom.server`: a learner's own server, run as that learner: first its lessons, then JupyterLab.

What is the learner's is written by the learner's own user id only: a link that it has put in its folder leads nowhere
that it may not write itself.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from contextlib import suppress
from pathlib import Path

from classroom import words
from classroom.linux import Namespaces
from genesys_ports.cli.lab import lay_out, published
from genesys_ports.errors import PortsError

__all__ = ["FONTS", "NAMESPACES", "main"]

#: Set by the spawner.
FONTS = "GENESYS_PORTS_CLASSROOM_FONTS"
NAMESPACES = "GENESYS_PORTS_CLASSROOM_NAMESPACES"


def main() -> None:
    """Lay out what is new, then become the server."""
    os.umask(0o077)
    home = Path.home()
    lessons = published()
    try:
        if lessons is None:
            raise FileNotFoundError
        laid_out = lay_out(lessons, home)
        print(words.LAID_OUT.format(new=laid_out.new, kept=laid_out.kept, beside=len(laid_out.beside)), flush=True)
    except (PortsError, OSError) as error:
        # A full disk must not keep learners from the work they have.
        print(words.NOT_LAID_OUT.format(problem=error), file=sys.stderr, flush=True)
    _copy_font_list(home)
    arguments = sys.argv[1:]
    if os.environ.get(NAMESPACES):
        arguments += _in_own_network(Path(os.environ["JUPYTER_RUNTIME_DIR"]))
    from jupyterhub.singleuser import main as serve

    sys.argv[1:] = arguments
    serve()


def _copy_font_list(home: Path) -> None:
    """Matplotlib looks through all fonts at its first start; for thirty learners at once that takes minutes."""
    source = os.environ.pop(FONTS, "")
    target = home / ".cache" / "matplotlib"
    if source and not target.exists():
        with suppress(OSError):
            shutil.copytree(source, target)


def _in_own_network(runtime: Path) -> list[str]:
    """A network for this learner's kernels and terminals; gives what the server has to be told."""
    join = [sys.executable, "-m", "classroom.inside", ",".join(Namespaces().names)]
    kernel = runtime / "jupyter" / "kernels" / "python3"
    kernel.mkdir(parents=True, exist_ok=True)
    command = [*join, sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {
        "argv": command,
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "metadata": {"debugger": True},
    }
    (kernel / "kernel.json").write_text(json.dumps(spec))
    os.environ["JUPYTER_PATH"] = str(runtime / "jupyter")
    shell = json.dumps([*join, os.environ.get("SHELL") or "/bin/sh"])
    return [f'--ServerApp.terminado_settings={{"shell_command": {shell}}}']


if __name__ == "__main__":
    main()
