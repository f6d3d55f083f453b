"""``make soak``: thousands of runs and reads in one process, and nothing grows."""

import os
import random
import resource
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from par_intake import documents, report
from par_lib.cleaning import units
from par_lib.language.translation import language
from par_lib.language.vietnamese import parse_quantity
from par_lib.storage import paths
from par_press import plan, runner

SOAK = bool(os.environ.get("PAR_SOAK"))
RUNS, READS, CASES = (1000, 10_000, 100_000) if SOAK else (0, 60, 300)
VI = language("vi")


def resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.skipif(not SOAK, reason="a thousand runs: make soak")
def test_a_thousand_runs_in_one_runner_leave_it_as_it_was(project, monkeypatch, tmp_path):
    monkeypatch.setenv("PAR_ROOT", str(project.root))
    request = plan.Request("quang-nam", 2022, ("vi",), plan.notebooks_of([]))
    jobs = []
    for number in range(100):  # two kernels must never write the same file
        folder = tmp_path / str(number)
        (folder / "notebooks").mkdir(parents=True)
        notebook = request.notebooks[number % len(request.notebooks)]
        jobs.append(plan.Job(project.root, request, notebook, "vi", folder))
    seen = []
    paths.scratch()  # as a run does first: all that comes after lies in it
    with runner._executor(2, "") as executor:
        for done in range(RUNS // 100):
            for future in [executor.submit(runner.task, job) for job in jobs]:
                future.result()
            left = len(list(paths.scratch().rglob("*")))
            seen.append((resident_mb(), open_files(), left))
            print(done, seen[-1])
    early, late = seen[1], seen[-1]
    assert late[0] < early[0] * 1.1 and late[1] <= early[1] + 2 and late[2] <= early[2] + 2


def test_reading_varied_texts_ends_in_words_and_leaves_nothing(root, tmp_path):
    """Sentences of the sample reports shuffled, cut and mixed with other figures."""
    samples = (Path(__file__).resolve().parents[1] / "par_intake" / "reports").glob("*.md")
    lines = [line for sample in sorted(samples) for line in sample.read_text("utf-8").splitlines()]
    rng, known = random.Random(3), units.load_units("quang-nam")
    assert len(known) > 20
    before = resident_mb(), open_files()
    file = tmp_path / "report.md"
    for number in range(READS):
        picked = rng.sample(lines, rng.randrange(1, 8))
        text = "\n".join(line[: rng.randrange(len(line) + 1)] for line in picked)
        for _ in range(rng.randrange(3)):
            text = text.replace(str(rng.randrange(10)), rng.choice(["1", "9.9", "%", "/", ""]), 2)
        file.write_text(text + "\n", encoding="utf-8")
        try:
            report.understand(documents.load(file), known, 2022)
        except ValueError as error:
            assert str(error)
        if number == READS // 10:
            before = resident_mb(), open_files()
    after = resident_mb(), open_files()
    print(before, after)
    assert after[0] < before[0] * 1.2 and after[1] <= before[1] + 2


@settings(max_examples=CASES, deadline=None)
@given(st.integers(0, 10**12))
def test_a_count_is_read_as_it_is_written(count):
    read = parse_quantity(VI.number(count), kind="count")
    assert (read.low, read.high, read.approximate) == (count, count, False)


@settings(max_examples=CASES, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 2))
def test_a_rate_is_read_as_it_is_written(hundredths, digits):
    rate = round(hundredths / 100, digits)
    read = parse_quantity(VI.percent(rate, digits), kind="rate")
    assert (read.low, read.high) == (rate, rate)


@settings(max_examples=CASES, deadline=None)
@given(st.integers(0, 100), st.integers(0, 100))
def test_an_interval_is_read_as_it_is_written(one, other):
    low, high = sorted((one, other))
    written = VI.interval(float(low), float(high), percent=True)
    assert parse_quantity(written, kind="rate").low == low
    assert parse_quantity(written, kind="rate").high == high
