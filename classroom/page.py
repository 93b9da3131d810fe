"""`python -m classroom.page`: the instructor's page, as a service of the hub. Who is where, and what stops people."""

from __future__ import annotations

import asyncio
import os
import signal
import stat
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jupyterhub.services.auth import HubOAuthCallbackHandler, HubOAuthenticated
from jupyterhub.utils import url_path_join
from tornado.web import Application, RequestHandler, authenticated

from classroom import words
from classroom.place import Settings
from classroom.roll import Roll
from genesys_ports.exercises.attempts import FILE
from genesys_ports.exercises.class_progress import ClassProgress, class_progress

__all__ = ["application", "page_of", "progress_of", "trusted"]

#: Seconds until the page loads itself anew.
REFRESH = 20

#: Nothing on the page runs, and nothing is fetched from elsewhere.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; frame-ancestors 'none'"


def trusted(file: Path, user_id: int | None) -> bool:
    """Whether this is a learner's file and not a way to something of somebody else's: no link of either kind."""
    try:
        told = file.lstat()
    except OSError:
        return False
    owner = os.geteuid() if user_id is None else user_id
    return stat.S_ISREG(told.st_mode) and told.st_uid == owner and told.st_nlink == 1


def progress_of(settings: Settings) -> ClassProgress:
    """The progress of everybody on the roll."""
    roll = Roll.read(settings.place.roll)
    files = {}
    for one in roll.learners:
        file = settings.place.learners / one.name / FILE
        ours = trusted(file, None if settings.one_user else roll.user_id(one))
        files[one.name] = file if ours else Path(os.devnull)
    return class_progress(files)


def page_of(progress: ClassProgress, now: datetime, still: bool, address: str = "") -> str:
    """The page. `still` is one that does not load itself anew, for whoever reads it with care."""
    return words.PAGE.format(
        refresh="" if still else words.REFRESH.format(seconds=REFRESH),
        when=escape(f"{now:%H:%M:%S}"),
        switch=words.MOVING if still else words.STILL,
        address=escape(address),
        content=progress._repr_html_(),
    )


class Page(HubOAuthenticated, RequestHandler):  # type: ignore[misc] # JupyterHub and Tornado have no types
    """The page itself."""

    def initialize(self, settings: Settings) -> None:
        """What the handler needs of the classroom."""
        self.classroom = settings

    def set_default_headers(self) -> None:
        """Headers of every answer."""
        self.set_header("Content-Security-Policy", POLICY)
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Cache-Control", "no-store")

    @authenticated
    async def get(self) -> None:
        """Read the learners' files, and show what they say."""
        progress = await asyncio.to_thread(progress_of, self.classroom)
        self.finish(page_of(progress, datetime.now(), bool(self.get_argument("still", ""))))


class Csv(Page):
    """The same, for a spreadsheet."""

    @authenticated
    async def get(self) -> None:
        """Every learner with every question and exercise."""
        progress = await asyncio.to_thread(progress_of, self.classroom)
        self.set_header("Content-Type", "text/csv; charset=utf-8")
        self.set_header("Content-Disposition", "attachment; filename=progress.csv")
        self.finish(progress.to_csv())


def application(settings: Settings, prefix: str) -> Application:
    """The service, with its addresses below `prefix`."""
    ours: dict[str, Any] = {"settings": settings}
    return Application(
        [
            (prefix, Page, ours),
            (url_path_join(prefix, "progress.csv"), Csv, ours),
            (url_path_join(prefix, "oauth_callback"), HubOAuthCallbackHandler),
        ],
        cookie_secret=os.urandom(32),
    )


async def main() -> None:
    """Serve until the hub ends it."""
    settings = Settings.read()
    url = urlsplit(os.environ["JUPYTERHUB_SERVICE_URL"])
    application(settings, os.environ["JUPYTERHUB_SERVICE_PREFIX"]).listen(url.port or 0, url.hostname)
    ended = asyncio.Event()
    for one in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(one, ended.set)
    await ended.wait()


if __name__ == "__main__":
    asyncio.run(main())
