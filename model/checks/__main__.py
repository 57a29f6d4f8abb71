"""From the command line, in plain text."""

import argparse
import sys

from model.checks import CHECKS, MODELS, SABOTAGES, Row, run_checks
from model.checks.versions import fingerprints, versions


def format_row(row: Row) -> str:
    """A row as a line of text."""
    if row.difference is None:
        detail = row.error or f"{row.missing} cannot be read: {row.remedy}"
    else:
        detail = (
            f"{row.difference:.2e} of {row.tolerance:.0e}, {row.seconds:.2f} s  {CHECKS[row.check].measure.__doc__}"
        )
    verdict = "equal" if row.passed else "DIFFERS" if row.difference is not None else "–"
    return f"{verdict:7} {row.model:8} {row.check:12} {detail}"


def main() -> bool:
    """Prints a line for every check that was asked for, then the versions. Whether all passed."""
    parser = argparse.ArgumentParser(prog="python -m model.checks", description="Is it true? On a text of your own.")
    parser.add_argument("names", nargs="*", metavar="check", help=f"all, or some of: {', '.join(CHECKS)}")
    parser.add_argument("--prompt", default="The dog chased the squirrel because it")
    known = f"{', '.join(MODELS)} (default: all of these), or another one as model.zoo.load takes it, such as a folder"
    parser.add_argument("--model", action="append", metavar="NAME_OR_PATH", help=known)
    parser.add_argument("--break", dest="sabotage", choices=SABOTAGES, help="break our model on purpose")
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(CHECKS):
        parser.error(f"there is no check {min(unknown)!r}")
    passed, models = True, asked.model or MODELS
    for row in run_checks(asked.prompt, models, asked.names or list(CHECKS), asked.sabotage):
        passed &= row.passed
        print(format_row(row), flush=True)
    for name, value in (versions() | fingerprints(models)).items():
        print(f"{name}  {value}")
    return passed


sys.exit(not main())
