"""Every lesson follows the recipe. Lessons are read as files, nothing runs; a rule yields what is wrong, in words."""

import ast
import copy
import re
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import v4

from tests.conftest import ROOT, code, text
from tools import build_notebooks

LESSONS = sorted((ROOT / "notebooks").glob("[0-9][0-9]-*.ipynb"))

LINES = 15
MEDIAN_LINES = 5

#: Calls whose result is None, so that nothing shows although the line is an expression.
SILENT = {"append", "cleanup", "clear"}

#: A title says what to do: these words do not begin a request.
NO_REQUEST = re.compile(r"(?:what|how|why|when|who|where|which|the|an?|about|on|in|\w+ing)\b", re.IGNORECASE)

FORBIDDEN = {
    r"(?<![\w.])input\(": "waits for the keyboard",
    r"^\s*!": "runs a shell",
    r"^\s*%": "is a magic, not Python",
    r"display_id|clear_output|update_display": "replaces an output afterwards",
    r"time\.sleep\(|from time import.*sleep": "stops the servers that live in the kernel",
    r"subprocess\.(run|call|check_|Popen)|os\.(system|popen)\(": "stops the servers that live in the kernel",
    r"(?<!\w)interact(ive)?\(|\.capture\(|with \w*[oO]ut(put)?\w*:": "prints where nbval cannot compare",
    r";[ \t]*$": "ends with a semicolon, which nbval does not know",
    r"import \*": "hides where names come from",
    r"getpass": "asks for a secret",
    r"nest_asyncio|asyncio\.run\(|run_until_complete": "starts a second event loop; write await",
}

#: What differs from machine to machine or from day to day, looked for in the text of outputs.
FOREIGN = {
    # 127.0.0.1 and its neighbours are words of the field; any other was given to one lab on one day.
    r"\b127\.(?!0\.0\.)\d+\.\d+\.\d+": "a loopback address",
    r"\b(?:pid|process(?: number| id)?)[ =:]+\d+": "a process number",
    r"\berrno\b|\[Errno": "an error number of the system",
    r"0x[0-9a-f]{6,}": "a memory address",
    r"(?<![\w/:.<])/(?:[\w.-]+/)+[\w.-]+": "an absolute path",
    r"\b[A-Z]:\\": "an absolute path",
    r"(?<![\w.])~/": "a path in somebody's home",
    r"\b(?:19|20)\d\d-\d\d-\d\d\b": "a date",
    r"\b\d{1,2}:\d\d:\d\d\b": "a time of day",
    r"\b3\.1\d\.\d+\b": "a version of Python",
}


#: The logs among the samples, with the dates and times that a lesson may show.
SAMPLES = "\n".join(path.read_text("utf-8") for path in (ROOT / "notebooks" / "plans").glob("*.log"))


@dataclass
class Lesson:
    """One notebook, as the rules read it."""

    path: Path
    notebook: Any

    @property
    def cells(self) -> Any:
        return self.notebook.cells

    @property
    def number(self) -> int:
        return int(self.path.name[:2])

    @property
    def code(self) -> list[Any]:
        return [cell for cell in self.cells if cell.cell_type == "code"]

    @property
    def prose(self) -> str:
        return "\n\n".join(cell.source for cell in self.cells if cell.cell_type == "markdown")

    def headings(self) -> list[tuple[int, int, str]]:
        """(cell, level, words) of each heading outside code fences."""
        found = []
        for index, cell in enumerate(self.cells):
            if cell.cell_type == "markdown":
                for match in re.finditer(r"^(#{1,6}) +(.+?) *$", without_fences(cell.source), re.MULTILINE):
                    found.append((index, len(match[1]), match[2].replace("’", "'")))
        return found

    def section(self, words: str) -> list[Any]:
        """The cells from the heading that begins with these words to the next one as high or higher."""
        headings = self.headings()
        for place, (index, level, title) in enumerate(headings):
            if title.startswith(words):
                later = [i for i, other, _ in headings[place + 1 :] if other <= level and i > index]
                return list(self.cells[index : later[0] if later else None])
        return []


def load(path: Path) -> Lesson:
    return Lesson(path, build_notebooks.parse(path.read_text(encoding="utf-8")))


