"""The topic `sandbox`: how fast `moisson sandbox` answers, beside nginx that serves the same bytes from files.

Both servers and the load generator (wrk) share two cores. The client of a benchmark must not wait for the sandbox: these figures say how much
it can ask of it.
"""

import os
import re
import shutil
import subprocess
import sys
import time
import urllib.parse

SECONDS = 3
CONNECTIONS = 16
UNITS = {"B": 1, "KB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30}


def two_cores(command):
    cores = sorted(os.sched_getaffinity(0))[:2]
    return ["taskset", "-c", ",".join(map(str, cores)), *map(str, command)]


def load(url, headers, environment, scripts=()):
    """(answers a second, bytes a second) of wrk; ends the bench when an answer was not 2xx."""
    command = ["wrk", "-t2", f"-c{CONNECTIONS}", f"-d{SECONDS}s", *scripts]
    for name, value in headers.items():
        command += ["-H", f"{name}: {value}"]
    done = subprocess.run(two_cores([*command, url]), capture_output=True, text=True, timeout=60, env=environment, check=False)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    volume = re.search(r"Transfer/sec:\s+([\d.]+)([KMG]?B)", done.stdout)
    broken = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+)", done.stdout)
    if done.returncode or not rate or "Non-2xx" in done.stdout or (broken and set(broken.groups()) != {"0"}):
        sys.exit(f"wrk {url}: {done.stdout}{done.stderr}")
    return float(rate.group(1)), float(volume.group(1)) * UNITS[volume.group(2)]


class Nginx:
    """Serves the answers' bytes from files: https on one port, http on the other."""

    def __init__(self, folder, answers, tools):
        folder.chmod(0o755)
        (folder / "www").mkdir()
        for name, body in answers.items():
            (folder / "www" / name).write_bytes(body)
        tools.make_certificate(folder)
        (folder / "key.pem").chmod(0o600)
        self.ports = tools.free_port(), tools.free_port()
        (folder / "nginx.conf").write_text(f"""
        {"user root;" if os.geteuid() == 0 else ""}
        daemon off;
        worker_processes 2;
        pid {folder}/nginx.pid;
        error_log {folder}/error.log;
        events {{ worker_connections 1024; }}
        http {{
          access_log off;
          sendfile on;
          tcp_nopush on;
          open_file_cache max=100;
          keepalive_requests 100000000;
          large_client_header_buffers 4 16k;
          client_body_temp_path {folder}/tmp1; proxy_temp_path {folder}/tmp2; fastcgi_temp_path {folder}/tmp3;
          uwsgi_temp_path {folder}/tmp4; scgi_temp_path {folder}/tmp5;
          default_type application/json;
          server {{
            listen 127.0.0.1:{self.ports[0]} ssl;
            ssl_certificate {folder}/ca.pem;
            ssl_certificate_key {folder}/key.pem;
            root {folder}/www;
          }}
          server {{ listen 127.0.0.1:{self.ports[1]}; root {folder}/www; }}
        }}
        """)
        self.process = subprocess.Popen(two_cores([shutil.which("nginx") or "/usr/sbin/nginx", "-c", folder / "nginx.conf"]),
                                        stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 20
        probe = ["curl", "-sf", "-o", folder / "probe", f"http://127.0.0.1:{self.ports[1]}/{next(iter(answers))}"]
        while subprocess.run(probe, capture_output=True, check=False).returncode:
            if time.monotonic() > deadline or self.process.poll() is not None:
                self.stop()
                sys.exit("nginx does not serve the bench's answers")
            time.sleep(0.05)

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=20)


def fetch(server, path, headers):
    command = ["curl", "-sSf", "-k", "--max-time", "60", server.environment["MOISSON_API_URL"] + path]
    for name, value in headers.items():
        command += ["-H", f"{name}: {value}"]
    return subprocess.run(command, capture_output=True, timeout=90, check=True).stdout


def token_of(server):
    environment = server.environment
    command = ["curl", "-sSf", "-k", "-u", environment["MOISSON_CLIENT_ID"] + ":" + environment["MOISSON_CLIENT_SECRET"], "-d",
               "grant_type=client_credentials", "-H", "Accept: application/json", environment["MOISSON_OAUTH_URL"] + "/token"]
    text = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True).stdout
    return re.search(r'"access_token":"([^"]+)"', text).group(1)


def headers_of(server):
    return {"Authorization": "Bearer " + token_of(server), "X-API-Key": server.environment["MOISSON_API_KEY"], "Accept": "application/json",
            "X-ECCS-Contract-Id": "OCB0001001"}


