"""A real S3 server on loopback for tests: Ceph's radosgw with a monitor and one OSD in memory, of Debian's packages
radosgw, ceph-mon, ceph-osd and ceph-common. It enforces signatures, digests and object lock."""
import hashlib
import hmac
import http.client
import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

from ports import free_port

PROGRAMS = ("ceph", "ceph-mon", "ceph-osd", "monmaptool", "radosgw", "radosgw-admin")
ACCESS_KEY_ID = "MOISSONTESTACCESSKEY"
SECRET_ACCESS_KEY = "test/secret+of=radosgw0123456789abcdefgh"

CONF = """[global]
fsid = {fsid}
mon host = [v2:127.0.0.1:{v2},v1:127.0.0.1:{v1}]
auth cluster required = none
auth service required = none
auth client required = none
ms cluster mode = crc
ms service mode = crc
ms client mode = crc
ms mon cluster mode = crc secure
ms mon service mode = crc secure
ms mon client mode = crc secure
public addr = 127.0.0.1
cluster addr = 127.0.0.1
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
osd objectstore = memstore
memstore device bytes = 2147483648
mon allow pool size one = true
mon warn on pool no redundancy = false
mon max pg per osd = 1000
mon data = {folder}/mon
osd data = {folder}/osd
run dir = {folder}
log file = {folder}/$name.log
admin socket = {folder}/$name.asok
mon cluster log file = {folder}/cluster.log
debug default = 0
rgw run sync thread = false
rgw enable usage log = false
rgw thread pool size = 32
rgw dns name =
"""


def missing():
    """The programs that are not installed."""
    return [name for name in PROGRAMS if shutil.which(name) is None]


class Radosgw:
    """`with Radosgw() as server:` starts all of it and ends it, and nothing else. `start_limit`: seconds."""

    def __init__(self, start_limit=180):
        self.start_limit = start_limit
        self.folder = tempfile.mkdtemp(prefix="moisson-rgw-")
        self.conf = os.path.join(self.folder, "ceph.conf")
        self.port = free_port()
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self.children = []

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def run(self, *command, check=True):
        done = subprocess.run([command[0], "-c", self.conf, *command[1:]], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, timeout=self.start_limit, check=False)
        if check and done.returncode != 0:
            raise RuntimeError(f"{command[0]} failed: {done.stdout[-2000:]}")
        return done.stdout

    def spawn(self, *command):
        with open(os.path.join(self.folder, f"{command[0]}.out"), "wb") as log:
            self.children.append(subprocess.Popen([command[0], "-c", self.conf, *command[1:]], stdout=log, stderr=log))

    def start(self):
        fsid = str(uuid.uuid4())
        v2, v1 = free_port(), free_port()
        with open(self.conf, "w", encoding="utf-8") as conf:
            conf.write(CONF.format(fsid=fsid, v2=v2, v1=v1, folder=self.folder))
        os.mkdir(os.path.join(self.folder, "osd"))
        monmap = os.path.join(self.folder, "monmap")
        self.run("monmaptool", "--create", "--fsid", fsid, "--enable-all-features", "--addv", "a",
                 f"[v2:127.0.0.1:{v2},v1:127.0.0.1:{v1}]", monmap)
        self.run("ceph-mon", "--mkfs", "-i", "a", "--monmap", monmap)
        self.spawn("ceph-mon", "-f", "-i", "a")
        osd = str(uuid.uuid4())
        self.run("ceph", "osd", "new", osd, "0")
        self.run("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", osd)
        self.spawn("ceph-osd", "-f", "-i", "0")
        self.spawn("radosgw", "-f", "-n", "client.rgw", "--rgw-frontends", f"beast endpoint=127.0.0.1:{self.port}")
        self.run("radosgw-admin", "user", "create", "--uid=moisson", "--display-name=moisson", f"--access-key={ACCESS_KEY_ID}",
                 f"--secret-key={SECRET_ACCESS_KEY}")
        self.wait()

    def wait(self):
        until = time.monotonic() + self.start_limit
        while time.monotonic() < until:
            try:
                with urllib.request.urlopen(self.endpoint, timeout=5):
                    return
            except urllib.error.HTTPError:
                return
            except OSError:
                time.sleep(0.1)
            for child in self.children:
                if child.poll() is not None:
                    raise RuntimeError(f"{child.args[0]} ended with {child.returncode}; see {self.folder}")
        raise RuntimeError("radosgw does not answer")

    def stop(self):
        for child in reversed(self.children):
            child.kill()
            child.wait()
        self.children = []
        shutil.rmtree(self.folder, ignore_errors=True)


def _hmac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def request(endpoint, method, path, query=(), body=b"", headers=None, signed=True):
    """One request, signed by other code than the program's: (status, headers, body). `path` begins with '/'."""
    quote = lambda text: urllib.parse.quote(text, safe="-_.~")
    target = urllib.parse.quote(path, safe="/-_.~")
    line = "&".join(sorted(f"{quote(name)}={quote(value)}" for name, value in query))
    host = endpoint.split("//")[1]
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    digest = hashlib.sha256(body).hexdigest()
    sent = {name.lower(): value for name, value in (headers or {}).items()}
    if signed:
        sent |= {"host": host, "x-amz-date": stamp, "x-amz-content-sha256": digest}
        names = ";".join(sorted(sent))
        canonical = "\n".join([method, target, line, "".join(f"{name}:{sent[name]}\n" for name in sorted(sent)), names, digest])
        scope = f"{stamp[:8]}/us-east-1/s3/aws4_request"
        to_sign = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
        key = ("AWS4" + SECRET_ACCESS_KEY).encode()
        for part in scope.split("/"):
            key = _hmac(key, part)
        sent["authorization"] = (f"AWS4-HMAC-SHA256 Credential={ACCESS_KEY_ID}/{scope}, SignedHeaders={names}, "
                                 f"Signature={_hmac(key, to_sign).hex()}")
    connection = http.client.HTTPConnection(host, timeout=60)
    try:
        connection.request(method, target + ("?" + line if line else ""), body, sent)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


def make_bucket(endpoint, name, locked=False):
    status, _, body = request(endpoint, "PUT", f"/{name}", headers={"x-amz-bucket-object-lock-enabled": "true"} if locked else {})
    if status != 200:
        raise RuntimeError(f"no bucket: {status} {body!r}")