def without_fences(source: str) -> str:
    return re.sub(r"^```.*?^```", "", source, flags=re.MULTILINE | re.DOTALL)


#: An answer may hold one more collapsed block, with another way to the same end.
OTHER_WAY = re.compile(r"<details><summary>Another right way</summary>(.*?)</details>", re.DOTALL)


def details(cell: Any, word: str) -> list[str]:
    """The inside of each collapsed block whose summary begins with this word, without the other way inside it."""
    pattern = rf"<details>\s*<summary>\s*(?:<\w+>)?{word}\b.*?</summary>(.*?)</details>"
    return re.findall(pattern, OTHER_WAY.sub("", cell.source), re.DOTALL) if cell.cell_type == "markdown" else []


def other_ways(cell: Any) -> list[str]:
    return OTHER_WAY.findall(cell.source) if cell.cell_type == "markdown" else []


def python_of(block: str) -> str:
    """The code of the first ```python block; empty without one."""
    return block.partition("```python\n")[2].partition("```")[0]


def tagged(cell: Any, tag: str) -> bool:
    return cell.cell_type == "code" and tag in cell.metadata.get("tags", ())


def html_outputs(lesson: Lesson) -> Iterator[tuple[str, str]]:
    for cell in lesson.code:
        for output in cell.outputs:
            if "text/html" in output.get("data", {}):
                yield named(lesson, cell), output.data["text/html"]


def shown_texts(cell: Any) -> Iterator[str]:
    """What a reader sees of the outputs of a cell, without mark-up and pixels."""
    for output in cell.outputs:
        yield output.get("text", "")
        yield output.get("evalue", "")
        yield from output.get("traceback", ())
        for kind, value in output.get("data", {}).items():
            if kind == "text/plain":
                yield value
            elif kind in ("text/html", "image/svg+xml", "text/markdown"):
                seen = re.findall(r'(?:alt|title|aria-label)="([^"]*)"', value)
                yield " ".join([re.sub(r"<style.*?</style>|<[^>]*>", " ", value, flags=re.DOTALL), *seen])


def named(lesson: Lesson, cell: Any) -> str:
    index = next(i for i, one in enumerate(lesson.cells) if one is cell)
    first = (cell.source.strip().splitlines() or ["empty"])[0]
    return f"cell {index + 1} ({first[:60]})"


# --- the rules


def title(lesson: Lesson) -> Iterator[str]:
    """The first cell: one title that asks to do something, and a line on what the reader will have at the end."""
    first = lesson.cells[0]
    lines = [line for line in first.source.splitlines() if line.strip()]
    if first.cell_type != "markdown" or not lines or not lines[0].startswith("# "):
        yield "the first cell has to begin with the title: # …"
        return
    if NO_REQUEST.match(lines[0][2:]):
        yield f"the title begins with no verb: {lines[0]}"
    if len(lines) < 2 or lines[1].startswith("#"):
        yield "no line below the title on what the reader will have at the end"
    if sum(level == 1 for _, level, _ in lesson.headings()) != 1:
        yield "more than one heading of the first level"


def goals(lesson: Lesson) -> Iterator[str]:
    """What you'll do, learn and need, with minutes, before any code."""
    first_code = next((i for i, cell in enumerate(lesson.cells) if cell.cell_type == "code"), len(lesson.cells))
    wanted = ["What you'll do", "What you'll learn", "What you'll need"]
    found = [words for index, _, words in lesson.headings() if words in wanted and index < first_code]
    if found != wanted:
        yield f"wanted, in this order and before any code: {', '.join(wanted)}; found: {', '.join(found) or 'none'}"
    before = "\n".join(cell.source for cell in lesson.cells[:first_code])
    if not re.search(r"\d+ minutes", before):
        yield "how many minutes it takes is not said before the first code"


def executed(lesson: Lesson) -> Iterator[str]:
    """Every code cell has run, in order, and shows what it says it shows."""
    for count, cell in enumerate(lesson.code, 1):
        if not cell.source.strip():
            yield f"{named(lesson, cell)}: an empty code cell"
        elif cell.execution_count != count:
            yield f"{named(lesson, cell)}: has not run in order: number {cell.execution_count}, not {count}"
        elif shows(cell.source) and not cell.outputs:
            yield f"{named(lesson, cell)}: nothing is stored of what it shows"