def compare(bench, tools, scenario, paths, is_tls, unit):
    """One row for each path: the sandbox, nginx with the same bytes, the ratio. Round by round, one after the other."""
    server = bench.sandbox(scenario, *(["--tls", "--ca-file", str(bench.folder("ca") / "ca.pem")] if is_tls else []))
    nginx = None
    try:
        # The program was started on all cores; it is to share two.
        subprocess.run(["taskset", "-a", "-p", "-c", two_cores([])[2], str(server.process.pid)], capture_output=True, check=True)
        headers = headers_of(server)
        bodies = {f"answer{number}": fetch(server, path, headers) for number, path in enumerate(paths.values())}
        nginx = Nginx(bench.folder("nginx"), bodies, tools)
        origin = f"https://127.0.0.1:{nginx.ports[0]}" if is_tls else f"http://127.0.0.1:{nginx.ports[1]}"
        environment = tools.environment
        for number, (name, path) in enumerate(paths.items()):
            ours, theirs = [], []
            for _ in range(bench.rounds):
                ours.append(load(server.environment["MOISSON_API_URL"] + path, headers, environment)[unit])
                theirs.append(load(f"{origin}/answer{number}", headers, environment)[unit])
            mine, peer = tools.median(ours), tools.median(theirs)
            shown = (lambda value: f"{value:,.0f}/s") if unit == 0 else (lambda value: f"{value / 1e6:,.0f} MB/s")
            tools.row(f"{name}, {len(bodies[f'answer{number}']):,} bytes", shown(mine), shown(peer), f"{mine / peer:.2f}")
    finally:
        if nginx is not None:
            nginx.stop()
        server.stop()


FILES = """
name = "files"
contracts = 2
months = 40
last_month = "2026-10"
final = "invoices"
file_bytes_min = 8000000
"""

# wrk takes another of the documents each time, so that none is asked for again before 40 others.
EACH = """
local paths = {%s}
local at = 0
request = function()
  at = at %% #paths + 1
  return wrk.format("GET", paths[at])
end
"""


def new_files(bench, tools):
    """Files of 8 MB that are made anew for each answer: 40 of them pass through a cache of 128 MB."""
    server = bench.sandbox(FILES)
    try:
        subprocess.run(["taskset", "-a", "-p", "-c", two_cores([])[2], str(server.process.pid)], capture_output=True, check=True)
        headers = headers_of(server)
        listed = fetch(server, "/documents?documentType=comsumptionRatedReports&limit=100", headers).decode()
        base = urllib.parse.urlsplit(server.environment["MOISSON_API_URL"]).path
        paths = ", ".join(f'"{base}/documents/{identifier}/file"' for identifier in re.findall(r'"id":"([^"]+)"', listed))
        script = bench.folder("wrk") / "each.lua"
        script.write_text(EACH % paths)
        rates = [load(server.environment["MOISSON_API_URL"], headers, tools.environment, ["-s", str(script)])[1] for _ in range(bench.rounds)]
        tools.row("http, 8 MB reports, each made anew", f"{tools.median(rates) / 1e6:,.0f} MB/s", "", "")
    finally:
        server.stop()


def topic(bench, tools):
    tools.heading(f"sandbox: two cores shared with wrk, {CONNECTIONS} connections; peer {tools.nginx_version()} with the same bytes in files "
                  "(goals: 30,000 small answers a second over TLS, 500 MB/s of files, start under 1 s)")
    tools.row("", "sandbox", "nginx", "ratio")
    compare(bench, tools, "small", {"https, one contract": "/contract", "https, 12 contracts": "/contracts",
                                    "https, 10 documents": "/documents?documentType=&limit=10"}, True, 0)
    server = bench.sandbox(FILES)
    try:
        listed = fetch(server, "/documents?documentType=comsumptionRatedReports&limit=1", headers_of(server)).decode()
    finally:
        server.stop()
    identifier = re.search(r'"id":"([^"]+)"', listed).group(1)
    compare(bench, tools, FILES, {"http, one 8 MB report": f"/documents/{identifier}/file"}, False, 1)
    new_files(bench, tools)
    times = []
    for _ in range(max(5, bench.rounds)):
        start = time.monotonic()
        server = bench.sandbox("large")
        times.append(time.monotonic() - start)
        server.stop()
    tools.row("start of large (2,000 contracts x 36 months)", f"{tools.median(times) * 1000:.0f} ms", "", "")
