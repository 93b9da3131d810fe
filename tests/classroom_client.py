"""A classroom started by its own command, and learners who come to it over HTTP and WebSockets as a browser does."""

import asyncio
import csv
import json
import os
import re
import socket
import subprocess
import sys
import time
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.websocket import websocket_connect

from classroom.roll import INSTRUCTOR
from tests.helpers import ROOT, unmeasured

#: Seconds for whatever is awaited; never reached where all is well, however busy the machine is.
LIMIT = 150

AsyncHTTPClient.configure(None, max_clients=100)


def command(*arguments: object, folder: Any) -> list[str]:
    """`python -m classroom …` for the classroom in this folder."""
    return [sys.executable, "-m", "classroom", *map(str, arguments), "--folder", str(folder)]


def told(*arguments: object, folder: Any, code: int = 0) -> str:
    """What such a command prints."""
    done = subprocess.run(
        command(*arguments, folder=folder), cwd=ROOT, env=unmeasured(), capture_output=True, text=True
    )
    assert done.returncode == code, done
    return done.stdout + done.stderr


class Room:
    """A classroom, open until `end`."""

    def __init__(self, folder: Path, learners: int, *options: object, prefix: list[str] | None = None) -> None:
        self.folder = folder / "room"
        text = told("learners", learners, "--list", folder / "learners.csv", folder=self.folder)
        with open(folder / "learners.csv", newline="") as file:
            self.passwords = dict(list(csv.reader(file))[1:])
        found = re.search(rf"{INSTRUCTOR}  (\S+)", text)
        assert found
        self.passwords[INSTRUCTOR] = found[1]
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.output = open(folder / "output.txt", "w+")  # noqa: SIM115 - closed by `end`
        self.process = subprocess.Popen(
            [*(prefix or []), *command("start", "--port", self.port, *options, folder=self.folder)],
            cwd=ROOT,
            env=unmeasured(),
            stdin=subprocess.DEVNULL,
            stdout=self.output,
            stderr=subprocess.STDOUT,
        )

    @property
    def said(self) -> str:
        """What the command has printed so far."""
        return (self.folder.parent / "output.txt").read_text()

    def wait(self) -> "Room":
        """Until it is open."""
        deadline = time.monotonic() + LIMIT
        while "Ctrl-C here" not in self.said:
            assert self.process.poll() is None, self.said
            assert time.monotonic() < deadline, self.said
            time.sleep(0.05)
        return self

    def end(self) -> None:
        """Ctrl-C, where it is still running."""
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(LIMIT)
        self.output.close()

    def run_folder(self) -> str:
        """The folder for the time that it runs."""
        return str(json.loads((self.folder / "running.json").read_text())["run_folder"])


