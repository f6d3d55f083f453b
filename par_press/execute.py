"""One notebook: its prose in the language of the page, run with its parameters to its very end.

One paragraph of prose is one gettext message, translated when pressed.
"""

import ast
import json
import logging
import tempfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

import nbformat
import papermill
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from par_lib.language import prose, say
from par_lib.language.prose import Messages
from par_lib.language.translation import Language, language
from par_lib.storage.dependencies import EVERY, FILE, YEARS
from par_press import kernels
from par_press.plan import Job

MILLION = 1_000_000
INJECTED, EACH = "injected-parameters", "each"  # tags of cells
_OF = "--"  # in the id of a cell that is run for several values
_LEFT = (("SystemExit", ""), ("SystemExit", "0"))  # sys.exit() that means no failure
_MOST_OUTPUT = 20 * MILLION  # bytes of one notebook; a page of that size no browser likes
_LOG = logging.getLogger(__name__)
logging.getLogger("papermill").addHandler(logging.NullHandler())  # what it tells, errors tell


class NotebookError(RuntimeError):
    """A notebook did not run to its end; the message names notebook, cell and error."""


def run(job: Job) -> list[str]:
    """Run one job; gives the tables the notebook read.

    Raises NotebookError as ``execute`` does, and where a table was read that the notebook's
    metadata do not declare (``par.tables``).
    """
    executed = execute(
        job.notebook, job.target, parameters=job.parameters, language=language(job.lang),
        timeout_seconds=job.request.timeout_seconds, fork=job.request.fork,
    )  # fmt: skip
    told = executed.metadata["par"]
    read, declared = told["read"], {*told.get("tables", []), YEARS, EVERY}
    entries = (entry.partition(":") for entry in read)
    undeclared = sorted({table for of, _, table in entries if of != FILE} - declared)
    if undeclared:
        names, where = ", ".join(undeclared), 'metadata, "par": {"tables": [...]}'
        raise NotebookError(say("{notebook}: reads {names}; add it to the notebook's {where}",
                                notebook=job.notebook.name, names=names, where=where))  # fmt: skip
    return read


def execute(notebook: Path, target: Path, *, parameters: dict[str, object], language: Language,
            timeout_seconds: int = 300, fork: bool = False) -> NotebookNode:  # fmt: skip
    """Run ``notebook`` in a fresh kernel, write it to ``target`` and return it.

    Prose is translated first. Two equal runs give equal notebooks. With ``fork`` the kernel is
    forked from a process that has imported everything already, where this machine can. Raises
    NotebookError when a cell fails, is not run, or takes too long.
    """
    book = _prepared(notebook, parameters, language)
    index, fault, cause = _run_cells(book, timeout_seconds, fork)
    index = _spread(book, index)
    if not fault:
        index, fault = _fault(book)
    if fault:  # its cell is counted from 1, in the notebook as its author sees it
        begun = book.cells[: index + 1]
        number = len({cell.id.partition(_OF)[0] for cell in begun if not _is_injected(cell)})
        of = [cell.source for cell in begun if _is_repeated(cell)][-1:]  # of which value
        fault = "; ".join([*of, fault])
        message = say("cell {number}: {fault}", number=number, fault=fault)
        book.metadata["par"] = book.metadata.get("par", {}) | {"failed": message}
    nbformat.write(book, target)
    if fault:
        raise NotebookError(f"{notebook.name}, {message}") from cause
    return book


def _prepared(notebook: Path, parameters: dict[str, object], language: Language) -> NotebookNode:
    """The notebook in its language, with a cell of its parameters, and without outputs."""
    written = nbformat.read(notebook, as_version=4)
    if language.code != "vi":
        for text in fallen_back(written, language.messages):
            name = notebook.name
            _LOG.warning(say("{notebook}, not translated: {text}", notebook=name, text=text))
    source = translate(written, language.messages)
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    source.metadata.setdefault("kernelspec", kernel)
    book = papermill.execute_notebook(source, None, parameters=parameters, kernel_name="python3",
                                      prepare_only=True)  # fmt: skip
    for part in (book, *book.cells):
        part.metadata.pop("papermill", None)
    for cell in book.cells:
        if _is_injected(cell):
            cell.id = "injected-parameters"
            cell.source = ast.unparse(ast.parse(cell.source))  # letters, not \u escapes
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return book


