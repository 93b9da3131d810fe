"""`Handle`: what the handles on a lab share. A button begins something, the page follows, and text says the same."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from html import escape
from typing import Any

from ..errors import PortsError
from ..table import one_line
from ..trace import Trace
from . import handle_words as words

__all__ = ["STYLE", "Handle", "fill_list", "running_loop"]

#: Seconds within which several pieces of news are shown at once.
LOOK = 0.05

#: Seconds without a new letter after which a text is complete.
TYPING = 0.1

#: What buttons have begun, at most: who clicks faster than a lab can follow is not heard.
WAITING = 8

#: Colours are the page's own, light or dark; outside JupyterLab those of a light page.
STYLE = """<style>
.genesys-ports-handle {
  font-size: 1.05em; color: var(--jp-content-font-color1, #111);
}
.genesys-ports-handle .widget-html-content {line-height: 1.4}
.genesys-ports-handle button:focus-visible, .genesys-ports-handle [tabindex]:focus-visible {
  outline: 3px solid var(--jp-brand-color1, #1565c0); outline-offset: 1px;
}
/* One sentence instead of JupyterLab's broken chain at every widget whose kernel has ended. */
.genesys-ports-handle .jupyter-widgets-disconnected::before {display: none}
.genesys-ports-handle.jupyter-widgets-disconnected::before {
  content: "@ENDED@"; font: inherit; font-weight: bold; color: inherit; padding: 4px 0;
}
</style>""".replace("@ENDED@", words.ENDED)


class Handle:
    """Something with buttons, shown in a notebook. Whatever its buttons do, code does too.

    A handle has two halves: itself, which knows and does, and its widgets, which are made when it is first shown.
    What subclasses write: `_build` makes the widgets, `_fill` fills them with what is so now, `__str__` says the
    same as text.
    """

    def __init__(self, trace: Trace | None = None) -> None:
        #: What the last button has said.
        self.said = ""
        self._box: Any = None
        self._status: Any = None
        self._queue: deque[Callable[[], Awaitable[object]]] = deque()
        self._worker: asyncio.Task[None] | None = None
        self._looking: asyncio.TimerHandle | None = None
        self._trace = trace
        # Where the handle is shown, and where all that it does is done.
        self._loop: asyncio.AbstractEventLoop | None = None
        self._looking_in: asyncio.AbstractEventLoop | None = None
        self._filler: int | None = None

    # --- what subclasses write

    def _build(self, kit: Any) -> list[Any]:
        """The widgets, made once, from above to below; `kit` is ipywidgets."""
        raise NotImplementedError

    def _fill(self) -> None:
        """Fill the widgets with what is so now. What has not changed is not sent to the browser."""
        raise NotImplementedError

    def __str__(self) -> str:
        raise NotImplementedError

    # --- shown

    def widget(self) -> Any:
        """The handle as an ipywidgets box. Every display shows the same one."""
        if self._box is None:
            import ipywidgets

            self._loop = running_loop()
            kit: Any = ipywidgets
            self._status = kit.HTML(layout=kit.Layout(margin="2px 0"))
            parts = self._build(kit)
            # Of a tall handle the end may be out of sight: it has its own place for what is said.
            self._box = kit.VBox([kit.HTML(STYLE), *parts, *([] if self._status in parts else [self._status])])
            self._box.add_class("genesys-ports-handle")
            if self._trace is not None:
                self._trace.watch(self._news)
            self._fill()
        return self._box

    def refresh(self) -> None:
        """Show what is so now."""
        if self._looking is not None:
            self._looking.cancel()
            self._looking = None
        if self._box is not None:
            self._fill()

    def _news(self) -> None:
        """There is something new: show it soon, together with what else comes meanwhile."""
        loop = running_loop()
        # Without a loop, whoever did this asks for the text, or for `refresh`. What a loop was about to do when it
        # ended, it never does.
        if self._box is not None and loop is not None and (self._looking is None or self._looking_in is not loop):
            self._looking, self._looking_in = loop.call_later(LOOK, self.refresh), loop

    def say(self, sentence: str) -> None:
        """A sentence below the handle; a screen reader reads it when it appears."""
        self.said = sentence
        if self._status is not None:
            self._status.value = f'<p role="status" style="margin:0;font-weight:bold">{escape(one_line(sentence))}</p>'

    # --- fields

    @contextmanager
    def filling(self) -> Iterator[None]:
        """Within this, a field that changes says nothing new: it is filled by us."""
        before, self._filler = self._filler, threading.get_ident()
        try:
            yield
        finally:
            self._filler = before

    @property
    def is_filling(self) -> bool:
        """Whether a field changes because we fill it. What comes from the page meanwhile comes in another thread."""
        return self._filler == threading.get_ident()

    # --- what buttons begin

    def _button(self, kit: Any, label: str, act: Callable[[], object], tip: str = "") -> Any:
        """A button as wide as its label. `act` is called at a click; what it gives to await is awaited in turn."""
        button = kit.Button(description=label, tooltip=tip or None, layout=kit.Layout(width="auto"))
        button.on_click(lambda _: self.do(act))
        return button

    def _at_enter(self, field: Any, act: Callable[[], object]) -> None:
        """Let Enter in a text field do what `act` does, as a click on its button would."""

        async def complete() -> object:
            # The page may tell of Enter before it tells of the letters typed just before.
            before = None
            while before != field.value:
                before = field.value
                await asyncio.sleep(TYPING)
            result = act()
            return await result if isinstance(result, Awaitable) else result

        def heard(_widget: Any, content: Any, _buffers: Any) -> None:
            if isinstance(content, dict) and content.get("event") == "submit":
                self.do(complete)

        field.on_msg(heard)

    def do(self, act: Callable[[], object]) -> None:
        """Do what a button stands for: at once, or in turn where it takes time. Errors become sentences.

        JupyterLab 4.4 and later let clicks come in a thread of their own (a subshell of the kernel), and a lab can be
        used only where it was opened: such a click is handed to the event loop of the cell that showed the handle.
        """
        if self._loop is not None and self._loop.is_running() and running_loop() is not self._loop:
            self._loop.call_soon_threadsafe(self.do, act)
            return
        try:
            result = act()
        except PortsError as error:
            self.say(str(error))
        else:
            if isinstance(result, Awaitable):
                self._begin(result)
            elif result is not None:
                self.say(str(result))
        self.refresh()

    def _begin(self, what: Awaitable[object]) -> None:
        if len(self._queue) >= WAITING:
            getattr(what, "close", lambda: None)()
            self.say(words.BUSY)
            return

        async def later() -> object:
            return await what

        self._queue.append(later)
        if self._worker is None or self._worker.done():
            self._worker = asyncio.ensure_future(self._work())

    async def _work(self) -> None:
        while self._queue:
            try:
                result = await self._queue.popleft()()
            except PortsError as error:
                self.say(str(error))
            except Exception as error:
                # No task may keep it to itself, and what was clicked after it is still to be done.
                told = {"message": words.FAILED.format(handle=type(self).__name__), "exception": error}
                asyncio.get_running_loop().call_exception_handler(told)
            else:
                if result is not None:
                    self.say(str(result))
            self.refresh()

    async def done(self) -> None:
        """Wait until everything that buttons have begun has ended, and is shown."""
        while self._worker is not None and not self._worker.done():
            await asyncio.wait([self._worker])
        self.refresh()

    def _repr_mimebundle_(self, **options: Any) -> Mapping[str, Any]:
        # Our own text/plain: that of ipywidgets differs from version to version.
        return {**self.widget()._repr_mimebundle_(**options), "text/plain": str(self)}


def running_loop() -> asyncio.AbstractEventLoop | None:
    """The event loop that runs in this thread, if there is one."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def fill_list(chooser: Any, options: list[tuple[str, Any]], value: object) -> None:
    """Fill a list to choose from, where it has changed, and choose `value`; nothing, where it is not in there."""
    if list(chooser.options) != options:
        chooser.options = options
    values = [one for _, one in options]
    chooser.index = values.index(value) if value in values else None