class Visitor:
    """Somebody with a browser: keeps cookies, follows where the hub sends it."""

    def __init__(self, room: Any, name: str) -> None:
        self.room, self.name = room, name
        self.cookies: dict[tuple[str, str], str] = {}
        self.kernels: list[RemoteKernel] = []

    def _cookie_header(self, path: str) -> str:
        return "; ".join(f"{key}={value}" for (at, key), value in self.cookies.items() if path.startswith(at))

    def _keep(self, headers: Any) -> None:
        for line in headers.get_list("Set-Cookie"):
            for one in SimpleCookie(line).values():
                self.cookies[one["path"] or "/", one.key] = one.value

    def _xsrf(self, path: str) -> str:
        fitting = [(at, value) for (at, key), value in self.cookies.items() if key == "_xsrf" and path.startswith(at)]
        return max(fitting)[1] if fitting else ""

    async def ask(self, path: str, method: str = "GET", body: str | None = None, **headers: str) -> Any:
        """One answer, whatever its status; where it sends the browser elsewhere, that of the last page."""
        for _ in range(12):
            headers["Cookie"] = self._cookie_header(path)
            if method != "GET":
                headers["X-XSRFToken"] = self._xsrf(path)
                headers.setdefault("Content-Type", "application/json")
            request = HTTPRequest(
                self.room.url + path,
                method,
                headers,
                body,
                follow_redirects=False,
                request_timeout=LIMIT,
                allow_nonstandard_methods=True,
            )
            answer = await AsyncHTTPClient().fetch(request, raise_error=False)
            self._keep(answer.headers)
            if answer.code not in (301, 302, 303, 307):
                return answer
            path, method, body = answer.headers["Location"].removeprefix(self.room.url), "GET", None
        raise AssertionError(path)

    async def log_in(self, password: str | None = None) -> int:
        """The status of the page that this leads to."""
        await self.ask("/hub/login")
        form = {"username": self.name, "password": password or self.room.passwords[self.name]}
        path = "/hub/login?next=%2Fhub%2Fhome"
        body = urlencode(form | {"_xsrf": self._xsrf("/hub/login")})
        answer = await self.ask(path, "POST", body, **{"Content-Type": "application/x-www-form-urlencoded"})
        return int(answer.code)

    async def spawn(self) -> float:
        """Start this learner's server; seconds until it answers."""
        begun = time.monotonic()
        answer = await self.ask(f"/hub/api/users/{self.name}/server", "POST", "")
        assert answer.code in (201, 202), (answer.code, answer.body)
        while True:
            answer = await self.ask(f"/user/{self.name}/api/status")
            if answer.code in (200, 403):
                seconds = time.monotonic() - begun
                # By way of the hub, which says there who this is.
                page = await self.ask(f"/user/{self.name}/lab")
                assert page.code == 200, page.body
                return seconds
            assert time.monotonic() - begun < LIMIT, answer.body
            await asyncio.sleep(0.1)

    async def api(self, path: str, method: str = "GET", body: object = None) -> Any:
        """What this learner's server answers: its status, or the data where all is well."""
        text = json.dumps(body) if body is not None else ("" if method == "POST" else None)
        answer = await self.ask(f"/user/{self.name}/api/{path}", method, text)
        return json.loads(answer.body) if answer.code in (200, 201) else answer.code

    async def kernel(self) -> "RemoteKernel":
        """A new kernel, spoken to as JupyterLab does."""
        made = await self.api("sessions", "POST", {
            "path": f"{uuid4()}.ipynb", "type": "notebook", "name": "", "kernel": {"name": "python3"},
        })  # fmt: skip
        path = f"/user/{self.name}/api/kernels/{made['kernel']['id']}/channels"
        request = HTTPRequest(
            f"{self.room.url.replace('http', 'ws', 1)}{path}",
            headers={"Cookie": self._cookie_header(path)},
            connect_timeout=LIMIT,
            request_timeout=LIMIT,
        )
        self.kernels.append(
            RemoteKernel(made["kernel"]["id"], await websocket_connect(request, max_message_size=2**27))
        )
        return self.kernels[-1]

    def leave(self) -> None:
        """Close the browser."""
        for one in self.kernels:
            one.socket.close()


class RemoteKernel:
    """A kernel at the other end of a WebSocket."""

    def __init__(self, identity: str, socket: Any) -> None:
        self.identity, self.socket = identity, socket

    async def run(self, source: str) -> list[dict[str, Any]]:
        """The outputs of a cell, as a notebook stores them; chunks of one stream are one."""
        header = {"msg_id": uuid4().hex, "msg_type": "execute_request", "username": "", "session": "", "version": "5.3"}
        content = {"code": source, "silent": False, "store_history": True, "allow_stdin": False, "stop_on_error": False}
        message = {"channel": "shell", "header": header, "parent_header": {}, "metadata": {}, "content": content}
        await self.socket.write_message(json.dumps(message))
        outputs: list[dict[str, Any]] = []
        while True:
            text = await asyncio.wait_for(self.socket.read_message(), LIMIT)
            assert text is not None, "the kernel has gone"
            reply = json.loads(text)
            if reply["parent_header"].get("msg_id") != header["msg_id"] or reply["channel"] != "iopub":
                continue
            kind, content = reply["msg_type"], reply["content"]
            if kind == "status" and content["execution_state"] == "idle":
                return outputs
            if kind == "stream" and outputs and outputs[-1].get("name") == content["name"]:
                outputs[-1]["text"] += content["text"]
            elif kind in ("stream", "error", "display_data", "execute_result"):
                outputs.append({"output_type": kind, **content})

    async def text(self, source: str) -> str:
        """What a cell prints."""
        return "".join(one.get("text") or one.get("evalue") or "" for one in await self.run(source))


def root() -> bool:
    """Whether learners get user ids of their own here."""
    return os.geteuid() == 0
