"""The data that everything is measured on: ``python -m benchmarks.data SIZE FILE``.

Fills an empty, migrated database, with a progress bar, and writes what the scenarios need to know of
it into a file.
"""

import json
import sys
from pathlib import Path

import django
from django.db import connection
from rich.progress import Progress

from benchmarks.sizes import SIZES


def main() -> None:
    """Load with a progress bar."""
    django.setup()
    from benchmarks.rows import Loader

    name, file = sys.argv[1:]
    size = SIZES[name]
    with Progress() as progress:
        task = progress.add_task(f"Loading {name}", total=size.rows)
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                # For this connection only: a load that fails begins again.
                cursor.execute("PRAGMA journal_mode=OFF")
                cursor.execute("PRAGMA cache_size=-1000000")
            ids = Loader(size, lambda rows: progress.advance(task, rows)).load()
            progress.update(task, completed=size.rows)
            # PostgreSQL does it by itself, only later.
            cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "PRAGMA optimize")
    Path(file).write_text(json.dumps(ids))


if __name__ == "__main__":
    main()
