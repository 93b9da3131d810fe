"""What handles share: buttons that take time, what is said, news that come in numbers, and the text beside."""

import asyncio

import ipywidgets
import pytest

from genesys_ports.errors import LabClosedError
from genesys_ports.trace import WATCHERS_KEPT, Kind, Trace
from genesys_ports.widgets.handle import WAITING, Handle
from genesys_ports.widgets.handle_words import BUSY
from tests.helpers import until


class Counter(Handle):
    """Counts clicks, some of which take time; and how often it was filled."""

    def __init__(self, trace=None):
        super().__init__(trace)
        self.count = self.filled = 0
        self.gate = asyncio.Event()

    def _build(self, kit):
        self.now = self._button(kit, "Now", self.add)
        self.later = self._button(kit, "Later", self.add_later)
        self.wrong = self._button(kit, "Wrong", self.refuse)
        self.wrong_later = self._button(kit, "Wrong, later", self.refuse_later)
        self.shown = kit.HTML()
        return [self.now, self.later, self.wrong, self.wrong_later, self.shown]

    def _fill(self):
        self.filled += 1
        self.shown.value = str(self)

    def __str__(self):
        return f"{self.count} clicks"

    def add(self):
        self.count += 1
        return f"Click {self.count}."

    async def add_later(self):
        await self.gate.wait()
        return self.add()

    def refuse(self):
        raise LabClosedError

    async def refuse_later(self):
        self.refuse()


def status(handle):
    return handle.widget().children[-1].value


async def test_a_click_is_done_at_once_and_shown():
    handle = Counter()
    handle.widget()
    handle.now.click()
    assert (handle.shown.value, handle.said) == ("1 clicks", "Click 1.")
    assert '<p role="status"' in status(handle)
    assert "Click 1." in status(handle)


async def test_a_click_that_takes_time_is_shown_when_it_has_ended():
    handle = Counter()
    handle.widget()
    handle.later.click()
    await asyncio.sleep(0)
    assert handle.shown.value == "0 clicks"
    handle.gate.set()
    await handle.done()
    assert (handle.shown.value, handle.said) == ("1 clicks", "Click 1.")


async def test_a_click_from_another_thread_is_done_where_the_handle_was_shown():
    handle = Counter()
    handle.widget()
    here, places = asyncio.get_running_loop(), []

    async def where():
        places.append(asyncio.get_running_loop())

    async def elsewhere():
        # JupyterLab lets the clicks of widgets come in a thread with a loop of its own.
        handle.do(where)
        handle.now.click()

    await asyncio.to_thread(asyncio.run, elsewhere())
    await asyncio.to_thread(handle.do, where)
    await until(lambda: len(places) == 2)
    assert (places, handle.count) == ([here, here], 1)


async def test_clicks_are_done_one_after_the_other_and_too_many_are_not_heard():
    handle = Counter()
    handle.widget()
    handle.later.click()
    await asyncio.sleep(0)
    for _ in range(WAITING + 5):
        handle.later.click()
    assert handle.said == BUSY
    handle.gate.set()
    await handle.done()
    assert handle.count == WAITING + 1


@pytest.mark.parametrize("button", ["wrong", "wrong_later"])
async def test_an_error_is_a_sentence_and_the_next_click_counts(button):
    handle = Counter()
    handle.widget()
    getattr(handle, button).click()
    await handle.done()
    assert handle.said == str(LabClosedError())
    handle.now.click()
    assert handle.count == 1


async def test_what_is_said_is_escaped():
    handle = Counter()
    handle.widget()
    handle.say('<script>alert("1")</script>')
    assert "<script>" not in status(handle)
    assert "&lt;script&gt;" in status(handle)


async def test_news_that_come_together_are_shown_once():
    trace = Trace()
    handle = Counter(trace)
    handle.widget()
    before = handle.filled
    for _ in range(1_000):
        trace.add(Kind.EVENT, "event", "a", "b")
    await until(lambda: handle.filled > before)
    assert handle.filled == before + 1


def test_news_without_a_loop_are_left_until_somebody_asks():
    trace = Trace()
    handle = Counter(trace)
    handle.widget()
    trace.add(Kind.EVENT, "event", "a", "b")
    handle.count = 7
    handle.refresh()
    assert handle.shown.value == "7 clicks"


def test_before_it_is_shown_it_does_without_widgets():
    handle = Counter(Trace())
    handle.do(handle.add)
    handle.refresh()
    assert (str(handle), handle.said, handle.filled) == ("1 clicks", "Click 1.", 0)


def test_every_display_shows_the_same_widgets_and_the_text():
    handle = Counter()
    bundle = handle._repr_mimebundle_()
    assert bundle["text/plain"] == "0 clicks"
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert handle.widget() is handle.widget()
    assert isinstance(handle.widget(), ipywidgets.VBox)


def test_of_many_watchers_the_oldest_give_way():
    trace = Trace()
    told = []
    watchers = [lambda number=number: told.append(number) for number in range(WATCHERS_KEPT + 3)]
    for one in watchers:
        trace.watch(one)
    trace.unwatch(watchers[-1])
    trace.unwatch(watchers[-1])
    trace.add(Kind.EVENT, "event", "a", "b")
    assert told == list(range(3, WATCHERS_KEPT + 2))


async def test_a_button_that_fails_is_told_of_and_the_next_click_is_done():
    handle, told = Counter(), []
    handle.widget()
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: told.append(context))

    async def fail():
        raise ZeroDivisionError

    handle.do(fail)
    handle.later.click()
    handle.gate.set()
    await handle.done()
    assert [type(one["exception"]) for one in told] == [ZeroDivisionError]
    assert "Counter" in told[0]["message"]
    assert handle.shown.value == "1 clicks"


def test_news_in_a_loop_that_has_ended_do_not_keep_those_of_the_next_from_being_shown():
    trace = Trace()
    handle = Counter(trace)
    handle.widget()

    async def ended():
        trace.add(Kind.EVENT, "event", "a", "b")

    async def next_one():
        before = handle.filled
        trace.add(Kind.EVENT, "event", "a", "b")
        await until(lambda: handle.filled > before)

    asyncio.run(ended())
    asyncio.run(next_one())


async def test_what_comes_from_the_page_while_we_fill_is_news():
    handle = Counter()
    with handle.filling():
        assert handle.is_filling
        with handle.filling():
            pass
        assert handle.is_filling
        assert not await asyncio.to_thread(lambda: handle.is_filling)
    assert not handle.is_filling
