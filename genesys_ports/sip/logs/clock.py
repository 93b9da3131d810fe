"""The time of each line: a log line tells the hour, and the header block the day."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

__all__ = ["Clock"]

DAY = 86_400.0

#: A clock this far back (in seconds) means that midnight has passed; a smaller step is two threads, or a clock set.
_BACK = 12 * 3600.0

#: And this far ahead, right after midnight, a line of the day before that was written late.
_AHEAD = 23 * 3600.0


#: Parts of a second that so many digits count.
_PARTS = tuple(10**digits for digits in range(7))


class Clock:
    """Seconds since the midnight before the log began, and the date of that midnight where the log tells it."""

    def __init__(self) -> None:
        self._day = 0
        self._hour = -1.0
        self._second = 0.0
        #: The date of day 0.
        self.date: date | None = None

    def at(self, hour: bytes, minute: bytes, second: bytes, fraction: bytes | None) -> float:
        """The time of a line that tells no date."""
        of_day = int(hour) * 3600.0 + int(minute) * 60.0 + int(second)
        day = self._day
        if self._hour >= 0.0 and of_day < self._hour - _BACK:
            self._day = day = day + 1
        if self._hour >= 0.0 and of_day > self._hour + _AHEAD and day:
            day -= 1
        else:
            self._hour = of_day
        self._second = day * DAY + of_day
        return self.within(fraction)

    def within(self, fraction: bytes | None) -> float:
        """The time of a line in the same second as the one before."""
        return self._second if fraction is None else self._second + int(fraction) / _PARTS[len(fraction)]

    def on(self, day: date, hour: time | None = None) -> None:
        """The log tells the date of what comes next, and perhaps the hour."""
        if self.date is None:
            if hour is not None and self._hour - _BACK > hour.hour * 3600.0:
                # Between what came before and this, midnight has passed.
                self._day += 1
                self._hour = hour.hour * 3600.0
            self.date = day - timedelta(days=min(self._day, day.toordinal() - 1))
        told = (day - self.date).days
        if told != self._day:
            self._day = told
            self._hour = -1.0

    def moment(self, seconds: float) -> datetime | None:
        """The local date and time, where the log tells the date."""
        if self.date is None:
            return None
        try:
            return datetime(self.date.year, self.date.month, self.date.day) + timedelta(seconds=seconds)
        except OverflowError:
            return None