def translate(notebook: NotebookNode, catalog: Messages) -> NotebookNode:
    """A copy of the notebook with its prose in the language of the ``catalog``."""
    translated = nbformat.from_dict(notebook)
    for cell in translated.cells:
        cell.source = prose.translate(cell.source, cell.cell_type, catalog)
    return translated


def fallen_back(notebook: NotebookNode, catalog: Messages) -> list[str]:
    """Paragraphs and captions of a notebook that the ``catalog`` does not have."""
    return [text for _, text in _messages(notebook) if text not in catalog]


def extract(
    file: BinaryIO, keywords: dict, comment_tags: list[str], options: dict
) -> Iterator[tuple[int, str | None, str | tuple[str, str], list[str]]]:
    """Babel extraction method for notebooks: paragraphs of prose, and captions."""
    for number, text in _messages(nbformat.read(file, as_version=4)):
        if prose.has_plural(text):
            yield number, "ngettext", (text, text), []
        else:
            yield number, None, text, []


def _messages(notebook: NotebookNode) -> Iterator[tuple[int, str]]:
    """Number of a cell, and each of its messages."""
    for number, cell in enumerate(notebook.cells, start=1):
        for text in prose.messages(cell.source, cell.cell_type):
            yield number, text


def _is_injected(cell: NotebookNode) -> bool:
    """Whether it is a cell that was put in, with parameters, which its author does not see."""
    return INJECTED in _tags(cell)


def _is_repeated(cell: NotebookNode) -> bool:
    """Whether it gives the value for which the cells behind it were run."""
    return _is_injected(cell) and _OF in cell.id


def _tags(cell: NotebookNode) -> list[str]:
    return cell.metadata.get("tags", [])


def _run_cells(book: NotebookNode, timeout_seconds: int,
               fork: bool) -> tuple[int, str, Exception | None]:  # fmt: skip
    """Run the cells; gives the index of the last begun and what ended it, but for its own error."""
    index = 0
    try:
        with tempfile.TemporaryDirectory(prefix="par-") as private:
            client = NotebookClient(
                book, kernel_name="python3", timeout=timeout_seconds, record_timing=False,
                raise_on_iopub_timeout=True, config=kernels.config(private),
                extra_arguments=["--log-level=CRITICAL"],  # no chatter when it is shut down
                on_cell_executed=_require_no_exit,
            )  # fmt: skip
            manager = client.create_kernel_manager()
            if fork and kernels.available():
                spec = manager.kernel_spec
                spec.metadata["kernel_provisioner"] = {"provisioner_name": kernels.NAME}
            with client.setup_kernel(preexec_fn=kernels.PREEXEC):
                _ask(client, "watch()")
                for index, cell in enumerate(_cells(book, client)):
                    client.execute_cell(cell, index)
                read = _ask(client, "tables_read()")
                book.metadata["par"] = book.metadata.get("par", {}) | {"read": read}
                told = client.wait_for_reply(client.kc.kernel_info())
                book.metadata["language_info"] = told["content"]["language_info"]
                client.set_widgets_metadata()
    except CellExecutionError as error:
        return index, "", error
    except CellTimeoutError as error:
        return index, say("took more than {seconds} s and was stopped; mend it, or allow more "
                          "with --timeout", seconds=timeout_seconds), error  # fmt: skip
    except DeadKernelError as error:
        return index, say("its process ended, by exit(), killed, or out of memory"), error
    return index, "", None