def shows(source: str) -> bool:
    tree = ast.parse(source)
    printed = any(isinstance(n, ast.Call) and getattr(n.func, "id", "") == "print" for n in ast.walk(tree))
    last = tree.body[-1] if tree.body else None
    value = last.value if isinstance(last, ast.Expr) else None
    value = value.value if isinstance(value, ast.Await) else value
    silent = isinstance(value, ast.Call) and getattr(value.func, "attr", "") in SILENT
    return printed or (value is not None and not silent)


def length(lesson: Lesson) -> Iterator[str]:
    """No code cell is long, and most are short."""
    counts = [len(cell.source.splitlines()) for cell in lesson.code]
    for cell, count in zip(lesson.code, counts, strict=True):
        if count > LINES:
            yield f"{named(lesson, cell)}: {count} lines, at most {LINES}"
    if counts and statistics.median(counts) > MEDIAN_LINES:
        yield f"half of the code cells have over {MEDIAN_LINES} lines: {counts}"


def imports(lesson: Lesson) -> Iterator[str]:
    """Imports stand in the first code cells, where everybody sees them."""
    seen_other = False
    for cell in lesson.code:
        has = any(isinstance(node, ast.Import | ast.ImportFrom) for node in ast.walk(ast.parse(cell.source)))
        if has and seen_other:
            yield f"{named(lesson, cell)}: imports after the first code"
        seen_other = seen_other or not has
        if cell.metadata.get("jupyter", {}).get("source_hidden") or set(cell.metadata.get("tags", ())) & {
            "hide-input",
            "remove-input",
        }:
            yield f"{named(lesson, cell)}: its code is hidden"


def prose(lesson: Lesson) -> Iterator[str]:
    """More than a third of the cells are words."""
    words = sum(cell.cell_type == "markdown" for cell in lesson.cells)
    if words * 3 <= len(lesson.cells):
        yield f"{words} of {len(lesson.cells)} cells are words, more than a third wanted"


def headings(lesson: Lesson) -> Iterator[str]:
    """Headings go down one level at a time."""
    before = 0
    for _, level, words in lesson.headings():
        if level > before + 1:
            yield f"heading {words!r}: level {level} right below level {before}"
        before = level


def exercises(lesson: Lesson) -> Iterator[str]:
    """At least two exercises, each with starter, check, hints and collapsed answer; lesson 00 needs a check only."""
    names = {
        alias.asname or alias.name
        for cell in lesson.code
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.ImportFrom) and node.module == "genesys_ports.exercises"
        for alias in node.names
    }
    if lesson.number == 0:
        if not any(re.search(r"\bcheck_\w+\(", cell.source) for cell in lesson.code):
            yield "no check"
        return
    titles = [words for _, level, words in lesson.headings() if level == 2 and words.startswith("Exercise")]
    if [re.sub(r": .+$", "", words) for words in titles] != [f"Exercise {n + 1}" for n in range(max(2, len(titles)))]:
        yield f"two exercises or more wanted, '## Exercise 1: …' and so on; found: {titles}"
    for words in titles:
        yield from (f"{words}: {problem}" for problem in exercise(lesson.section(words), names))


def exercise(cells: list[Any], names: set[str]) -> Iterator[str]:
    kinds = [
        kind
        for cell in cells
        for kind, there in {
            "starter": tagged(cell, "exercise"),
            "check": tagged(cell, "check"),
            "hint": bool(details(cell, "Hint")),
            "answer": bool(details(cell, "Answer")),
        }.items()
        if there
    ]
    once = [kind for i, kind in enumerate(kinds) if kinds.index(kind) == i]
    if once != ["starter", "check", "hint", "answer"] or kinds.count("starter") > 1 or kinds.count("check") > 1:
        yield (
            "wanted in this order: a code cell tagged exercise, a code cell tagged check, "
            f"<details><summary>Hint, <details><summary>Answer; found: {', '.join(kinds) or 'none'}"
        )
        return
    check = next(cell for cell in cells if tagged(cell, "check"))
    called = set(re.findall(r"\b(check_\w+)\(", check.source))
    if not called or called - names:
        yield f"the check calls {called or 'nothing'}, which is not imported from genesys_ports.exercises"
    yield from stepwise(cells)
    answers = [one for cell in cells for one in details(cell, "Answer")]
    if sum(len(re.findall(r"```python\n", one)) for one in answers) != 1:
        yield "the answer wants one ```python block, which takes the starter's place"
    if any(not python_of(way).strip() for cell in cells for way in other_ways(cell)):
        yield "another right way wants a ```python block, which takes the starter's place"
    if any("<details open" in cell.source for cell in cells):
        yield "hints and answer have to be collapsed"


