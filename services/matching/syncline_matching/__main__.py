"""`python -m syncline_matching serve | migrate`."""

from syncline_common.runtime.command import main
from syncline_matching.app import SERVICE

main(SERVICE)
