"""The short set of the fault tests, for every test run: each fault alone, a few mixes and kills with fixed seeds. At most a minute on two cores."""

import sys

import mixes
import soak

KILLS = 4
SLOW = {"quota-spent", "gzip", "no-last-chunk", "throttle-403", "throttle-429", "trickle", "over-capacity", "wrong-length"}  # they wait
MIXES = [f"2026:{number}" for number in range(6)]


def main():
    slow_first = sorted(mixes.FAULTS, key=lambda fault: (fault not in SLOW, fault))
    names = MIXES + [f"alone:{fault}" for fault in slow_first] + [f"kill:{number}" for number in range(KILLS)]
    return soak.run_named(names, 4)  # most of a faulty run is waiting: four at once keep two cores busy


if __name__ == "__main__":
    sys.exit(main())