def stepwise(cells: list[Any]) -> Iterator[str]:
    """Two hints or three, one after the other, none with a line of an answer that the starter does not show."""
    hints = [hint for cell in cells for hint in details(cell, "Hint")]
    summaries = re.findall(r"<summary>(Hint.*?)</summary>", "\n".join(cell.source for cell in cells))
    if len(hints) < 2 or summaries != [f"Hint {number + 1}" for number in range(len(hints))]:
        yield f"wanted: <summary>Hint 1</summary>, <summary>Hint 2</summary>, each collapsed; found: {summaries}"
    if any("```" in hint for hint in hints):
        yield "a hint shows code: it would give the answer away"
    starter = next(cell.source for cell in cells if tagged(cell, "exercise"))
    answers = [one for cell in cells for one in (*details(cell, "Answer"), *other_ways(cell))]
    lines = {
        line.strip(" ,") for answer in answers for line in python_of(answer).splitlines() if re.search("[(=]", line)
    }
    for line in sorted(lines):
        if line not in starter and any(line in " ".join(hint.split()) for hint in hints):
            yield f"a hint holds a line of the answer: {line}"


def predict(lesson: Lesson) -> Iterator[str]:
    """Predict, run, explain: twice at least. A question may ask for the prediction before anything runs."""
    places = [
        index
        for index, cell in enumerate(lesson.cells)
        if cell.cell_type == "markdown" and re.search(r"^\*\*Predict:\*\*", cell.source, re.MULTILINE)
    ]
    if len(places) < 2 and lesson.number:
        yield f"{len(places)} prompts that begin with **Predict:**, two wanted"
    for index in places:
        after = [cell.cell_type for cell in lesson.cells[index + 1 :] if not cell.source.startswith("question(")]
        if after[:1] != ["code"]:
            yield f"{named(lesson, lesson.cells[index])}: nothing to run after the prediction"
        elif "markdown" not in after or after.index("markdown") > 3:
            yield f"{named(lesson, lesson.cells[index])}: nobody explains what happened"


def ending(lesson: Lesson) -> Iterator[str]:
    """In practice, recap, and a last cell that closes what was opened."""
    words = [words for _, level, words in lesson.headings() if level == 2]
    for wanted in ("In practice", "Recap"):
        if wanted not in words:
            yield f"no section '## {wanted}'"
    opened = [name for cell in lesson.code for name in re.findall(r"(\w+) = await Lab\.open\(", cell.source)]
    words_end = max(i for i, cell in enumerate(lesson.cells) if cell.cell_type == "markdown")
    last = "\n".join(cell.source for cell in lesson.cells[words_end:] if cell.cell_type == "code")
    for name in dict.fromkeys(opened):
        if f"await {name}.close()" not in last:
            yield f"the last code cells have to close what was opened: await {name}.close()"
    if opened and not lesson.code[-1].source.endswith(".close()"):
        yield "the last code cell has to close the lab"


def pictures(lesson: Lesson) -> Iterator[str]:
    """Every picture in the words has a text, and is there."""
    for label, target in re.findall(r"!\[(.*?)\]\((\S+?)\)", lesson.prose, re.DOTALL):
        if not label.strip():
            yield f"picture {target} has no text"
    for tag in re.findall(r"<img\b[^>]*>", lesson.prose):
        if not re.search(r'\balt="[^"]*\w', tag):
            yield f"picture without text: {tag}"


