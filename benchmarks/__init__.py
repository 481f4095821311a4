"""One file per figure: ours beside a floor or a peer, in alternating rounds. A time is printed, never asserted."""

import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.append(str(REPOSITORY / "tests"))  # `backing` makes databases and forgets queues
