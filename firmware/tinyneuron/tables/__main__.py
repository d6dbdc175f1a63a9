"""Fits the standard tables and writes `standard.txt`: ``make tables``."""

from pathlib import Path

from .standard import FILE, STANDARD, fit_standard, write


def main() -> None:
    tables = []
    for name in STANDARD:
        tables.append(fit_standard(name))
        print(f"{name}: {len(tables[-1].rows)} rows, {tables[-1].errors()}", flush=True)
    (Path(__file__).parent / FILE).write_text(write(tables))


if __name__ == "__main__":
    main()
