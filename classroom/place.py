"""Where a classroom keeps what: its folder, which stays, and a folder for the time that it runs."""

from __future__ import annotations

import json
import os
import shlex
from dataclasses import asdict, dataclass
from pathlib import Path

from classroom import words
from classroom.errors import ClassroomError

__all__ = ["DEFAULT", "ROOT", "SETTINGS", "Place", "Settings", "make_private"]

#: The folder of the project.
ROOT = Path(__file__).resolve().parent.parent

#: The classroom's folder, in the folder of the project. `.gitignore` knows this name too.
DEFAULT = "genesys-ports-classroom"

#: The variable that names the settings' file to the hub and to the instructor's page.
SETTINGS = "GENESYS_PORTS_CLASSROOM_SETTINGS"


@dataclass(frozen=True, slots=True)
class Place:
    """The classroom's folder, and what lies in it."""

    folder: Path

    @property
    def roll(self) -> Path:
        """Names and passwords."""
        return self.folder / "roll.json"

    @property
    def learners(self) -> Path:
        """A folder for each learner, of its own name."""
        return self.folder / "learners"

    @property
    def running(self) -> Path:
        """Which processes are this classroom, while it runs."""
        return self.folder / "running.json"

    @property
    def log(self) -> Path:
        """What the hub tells."""
        return self.folder / "hub.log"

    def command(self, *arguments: str) -> str:
        """What to type for this classroom, as whoever started this command did."""
        sudo = ["sudo"] if os.geteuid() == 0 and os.environ.get("SUDO_UID") else []
        folder = [] if self.folder == ROOT / DEFAULT else ["--folder", str(self.folder)]
        return shlex.join([*sudo, "python3", "run.py", "classroom", *arguments, *folder])

    def make(self) -> None:
        """The folders, where they are not there yet. Raises `ClassroomError` where that is refused."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self.learners.mkdir(exist_ok=True)
            # Learners pass through; what is in here is listed for nobody.
            for one in (self.folder, self.learners):
                one.chmod(0o711)
        except OSError:
            raise ClassroomError(words.FOLDER_REFUSED.format(folder=self.folder)) from None


@dataclass(frozen=True, slots=True)
class Settings:
    """What the hub is told by the command that starts it."""

    folder: str
    #: For the time that the classroom runs: sockets of kernels, the hub's own database.
    run_folder: str
    url: str
    certificate: str
    key: str
    node_proxy: str
    one_user: bool
    namespaces: bool
    #: Bytes that one process of a learner may have; 0 is no limit.
    memory: int
    #: Minutes after which a kernel that does nothing, and that no page is open for, is ended; 0 is never.
    cull: int
    at_once: int
    hub_port: int
    page_port: int
    proxy_port: int
    fonts: str

    @property
    def place(self) -> Place:
        """The classroom's folder."""
        return Place(Path(self.folder))

    def write(self) -> Path:
        """The file that `read` finds by its variable."""
        file = Path(self.run_folder) / "settings.json"
        file.write_text(json.dumps(asdict(self)), encoding="utf-8")
        return file

    @classmethod
    def read(cls) -> Settings:
        """The settings of the classroom that this process belongs to."""
        return cls(**json.loads(Path(os.environ[SETTINGS]).read_bytes()))


def make_private(folder: Path, user_id: int | None) -> None:
    """A folder that only this user may look into. Raises `ClassroomError` where it is somebody else's already."""
    folder.mkdir(mode=0o700, exist_ok=True)
    told = folder.lstat()
    owner = os.geteuid() if user_id is None else user_id
    if told.st_uid == owner:
        return
    # Made a moment ago by root: still empty. Anything else is somebody's work, and stays that.
    if folder.is_symlink() or told.st_uid != os.geteuid() or any(folder.iterdir()):
        raise ClassroomError(words.FOLDER_OF_ANOTHER.format(folder=folder))
    os.chown(folder, owner, owner)
