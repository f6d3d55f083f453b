"""Ten to a hundred million invented dossiers: counted by us, by the bare query, by pandas."""

import datetime as dt
import resource
import statistics
import subprocess
import sys
from pathlib import Path

from clock import row, seconds

MILLION = 1_000_000


def measure(folder: Path) -> list[str]:
    """The register: against the bare query, against pandas, and growing."""
    whole = [_register_file(folder, number) for number in range(10)]  # ten million rows each
    five = [_register_file(folder, 10, 5 * MILLION)]
    ways = {
        "bare": ("bare", whole[:2]), "ours": ("ours", whole[:2]), "pandas": ("pandas", whole[:2]),
        "10": ("ours", whole[:1]), "50": ("ours", whole[:5]), "100": ("ours", whole),
        "bare of five": ("bare", five), "backlog": ("backlog", five),
    }  # fmt: skip
    rounds = [{name: _alone(*way) for name, way in ways.items()} for _ in range(5)]
    took, peak = ({name: statistics.median(one[name][which] for one in rounds) for name in ways}
                  for which in (0, 1))  # fmt: skip
    return [
        row("register, 20 million rows, bare DuckDB query", took["bare"],
            f"peak {peak['bare']:.2f} GB"),
        row("register, 20 million rows, counted by us", took["ours"],
            f"{took['ours'] / took['bare']:.2f} of the bare query (target 1.3); peak "
            f"{peak['ours']:.2f} GB (target 1.5)"),
        row("register, 20 million rows, pandas", took["pandas"],
            f"ours is {took['pandas'] / took['ours']:.1f} times as fast (target 4); "
            f"peak {peak['pandas']:.2f} GB"),
        *(row(f"register, {name} million rows", took[name],
              f"{10 * took[name] / int(name):.2f} s a 10 million; peak {peak[name]:.2f} GB")
          for name in ("10", "50", "100")),
        row("snapshot, 5 million rows, bare DuckDB query", took["bare of five"],
            f"peak {peak['bare of five']:.2f} GB"),
        row("snapshot, 5 million rows, counted, what is open and how it ends", took["backlog"],
            f"{took['backlog'] / took['bare of five']:.2f} of the bare query (target 1.3); peak "
            f"{peak['backlog']:.2f} GB"),
    ]  # fmt: skip


def _register_file(folder: Path, number: int, rows: int = 10 * MILLION) -> Path:
    """So many invented dossiers, made by DuckDB."""
    import duckdb

    path = folder / f"part-{number}.parquet"
    duckdb.sql(f"""
        COPY (SELECT '{number}-' || lpad(i::VARCHAR, 8, '0') AS id,
            (901 + hash(i + {number}) % 18)::VARCHAR AS unit, 'district' AS level,
            'P' || (hash(i * 3) % 24) AS procedure, 'F' || (hash(i * 3) % 8) AS field,
            DATE '2022-01-01' + (hash(i * 5) % 365)::INT AS received,
            DATE '2022-01-01' + (hash(i * 5) % 365)::INT + 10 AS due,
            CASE WHEN hash(i * 7) % 20 > 0 THEN DATE '2022-01-01'
                + (hash(i * 5) % 365)::INT + (hash(i * 11) % 25)::INT END AS finished,
            hash(i * 13) % 2 = 0 AS online
        FROM range({rows}) AS r(i)) TO '{path}'
    """)
    return path


def _alone(how: str, files: list[Path]) -> tuple[float, float]:
    """Seconds and peak memory (GB) of one way, in a process of its own."""
    done = subprocess.run([sys.executable, __file__, how, *map(str, files)],
                          check=True, capture_output=True, text=True)  # fmt: skip
    took, peak = done.stdout.split()
    return float(took), float(peak)


def count_register(how: str, files: list[Path]) -> None:
    """Count a register one way; print seconds and peak memory."""
    units = [str(code) for code in range(901, 919)]
    until = dt.date(2022, 12, 31)

    def bare() -> None:
        import duckdb

        scan = f"read_parquet({[str(f) for f in files]!r})"
        duckdb.connect(config={"memory_limit": "1GB"}).execute(f"""
            CREATE TEMP TABLE twice AS SELECT id FROM {scan} GROUP BY id HAVING count(*) > 1;
            SELECT unit, level, procedure, date_trunc('month', received), finished <= '{until}',
                date_diff('day', due, coalesce(finished, DATE '{until}')), count(*)
            FROM {scan} ANTI JOIN twice USING (id) GROUP BY ALL
        """).fetchall()

    def ours() -> None:
        from par_lib.cleaning import dossier_register

        dossier_register.count(files, units=units, until=until)

    if how == "backlog":  # by a notebook, whose kernel is forked from one that has imported these
        import statsmodels.duration.survfunc  # noqa: F401

        from par_lib.cleaning import dossier_register

    def backlog() -> None:
        counted, _ = dossier_register.count(files, units=units, until=until, snapshot=True)
        trace = {"status": "derived", "source": "register", "locator": "2022"}
        found = dossier_register.backlog(counted.assign(**trace), day=until)
        for by in ("unit", "procedure", ["unit", "procedure"]):
            dossier_register.by_due(found, by=by)

    def pandas() -> None:
        import pandas as pd

        frame = pd.concat(pd.read_parquet(file) for file in files)
        frame = frame.drop_duplicates("id")
        end = frame["finished"].where(frame["finished"].notna(), pd.Timestamp(until))
        days = (pd.to_datetime(end) - pd.to_datetime(frame["due"])).dt.days
        month = pd.to_datetime(frame["received"]).dt.to_period("M")
        frame.groupby(["unit", "level", "procedure", month, frame["finished"].notna(), days]).size()

    took = seconds({"bare": bare, "ours": ours, "backlog": backlog, "pandas": pandas}[how])
    print(took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2)


if __name__ == "__main__":
    count_register(sys.argv[1], [Path(name) for name in sys.argv[2:]])