def _cells(book: NotebookNode, client: NotebookClient) -> Iterator[NotebookNode]:
    """The cells, one after the other; from the first tagged ``each`` on all in one, once for each
    value that the notebook has, by then, of its parameter: see ``sheets`` and ``_spread``.
    """
    asked = book.metadata.get("par", {}).get("each")
    first = next((at for at, cell in enumerate(book.cells) if EACH in _tags(cell)), None)
    if not asked or first is None:
        yield from book.cells
        return
    (name, held), block = next(iter(asked.items())), book.cells[first:]
    yield from book.cells[:first]
    values = _evaluated(client, f"[*map(str, {held})]")
    del book.cells[first:]
    for value in values:
        put_in = nbformat.v4.new_code_cell(f"{name} = {value!r}", id=name)
        own = [put_in, *map(nbformat.from_dict, block)]
        put_in.metadata["tags"] = [INJECTED]
        for cell in own:
            cell.id = f"{cell.id[:40]}{_OF}{len(book.cells)}"
        sources = [cell.source for cell in own if cell.cell_type == "code"]
        asked = f"__import__({kernels.__name__!r}, fromlist=['']).run_cells({sources!r})"
        book.cells.append(nbformat.v4.new_code_cell(asked, metadata={"cells": own}))
        yield book.cells[-1]


def _spread(book: NotebookNode, index: int) -> int:
    """Put in place of a cell that ran several those, each with what it showed.

    Gives the index of the last begun, or, of a cell that ran alone, ``index`` as it was.
    """
    cells, book.cells = book.cells, []
    for cell in cells:
        if "cells" not in cell.metadata:
            book.cells.append(cell)
            continue
        own = cell.metadata["cells"]
        code = iter([at for at, one in enumerate(own, len(book.cells)) if one.cell_type == "code"])
        book.cells += own
        for output in cell.outputs:
            if kernels.BEGUN in output.get("data", {}):
                index = next(code)
                book.cells[index].execution_count = cell.execution_count
            else:
                book.cells[index].outputs.append(output)
    return index


def sheets(book: NotebookNode) -> tuple[NotebookNode, dict[str, NotebookNode]]:
    """An executed notebook without the cells that were run once for each value, and those, as a
    notebook a value.

    ``{"par": {"each": {"unit": "codes"}}}`` in a notebook's metadata asks for it: its cells before
    the first that is tagged ``each`` are run once, and give ``codes``; the others for each of them,
    as parameter ``unit``.
    """
    starts = [at for at, cell in enumerate(book.cells) if _is_repeated(cell)]
    if not starts:
        return book, {}
    found = {}
    for start, end in pairwise([*starts, len(book.cells)]):
        own = nbformat.from_dict(book | {"cells": book.cells[start + 1 : end]})
        found[ast.literal_eval(book.cells[start].source.partition(" = ")[2])] = own
    return nbformat.from_dict(book | {"cells": book.cells[: starts[0]]}), found


def _ask(client: NotebookClient, call: str) -> object:
    """What a function of par_lib.storage.dependencies gives in the kernel; no cell sees of it."""
    return _evaluated(client, f"__import__('par_lib.storage.dependencies', fromlist=['']).{call}")


def _evaluated(client: NotebookClient, expression: str) -> object:
    asked = {"": expression}
    told = client.wait_for_reply(client.kc.execute("", silent=True, user_expressions=asked))
    return ast.literal_eval(told["content"]["user_expressions"][""]["data"]["text/plain"])


def _require_no_exit(cell: NotebookNode, cell_index: int, execute_reply: dict) -> None:
    """DeadKernelError for a cell that called quit(): its kernel may answer a few cells more."""
    if any(one["source"] == "ask_exit" for one in execute_reply["content"].get("payload", ())):
        raise DeadKernelError(str(cell_index))  # told as any end of its process


def _fault(book: NotebookNode) -> tuple[int, str]:
    """Index of the first cell that failed, was not run or gave too much, and what it did; or ""."""
    left = written = 0
    for index, cell in enumerate(book.cells):
        if cell.cell_type != "code":
            continue
        if cell.source.strip() and cell.execution_count is None:
            return left, say("left early, so that the cells behind it were not run")
        for output in cell.outputs:  # a magic may show an error and go on
            if output.output_type == "error" and (output.ename, output.evalue) not in _LEFT:
                return index, f"{output.ename}: {output.evalue}"
        left, size = index, len(json.dumps(cell.outputs))
        written += size
        if written > _MOST_OUTPUT:
            cell.outputs = []  # kept for its author, without what is too much
            return index, say("gave {size} MB of output ({all} MB with the cells before it); print "
                              "less, {most} MB at most", size=size // MILLION,
                              all=written // MILLION, most=_MOST_OUTPUT // MILLION)  # fmt: skip
    return 0, ""
