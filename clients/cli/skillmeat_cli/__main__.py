"""``python -m skillmeat_cli`` is the command ``skillmeat``."""

from skillmeat_cli.main import main

if __name__ == "__main__":
    main()