def figures(lesson: Lesson) -> Iterator[str]:
    """A picture among the outputs is a labelled figure; JupyterLab drops the text of a bare one."""
    for cell in lesson.code:
        for output in cell.outputs:
            if bare := {"image/png", "image/jpeg", "image/svg+xml"} & set(output.get("data", {})):
                yield f"{named(lesson, cell)}: a bare {', '.join(sorted(bare))}, without a label"
    for where, html in html_outputs(lesson):
        labels = re.findall(r'<(?:figure|svg|div)\b[^>]*\baria-label="[^"]*\w', html)
        if "<svg" in html and not (labels and 'role="img"' in html):
            yield f"{where}: an SVG without role and aria-label"
        for tag in re.findall(r"<img\b[^>]*>", html):
            if not re.search(r'\balt="[^"]*\w', tag):
                yield f"{where}: a picture without text"
        if "<table" in html and "<th" not in html:
            yield f"{where}: a table without column names"


def links(lesson: Lesson) -> Iterator[str]:
    """Links lead to something."""
    targets = re.findall(r"\]\(<?([^)\s>]+)>?(?: \"[^\"]*\")?\)", without_fences(lesson.prose))
    targets += re.findall(r'(?:href|src)="([^"]+)"', lesson.prose)
    here = {re.sub(r"[ ]+", "-", words) for _, _, words in lesson.headings()}
    for target in targets:
        if re.match(r"https://|mailto:|attachment:|data:", target):
            continue
        file, _, anchor = target.partition("#")
        if re.match(r"\w+:", target) or file.startswith("/"):
            yield f"link {target}: neither https nor relative"
        elif file and not (lesson.path.parent / file).exists():
            yield f"link {target}: there is no such file"
        elif not file and anchor not in here:
            yield f"link {target}: there is no such heading"


def calls(lesson: Lesson) -> Iterator[str]:
    """Nothing that waits, blocks, or writes where it cannot be compared."""
    for cell in lesson.code:
        for pattern, reason in FORBIDDEN.items():
            if match := re.search(pattern, cell.source, re.MULTILINE):
                yield f"{named(lesson, cell)}: {match[0].strip()!r} {reason}"


def outputs(lesson: Lesson) -> Iterator[str]:
    """No stored output holds what is true of one machine or of one day only."""
    for cell in lesson.code:
        for shown in shown_texts(cell):
            for pattern, what in FOREIGN.items():
                matches = (match[0] for match in re.finditer(pattern, shown, re.IGNORECASE))
                # A sample that comes with the lessons says the same everywhere.
                if match := next((one for one in matches if one not in SAMPLES), None):
                    yield f"{named(lesson, cell)}: {what} in the output: {match!r}"


def raised(lesson: Lesson) -> Iterator[str]:
    """An error is stored where the tag announces it, and only there; nothing goes to stderr."""
    for cell in lesson.code:
        stored = any(output.output_type == "error" for output in cell.outputs)
        if stored != tagged(cell, "raises-exception"):
            yield f"{named(lesson, cell)}: {'an error without' if stored else 'no error, but'} the tag raises-exception"
        if any(output.get("name") == "stderr" for output in cell.outputs):
            yield f"{named(lesson, cell)}: writes to stderr"


def file(lesson: Lesson) -> Iterator[str]:
    """The file is as the builder writes it: the kernel by its general name, no widget state, no version, no timing."""
    if build_notebooks.to_text(build_notebooks.normalise(lesson.notebook)) != lesson.path.read_text(encoding="utf-8"):
        yield f"not as the builder writes it; run  python3 run.py notebooks {lesson.number:02}"


RULES = (
    title, goals, executed, length, imports, prose, headings, exercises, predict, ending, pictures, figures, links,
    calls, outputs, raised, file,
)  # fmt: skip


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem[:2])
def test_lesson(path, rule):
    assert "\n".join(rule(load(path))) == ""


def minutes(lesson: Lesson) -> str:
    found = re.search(r"\*\*(\d+) minutes\*\*", lesson.prose)
    assert found
    return found[1]


def test_the_map_leads_to_every_lesson_and_knows_its_title_and_its_minutes():
    lessons = [load(path) for path in LESSONS]
    (table,) = (cell.source for cell in lessons[0].section("Choose your lesson") if "|---|" in cell.source)
    rows = re.findall(r"^\| \[(\d\d) (.+?)\]\((.+?)\) \| .+ \| (\d+) \|$", table, re.MULTILINE)
    said = [(one.path.stem[:2], one.path.name, minutes(one)) for one in lessons]
    assert [(number, file, long) for number, _, file, long in rows] == said
    for (_, words, _, _), one in zip(rows, lessons, strict=True):
        assert one.headings()[0][2].startswith(words)


