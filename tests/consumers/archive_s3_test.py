"""The archive's S3 store against a real server: Ceph's radosgw."""

import os
import subprocess
import sys
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))
sys.path.insert(0, str(HERE.parent / "support"))

import radosgw  # noqa: E402
from harness import PROGRAM, Case  # noqa: E402

SERVER = None


def setUpModule():
    global SERVER
    missing = radosgw.missing()
    if missing:
        raise unittest.SkipTest(f"no S3 server here: {', '.join(missing)} of Debian's ceph packages are not installed")
    SERVER = radosgw.Radosgw()
    unittest.addModuleCleanup(SERVER.stop)
    SERVER.start()
    radosgw.make_bucket(SERVER.endpoint, "plain")
    radosgw.make_bucket(SERVER.endpoint, "locked", locked=True)


class Contract(Case):
    def test_the_store_keeps_the_contract(self):
        """What archives a month would rely on what this server does not do."""
        program = Path(PROGRAM).parent / "tests/test_archive_contract"
        if not program.exists():
            self.skipTest(f"{program} is not built")
        environment = {**os.environ, "MOISSON_TEST_S3_ENDPOINT": SERVER.endpoint, "MOISSON_TEST_S3_BUCKET": "plain",
                       "MOISSON_TEST_S3_LOCKED_BUCKET": "locked", "MOISSON_TEST_S3_ID": radosgw.ACCESS_KEY_ID,
                       "MOISSON_TEST_S3_SECRET": radosgw.SECRET_ACCESS_KEY, "MOISSON_TEST_S3_RUN": "1"}
        done = subprocess.run([program], env=environment, capture_output=True, text=True, timeout=600, check=False)
        self.assertEqual(done.returncode, 0, done.stdout[-4000:])
        self.assertNotIn("not held against the contract", done.stdout)


if __name__ == "__main__":
    unittest.main()
