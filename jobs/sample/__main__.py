"""`python -m jobs.sample`: lay the sample tables down where the pipelines of the house plan read them."""

import sys

from jobs.sample import lay_down
from store.settings import Settings


def main() -> int:
    folder = lay_down(Settings().inputs)
    sys.stdout.write(f"Sample data (RavenStack by River @ Rivalytics, MIT): {folder}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