def test_no_two_lessons_have_one_number():
    numbers = [path.name[:2] for path in LESSONS]
    assert len(numbers) == len(set(numbers))


# --- the rules catch what they are for


def ran(source: str, *outputs: Any, tags: tuple[str, ...] = ()) -> Any:
    cell = code(source, *tags)
    cell.outputs = [nbformat.NotebookNode(output) for output in outputs]
    return cell


def result(value: str, kind: str = "text/plain") -> Any:
    return v4.new_output("execute_result", data={kind: value}, execution_count=1)


def error(value: str) -> Any:
    return v4.new_output("error", ename="PortInUseError", evalue=value, traceback=[f"PortInUseError: {value}"])


TASK = [
    ran("port = ...", tags=("exercise",)),
    ran("check_port(port)", result("Not yet."), tags=("check",)),
    text(
        "<details><summary>Hint 1</summary>\n\nLook at the table.\n\n</details>\n\n"
        "<details><summary>Hint 2</summary>\n\nThe next free one.\n\n</details>"
    ),
    text(
        "<details><summary>Answer</summary>\n\n```python\nport = 5151\n```\n\n"
        "<details><summary>Another right way</summary>\n\n```python\nport = 5152\n```\n</details>\n\n</details>"
    ),
]


def with_new_id(cell: Any) -> Any:
    return nbformat.NotebookNode({**copy.deepcopy(cell), "id": f"{cell.id}-2"})


GOOD = [
    text("# Open a port\n\nAt the end you will have opened one."),
    text(
        "## What you'll do\n\nOpen.\n\n## What you’ll learn\n\nPorts.\n\n## What you'll need\n\nNothing. **20 minutes**"
    ),
    ran("from genesys_ports import Lab, load_plan\nfrom genesys_ports.exercises import check_port"),
    text("## A port\n\n![A door with a number](plans/door.png)\n\n**Predict:** what happens?"),
    ran("lab = await Lab.open(plan)\nlab", result("Lab ready")),
    text("It opened. See [the lesson](01-sample.ipynb) and [below](#Recap).\n\n**Predict:** and now?"),
    ran("await lab.start('a')", error("port 5150/tcp is open"), tags=("raises-exception",)),
    text("It is open already."),
    ran("lab.trace.clear()"),
    text("## Exercise 1: a port"),
    *TASK,
    text("## Exercise 2: another port"),
    *(with_new_id(cell) for cell in TASK),
    text("## In practice\n\nPorts."),
    text("## Recap\n\nPorts."),
    ran("await lab.close()", result("1 port closed.")),
]


def sample(folder: Path, *changes: Any) -> Lesson:
    """The good lesson with the cells of `changes` ({place: cell, or None to leave it out}) instead."""
    replaced = dict(changes)
    cells = [copy.deepcopy(replaced.get(i, cell)) for i, cell in enumerate(GOOD)]
    made = v4.new_notebook(cells=[cell for cell in cells if cell is not None])
    (folder / "plans").mkdir(exist_ok=True)
    (folder / "plans" / "door.png").touch()
    path = folder / "01-sample.ipynb"
    path.write_text(build_notebooks.to_text(build_notebooks.normalise(made)), encoding="utf-8")
    return load(path)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_good_lesson(rule, tmp_path):
    assert list(rule(sample(tmp_path))) == []


FIRST_HINT = "<details><summary>Hint 1</summary>\n\nLook at the table.\n</details>\n\n"
ONE_HINT = text(FIRST_HINT)
TWO_FIRST_HINTS = text(FIRST_HINT + FIRST_HINT)
HINT_WITH_CODE = text(FIRST_HINT + "<details><summary>Hint 2</summary>\n\n```python\nport = 1\n```\n</details>")
HINT_WITH_ANSWER = text(FIRST_HINT + "<details><summary>Hint 2</summary>\n\nWrite `port = 5151`.\n</details>")
HINT_WITH_OTHER = text(FIRST_HINT + "<details><summary>Hint 2</summary>\n\nWrite `port = 5152`.\n</details>")
OTHER_IN_WORDS = text(
    "<details><summary>Answer</summary>\n\n```python\nport = 5151\n```\n"
    "<details><summary>Another right way</summary>\n\nOr 5152.\n</details>\n</details>"
)
OPEN_ANSWER = text("<details open><summary>Answer</summary>\n\n```python\nport = 5151\n```\n</details>")


