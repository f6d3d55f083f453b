"""Seconds, medians, and a line of the results."""

import statistics
import time
from collections.abc import Callable


def seconds(task: Callable[[], object]) -> float:
    """How long a task takes."""
    start = time.perf_counter()
    task()
    return time.perf_counter() - start


def alternating(tasks: dict[str, Callable[[], object]], repeats: int) -> dict[str, float]:
    """Median seconds of each task, run in turn so that a noisy minute hits all."""
    taken: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(repeats):
        for name, task in tasks.items():
            taken[name].append(seconds(task))
    return {name: statistics.median(values) for name, values in taken.items()}


def row(what: str, took: float, remark: str = "") -> str:
    """A line of the results."""
    return f"| {what} | {took:.2f} | {remark} |"
