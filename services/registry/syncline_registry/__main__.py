"""`python -m syncline_registry serve | migrate`."""

from syncline_common.runtime.command import main
from syncline_registry.app import SERVICE

main(SERVICE)