@pytest.mark.parametrize(
    ("rule", "place", "cell", "words"),
    [
        (title, 0, text("Open a port"), "has to begin with the title"),
        (title, 0, text("# What is a port?\n\nYou will know."), "no verb"),
        (title, 0, text("# Opening a port\n\nYou will know."), "no verb"),
        (title, 0, text("# Open a port"), "no line below"),
        (title, 3, text("# A port"), "more than one"),
        (goals, 1, text("## What you'll do\n\nOpen. 20 minutes"), "What you'll need"),
        (goals, 1, text("## What you'll do\n\n## What you'll learn\n\n## What you'll need"), "minutes"),
        (executed, 8, ran(""), "empty"),
        (executed, 8, ran("lab"), "nothing is stored"),
        (executed, 8, ran("print(1)\nx = 2"), "nothing is stored"),
        (executed, 8, ran("await lab.start('a')"), "nothing is stored"),
        (length, 8, ran("a = 1\n" * 16), "16 lines"),
        (imports, 8, ran("import os"), "imports after"),
        (imports, 2, ran("import os", tags=("hide-input",)), "hidden"),
        (headings, 3, text("#### A port"), "level 4"),
        (exercises, 14, text("## One more"), "two exercises"),
        (exercises, 9, text("## Exercise 2: a port"), "two exercises"),
        (exercises, 10, None, "found: check, hint, answer"),
        (exercises, 10, ran("port = ..."), "found: check"),
        (exercises, 11, None, "found: starter, hint"),
        (exercises, 11, ran("port == 5151", result("True"), tags=("check",)), "calls nothing"),
        (exercises, 11, ran("check_it(1)", result("Done"), tags=("check",)), "not imported"),
        (exercises, 12, None, "found: starter, check, answer"),
        (exercises, 12, ONE_HINT, "found: ['Hint 1']"),
        (exercises, 12, TWO_FIRST_HINTS, "found: ['Hint 1', 'Hint 1']"),
        (exercises, 12, HINT_WITH_CODE, "give the answer away"),
        (exercises, 12, HINT_WITH_ANSWER, "a line of the answer: port = 5151"),
        (exercises, 12, HINT_WITH_OTHER, "a line of the answer: port = 5152"),
        (exercises, 13, OTHER_IN_WORDS, "another right way wants"),
        (exercises, 13, text("Answer: 5151"), "found: starter, check, hint"),
        (exercises, 13, OPEN_ANSWER, "found: starter, check, hint"),
        (exercises, 13, text("<details><summary>Answer</summary>5151</details>"), "```python"),
        (predict, 3, text("## A port"), "1 prompts"),
        (predict, 19, text("**Predict:** and then?"), "nothing to run"),
        (ending, 19, text("## Theory"), "In practice"),
        (ending, 20, text("## Bye"), "Recap"),
        (ending, 21, ran("lab", result("Lab ready")), "await lab.close()"),
        (ending, 21, ran("await lab.close()\nlab", result("Lab closed")), "has to close the lab"),
        (pictures, 3, text("![](plans/door.png)"), "no text"),
        (pictures, 3, text('<img src="plans/door.png">'), "without text"),
        (figures, 8, ran("x", result("AAAA", "image/png")), "bare image/png"),
        (figures, 8, ran("x", result("<svg></svg>", "text/html")), "SVG without"),
        (figures, 8, ran("x", result('<img src="x">', "text/html")), "picture without text"),
        (figures, 8, ran("x", result("<table><tr><td>1</td></tr></table>", "text/html")), "column names"),
        (links, 3, text("[next](02-next.ipynb)"), "no such file"),
        (links, 3, text("[there](#Nowhere)"), "no such heading"),
        (links, 3, text("[there](http://example.org)"), "neither https"),
        (links, 3, text("[there](/etc/hosts)"), "neither https"),
        (calls, 8, ran("x = input('?')"), "keyboard"),
        (calls, 8, ran("!ls"), "shell"),
        (calls, 8, ran("%%bash\nls"), "magic"),
        (calls, 8, ran("display(x, display_id='a')"), "replaces"),
        (calls, 8, ran("clear_output()"), "replaces"),
        (calls, 8, ran("time.sleep(1)"), "stops the servers"),
        (calls, 8, ran("subprocess.run(['ls'])"), "stops the servers"),
        (calls, 8, ran("interact(f, x=1)"), "nbval cannot"),
        (calls, 8, ran("plt.plot(x);"), "semicolon"),
        (calls, 8, ran("from os import *"), "hides"),
        (calls, 8, ran("asyncio.run(main())"), "write await"),
        (outputs, 8, ran("x", result("held by process 4711")), "process number"),
        (outputs, 8, ran("x", result("listens on 127.20.1.1:5150")), "loopback address"),
        (outputs, 8, ran("x", result("read /srv/lessons/plan.csv")), "absolute path"),
        (outputs, 8, ran("x", result(r"read C:\lessons\plan.csv")), "absolute path"),
        (outputs, 8, ran("x", result("<p>2026-01-31</p>", "text/html")), "a date"),
        (outputs, 8, ran("x", result("at 12:30:01")), "time of day"),
        (outputs, 8, ran("x", result("<Lab object at 0x7f66aa55>")), "memory address"),
        (outputs, 8, ran("x", result("Python 3.11.7")), "version of Python"),
        (outputs, 8, ran("x", error("[Errno 98] in use"), tags=("raises-exception",)), "error number"),
        (outputs, 8, ran("x", result('<img alt="127.20.3.1">', "text/html")), "loopback address"),
        (raised, 6, ran("await lab.start('a')", error("open")), "an error without"),
        (raised, 6, ran("x", result("1"), tags=("raises-exception",)), "no error, but"),
        (raised, 8, ran("x", v4.new_output("stream", name="stderr", text="oh")), "stderr"),
    ],
)  # fmt: skip
def test_caught(rule, place, cell, words, tmp_path):
    assert words in "\n".join(rule(sample(tmp_path, (place, cell))))


