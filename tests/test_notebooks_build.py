"""The builder: two runs give the same bytes, a failure leaves the file alone, and --check says what differs."""

import json

import pytest
from nbformat import v4

from tests.conftest import code, text
from tools import build_notebooks
from tools.build_notebooks import main, masked, normalise, parse, to_text

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"


def build(path, *arguments):
    return main([str(path), *arguments])


def stored_outputs(path):
    return [cell["outputs"] for cell in json.loads(path.read_text())["cells"] if cell["cell_type"] == "code"]


def test_built_twice_checked_and_changed(write_notebook, capsys, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "svg")
    path = write_notebook(
        text("# Sample"),
        "import ipywidgets, itertools\nfrom genesys_ports.errors import LabClosedError",
        "print('one', flush=True)\nprint('two')",
        "ipywidgets.Button(description='Press')",
        "import os\nos.environ['MPLBACKEND']",
        code("1 / 0", "raises-exception"),
        code("error = LabClosedError()\nerror.add_note('on this machine only')\nraise error", "raises-exception"),
        "open('count.txt', 'a').write('x')",
    )
    assert build(path) == 0
    first = path.read_bytes()
    assert build(path) == 0
    assert build(path, "--check") == 0
    assert path.read_bytes() == first
    assert [line.split(":")[1].split("(")[0].strip() for line in capsys.readouterr().out.splitlines()] == [
        "written", "unchanged", "as stored",
    ]  # fmt: skip

    _, streams, widget, drawn, divided, ours, _ = stored_outputs(path)
    assert streams[0]["text"] == ["one\n", "two\n"]
    assert list(widget[0]["data"]) == ["text/plain"]
    assert divided[0]["traceback"] == ["ZeroDivisionError: division by zero"]
    assert " ".join(ours[0]["traceback"]).split() == f"LabClosedError: {ours[0]['evalue']}".split()
    assert "inline" in drawn[0]["data"]["text/plain"][0]
    # It ran beside the notebook, three times.
    assert (path.parent / "count.txt").read_text() == "xxx"
    assert first.endswith(b"}\n")
    assert b"\r" not in first
    assert b"version" not in first

    path.write_bytes(first.replace(rb'"two\n"', rb'"three\n"'))
    assert build(path, "--check") == 1
    said = capsys.readouterr().err
    assert "cell 3 (print('one', flush=True)) differs" in said
    assert "\n  -outputs[0].text: three\n  +outputs[0].text: two\n" in said
    assert b"three" in path.read_bytes()


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (["x = 1", "1 / 0"], "cell 2 (1 / 0) raised ZeroDivisionError: division by zero"),
        ([code("x = 1", "raises-exception")], "cell 1 (x = 1) has the tag 'raises-exception', and raised nothing"),
        (["import os", "os._exit(3)"], "cell 2 (os._exit(3)) ended the kernel"),
        (["input()"], "cell 1 (input()) raised StdinNotImplementedError"),
    ],
)
def test_a_failing_cell_is_named_and_nothing_written(cells, words, write_notebook, capsys):
    path = write_notebook(*cells)
    before = path.read_bytes()
    assert build(path) == 1
    assert f"90-sample.ipynb: {words}" in capsys.readouterr().err
    assert path.read_bytes() == before
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_a_cell_that_never_ends(write_notebook, capsys, monkeypatch):
    monkeypatch.setattr(build_notebooks, "CELL_LIMIT", 1)
    assert build(write_notebook("import asyncio\nawait asyncio.sleep(60)")) == 1
    assert "took longer than 1 s" in capsys.readouterr().err


def test_a_file_saved_meanwhile_is_kept(write_notebook, capsys):
    path = write_notebook("open('90-sample.ipynb', 'a').write('\\n')")
    assert build(path) == 1
    assert "saved by someone else meanwhile" in capsys.readouterr().err
    assert path.read_bytes().endswith(b"}\n\n")


def test_not_a_notebook(tmp_path, capsys):
    path = tmp_path / "90-sample.ipynb"
    for content in (b"", b"{}", b"[]", b"\xff", b'{"cells": 3}', b'{"cells": [{}]}'):
        path.write_bytes(content)
        assert build(path) == 1
        assert "is not a notebook of format 4" in capsys.readouterr().err
        assert path.read_bytes() == content


# --- names


@pytest.fixture
def folder(tmp_path):
    for name in ("00-start-here", "01-what-is-a-port", "03-port-collisions"):
        (tmp_path / f"{name}.ipynb").touch()
    return tmp_path


