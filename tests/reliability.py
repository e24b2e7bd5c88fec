"""`python -m tests.reliability [FIGURE …]`: try what the README's table of reliability promises, and print the table.

Everything stays on this machine's loopback. The whole takes some ten minutes on two cores; FIGURE names one suite.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # the suites import each other by their bare names, as pytest does

from suite import Row  # noqa: E402


def load() -> list[Row]:
    from suite_server import load, overload, run_real

    return run_real(load, overload)


def memory() -> list[Row]:
    from suite_server import memory, run_real

    return run_real(memory)


def requests() -> list[Row]:
    from suite_server import bad_input, run_real, surface

    return run_real(bad_input, surface)


def store() -> list[Row]:
    from suite_store import corruption, kills, kills_with_the_real_encoder

    return [kills(), kills_with_the_real_encoder(), corruption()]


def faults() -> list[Row]:
    from suite_faults import faults_of_the_machine

    return faults_of_the_machine()


def scripts() -> list[Row]:
    from suite_browser import script_injection

    return [script_injection()]


def opening() -> list[Row]:
    from suite_browser import first_paint

    return [first_paint()]


def instructions() -> list[Row]:
    from suite_text import planted_instructions

    from app.__main__ import load_pipeline
    from index.settings import DEFAULT_SOURCE

    with tempfile.TemporaryDirectory() as index_dir:
        return [planted_instructions(load_pipeline(DEFAULT_SOURCE, Path(index_dir)))]


SUITES: tuple[Callable[[], list[Row]], ...] = (load, memory, requests, store, faults, scripts, opening, instructions)


def main() -> None:
    known = {suite.__name__: suite for suite in SUITES}
    names = sys.argv[1:] or list(known)
    if not known.keys() >= set(names):
        raise SystemExit(f"no such suite among {', '.join(names)}; there are {', '.join(known)}")
    found = []
    print("| figure | measured |\n| --- | --- |")
    for name in names:
        started = time.monotonic()
        for row in known[name]():
            print(f"| {row.figure} | {row.measured} |", flush=True)
            found += [f"{row.figure}: {fault}" for fault in row.faults]
        print(f"{name}: {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
    if found:
        raise SystemExit("\n".join(found))


if __name__ == "__main__":
    main()
