"""`python deploy/stack/stack.py --workers 4`: Syncline scaled out on this machine, without containers."""

import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
ROOMS = ["libs/common", *(str(it.relative_to(REPOSITORY)) for it in sorted(REPOSITORY.glob("services/*")))]
sys.path[:1] = [str(REPOSITORY), *(str(REPOSITORY / room) for room in ROOMS)]

from deploy.stack.running import main  # noqa: E402 (found through the lines above, from wherever it is called)

if __name__ == "__main__":
    sys.exit(main())
