"""What is told of a learner's progress, and of that of a class: whole sentences, with named places for values."""

from __future__ import annotations

# --- a learner
SUMMARY = "Your progress: {questions_right} of {questions} questions, {exercises_done} of {exercises} exercises"
LESSONS = ("Lesson", "Questions right", "Exercises done", "State")
COUNT = "{done} of {total}"
NONE = "none"
DONE = "● done"
BEGUN = "◐ begun"
NOT_BEGUN = "○ not begun"
NEXT_QUESTIONS = "Next: lesson {lesson}. Questions still open there: {questions}."
NEXT_EXERCISES = "Next: lesson {lesson}. Exercises still open there: {exercises}."
NEXT_BOTH = "Next: lesson {lesson}. Still open there: questions {questions}, exercises {exercises}."
ALL_DONE = "Everything is done: every question answered right, every exercise passed."
KEPT = "Your progress is kept in {file}, a file of your own."
KEPT_NOWHERE = "No progress is kept at the moment."

DETAILS = ("Lesson", "Kind", "Key", "Title", "Seen", "Attempts", "Passed", "Passed at attempt", "Minutes")
YES = "yes"
NO = "no"

PUT_ASIDE = "Your progress so far is kept aside, as {file}. A new one begins with your next answer."
NOTHING_TO_RESET = "There is no progress yet, so nothing has been put aside."
NOT_RESET = "The system does not let you rename this file, so your progress stays as it is."
SAVED = "Saved: {file}, a row for each question and exercise."

# --- a class
CLASS_SUMMARY = "{learners} learners"
CLASS_SUMMARY_ONE = "1 learner"
LEARNERS = ("Learner", "Lesson", "Last at", "Minutes ago", "Questions right", "Exercises done", "Stuck at")
NOTHING_TRIED = "nothing yet"
EXERCISES_CAPTION = "Which question and which exercise stops people"
EXERCISES = ("Lesson", "Kind", "Key", "Tried", "Passed", "Attempts until passed", "Stuck", "Who is stuck")
STOPS = "What stops people most is {key}, lesson {lesson}: of {tried} who tried it, {stuck} stuck."
STOPS_NOBODY = "Nobody is stuck."
STUCK_MEANS = "Stuck: {failed} or more attempts, and not passed. An attempt counts as soon as a check is run."
