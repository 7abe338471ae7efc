"""Runs the contract suite of state stores (the program that is given) on a PostgreSQL server of its own: on a database in UTF-8, and on one in
another encoding, of which no text may take harm."""
import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from postgresql import Server  # noqa: E402

server = Server()
code = 1
try:
    server.sql("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0", database="postgres")
    codes = [subprocess.run(sys.argv[1:], env={**os.environ, "MOISSON_CONTRACT_POSTGRESQL": server.url(database=database)}, check=False,
                            timeout=600).returncode for database in ("accounting", "latin")]
    code = max(abs(one) for one in codes)
finally:
    server.end()
sys.exit(code)