@pytest.mark.parametrize(
    ("rule", "cell"),
    [
        (outputs, ran("x", result("127.0.0.1 port 5150/tcp and/or 3600/tcp, 10.1.2.3, 5060-5070/udp"))),
        (outputs, ran("x", result('<svg xmlns="http://www.w3.org/2000/svg"><path d="M1/2"/></svg>', "text/html"))),
        (calls, ran("await asyncio.sleep(0)")),
        (executed, ran("x = 1")),
        (executed, ran("def f():\n    return 1")),
    ],
)
def test_not_caught(rule, cell, tmp_path):
    assert list(rule(sample(tmp_path, (8, cell)))) == []


def test_a_lesson_that_never_ran(tmp_path):
    lesson = sample(tmp_path)
    lesson.code[1].execution_count = None
    assert "has not run in order" in "\n".join(executed(lesson))


def test_a_lesson_of_code_alone(tmp_path):
    lesson = sample(tmp_path)
    lesson.notebook.cells = [*lesson.code, text("# Words")]
    assert "more than a third" in "\n".join(prose(lesson))


def test_long_cells_throughout(tmp_path):
    lesson = sample(tmp_path, *((i, ran("a = 1\n" * 6)) for i, cell in enumerate(GOOD) if cell.cell_type == "code"))
    assert "half of the code cells" in "\n".join(length(lesson))


def test_lesson_zero_needs_a_check_only(tmp_path):
    lesson = sample(tmp_path, *((i, None) for i in range(9, 19)))
    lesson.path = lesson.path.rename(tmp_path / "00-sample.ipynb")
    assert list(exercises(lesson)) == ["no check"]
    lesson.code[-2].source = "check_machine()"
    assert list(exercises(lesson)) == []


@pytest.mark.parametrize(
    "change",
    [
        {"kernelspec": {"display_name": "mine", "language": "python", "name": "mine"}},
        {"language_info": {"name": "python", "version": "3.11.7"}},
        {"widgets": {}},
    ],
)
def test_metadata_of_one_author(change, tmp_path):
    lesson = sample(tmp_path)
    lesson.notebook.metadata.update(change)
    lesson.path.write_text(build_notebooks.to_text(lesson.notebook), encoding="utf-8")
    assert "run  python3 run.py notebooks 01" in "\n".join(file(lesson))
