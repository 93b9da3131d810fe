"""What is said of names and numbers that stand for those of the lessons."""

from __future__ import annotations

COLUMNS = ("In the lessons", "In your lessons")
CAPTION = "What your plan calls it"
NOT_USABLE = (
    "{name!r} stays {kept} here: a name in the lessons has letters, digits, dots, dashes and underscores, and is no "
    "number."
)
FIXED = "Port {number} stays: a standard fixes this number, and the lessons say so, or yours is one below 1024."
TWICE = "{kept} stays: {name} stands for something else already."
NUMBER_TWICE = "Port {kept} stays: {number} stands for another port already, or is none that a server here can have."
FILE = "renaming"
WANTED = "a file that `genesys-ports adapt` has written"
