"""`python -m syncline_sync_worker serve | work | migrate`."""

from syncline_common.runtime.command import main
from syncline_sync_worker.app import SERVICE

main(SERVICE)