@pytest.mark.parametrize(
    ("names", "numbers"),
    [
        ([], ["00", "01", "03"]),
        (["03"], ["03"]),
        (["03", "01"], ["03", "01"]),
        (["03", "03-port-collisions"], ["03"]),
        (["01-what-is-a-port.ipynb"], ["01"]),
        (["notebooks/01-what-is-a-port.ipynb"], ["01"]),
    ],
)
def test_names(names, numbers, folder):
    assert [path.name[:2] for path in build_notebooks.choose(names, folder)] == numbers


@pytest.mark.parametrize("arguments", [["77"], ["--only", "77", "--check"]])
def test_unknown_name(arguments, capsys):
    assert main(arguments) == 2
    assert "No notebook '77' in notebooks/" in capsys.readouterr().err


# --- normal form, without a kernel


def notebook(*cells, **more):
    return parse(json.dumps({"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5, **more}))


def cell(source="x", outputs=(), **more):
    given = {"cell_type": "code", "source": source, "outputs": list(outputs), "metadata": {}, "execution_count": 7}
    return given | more


def data(value, kind="text/plain"):
    return {"output_type": "execute_result", "data": {kind: value}, "metadata": {}, "execution_count": 7}


def test_ids_are_kept_or_made_of_the_place():
    given = notebook(cell(id="mine"), cell(), cell(id="mine"), cell(id="no good"), cell(id="cell-02"))
    assert [one.id for one in given.cells] == ["mine", "cell-02", "cell-03", "cell-04", "cell-05"]


def test_an_old_notebook_without_ids():
    assert normalise(notebook(cell(), nbformat_minor=2)).nbformat_minor == 5


def test_counts_run_from_one():
    plain = normalise(notebook(cell(outputs=[data("1")]), cell(""), cell(outputs=[data("2")])))
    assert [one.execution_count for one in plain.cells] == [1, None, 2]
    assert plain.cells[2].outputs[0].execution_count == 2


def test_slides():
    texts = ["# A lesson", "## A heading", "<details><summary>Hint 1</summary></details>", "Words alone."]
    title, heading, hint, words = (v4.new_markdown_cell(one) for one in texts)
    cells = [title, cell("1"), cell("2"), heading, cell("3"), hint, cell("4"), words, hint, cell("5")]
    kinds = [one.metadata["slideshow"]["slide_type"] for one in normalise(notebook(*cells)).cells]
    assert kinds == [
        "slide", "fragment", "subslide", "slide", "fragment", "skip", "subslide", "subslide", "skip", "fragment",
    ]  # fmt: skip


def test_metadata_of_the_author_goes_and_tags_stay():
    mine = {"tags": ["check"], "collapsed": True, "execution": {"iopub.status.busy": "2026-01-31"}, "scrolled": 1}
    plain = normalise(notebook(cell(metadata=mine), metadata={"widgets": {}, "language_info": {"version": "3"}}))
    assert plain.cells[0].metadata == {"slideshow": {"slide_type": "subslide"}, "tags": ["check"]}
    assert sorted(plain.metadata) == ["kernelspec", "language_info", "rise"]


def test_normal_form_is_stable():
    once = normalise(notebook(cell(outputs=[data("1")]), cell("")))
    assert to_text(normalise(parse(to_text(once)))) == to_text(once)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (data(PNG, "image/png"), data("AAAA", "image/png"), True),
        (data(f'<img alt="a" src="data:image/png;base64,{PNG}">', "text/html"),
         data('<img alt="a" src="data:image/png;base64,AAAA">', "text/html"), True),
        (data(f'<img alt="a" src="data:image/png;base64,{PNG}">', "text/html"),
         data(f'<img alt="b" src="data:image/png;base64,{PNG}">', "text/html"), False),
        (data("a"), data("b"), False),
    ],
)  # fmt: skip
def test_only_pixels_are_masked(one, other, same):
    assert (masked(notebook(cell(outputs=[one]))) == masked(notebook(cell(outputs=[other])))) is same


def test_what_is_about_this_machine_is_masked():
    ours = {"tags": ["nbval-ignore-output"]}
    one, other = (notebook(cell(outputs=[data(value)], metadata=ours)) for value in ("Linux", "Windows"))
    assert one != other
    assert masked(one) == masked(other)


def test_a_file_laid_out_by_someone_else():
    plain = normalise(notebook(cell(outputs=[data("1")])))
    assert build_notebooks.differences("90", to_text(plain), plain) == []
    said = build_notebooks.differences("90", to_text(plain).replace("\n ", "\n  "), plain)
    assert said == ["90: the file is not laid out as the builder writes it."]


def test_a_long_difference_is_cut():
    old, new = (normalise(notebook(cell(outputs=[data("\n".join(f"{n}{c}" for n in range(90)))]))) for c in "ab")
    (said,) = build_notebooks.differences("90", to_text(old), new)
    assert len(said.splitlines()) == build_notebooks.DIFFERENCE_SHOWN + 2
    assert said.endswith("more lines")
