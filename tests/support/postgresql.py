"""A real PostgreSQL server of a test's own, on the loopback address, of Debian's package postgresql."""
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

from ports import free_port

DATABASE = "accounting"


class Server:
    """The server refuses to run as root: then it runs as `postgres`. With a password, each connection has to give it."""

    def __init__(self, password=None, fsync="off"):
        self.programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1]
        self.folder = Path(tempfile.mkdtemp(prefix="moisson-pg-"))
        self.port = free_port()
        self.password = password
        self.fsync = fsync
        self.user = pwd.getpwnam("postgres") if os.geteuid() == 0 else None
        how = ["-A", "trust"]
        if password:
            (self.folder / "password").write_text(password)
            how = ["-A", "scram-sha-256", "--pwfile", "password"]
        if self.user:
            for path in (self.folder, *self.folder.iterdir()):
                os.chown(path, self.user.pw_uid, self.user.pw_gid)
        self.run("initdb", "-D", "data", *how, "-U", "owner", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        self.start()
        self.sql("CREATE DATABASE " + DATABASE, database="postgres")

    def run(self, program, *arguments):
        subprocess.run([str(self.programs / program), *arguments], cwd=self.folder, check=True, stdin=subprocess.DEVNULL, timeout=120,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, user=self.user.pw_uid if self.user else None,
                       group=self.user.pw_gid if self.user else None, extra_groups=[] if self.user else None,
                       env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"})

    def start(self):
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync={self.fsync}"
        self.run("pg_ctl", "-D", "data", "-o", options, "-l", "log", "-w", "start")

    def stop(self, mode="fast"):
        self.run("pg_ctl", "-D", "data", "-m", mode, "-w", "stop")

    def end(self):
        if (self.folder / "data" / "postmaster.pid").exists():
            self.stop("immediate")
        shutil.rmtree(self.folder)

    def url(self, user="owner", database=DATABASE):
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def sql(self, text, database=DATABASE, user="owner", folder=None):
        """What psql prints: cells parted by |, one row a line."""
        done = subprocess.run(["psql", "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(self.port), "-U", user, "-d",
                               database], input=text, cwd=folder, capture_output=True, text=True, timeout=60, check=False,
                              env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "PGTZ": "UTC", "PGPASSWORD": self.password or ""})
        if done.returncode != 0:
            raise AssertionError(done.stderr)
        return done.stdout.strip()
