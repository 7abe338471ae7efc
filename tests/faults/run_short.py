"""The short set of the fault tests, for every test run: each fault alone, a few mixes and kills with fixed seeds. At most a minute on two cores."""

import sys

import mixes
import soak

KILLS = 4
MIXES = [f"2026:{number}" for number in range(6)]


def main():
    names = [f"alone:{fault}" for fault in sorted(mixes.FAULTS)] + [f"kill:{number}" for number in range(KILLS)] + MIXES
    return soak.run_named(names, 4)  # most of a faulty run is waiting: four at once keep two cores busy


if __name__ == "__main__":
    sys.exit(main())
