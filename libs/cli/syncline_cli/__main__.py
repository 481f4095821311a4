"""`python -m syncline_cli`: the same as `syncline`."""

import sys
from io import TextIOWrapper

from syncline_cli.app import NAME, make_app


def main() -> None:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that lacks a letter shows the rest
    make_app()(prog_name=NAME)


if __name__ == "__main__":
    main()
