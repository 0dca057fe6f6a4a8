"""``make soak``: the tests that take minutes, against the server as it is run, alone and behind nginx."""

import subprocess
import sys

from tests.services import SERVICES_AND_PROGRAMS, how_to_include

MINUTES = 12


def main() -> int:
    """Run them all; returns the exit status, which is not 0 when they take too long."""
    command = [sys.executable, "-m", "pytest", "-v", "--durations=5", "tests/soak"]
    try:
        return subprocess.run(command, check=False, timeout=MINUTES * 60).returncode
    except subprocess.TimeoutExpired:
        print(f"\nStopped after {MINUTES} minutes.")
        return 1
    finally:
        for name, is_there in SERVICES_AND_PROGRAMS.items():
            if not is_there():
                print(f"Left out: {how_to_include(name)}")


if __name__ == "__main__":
    sys.exit(main())
