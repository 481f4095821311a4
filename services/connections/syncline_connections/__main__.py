"""`python -m syncline_connections serve | migrate`."""

from syncline_common.runtime.command import main
from syncline_connections.app import SERVICE

main(SERVICE)
