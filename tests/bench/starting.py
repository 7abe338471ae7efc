"""The topic `start`: what the program takes to say its version and its help, beside other programs that are asked for theirs."""

import os
import shutil
import sys
import time

COUNT = 200


def spawned(command, environment):
    """Milliseconds from start to end of a command whose output goes nowhere. What the other topics measure with costs as much by itself."""
    nowhere = [(os.POSIX_SPAWN_OPEN, number, "/dev/null", os.O_RDWR, 0) for number in range(3)]
    begin = time.perf_counter()
    pid = os.posix_spawn(command[0], command, environment, file_actions=nowhere)
    _, status = os.waitpid(pid, 0)
    milliseconds = (time.perf_counter() - begin) * 1000
    if status:
        sys.exit(f"{' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}")
    return milliseconds


def topic(bench, tools):
    tools.heading(f"start: wall time of the whole process, {COUNT} runs in turn (goal: at most 5 ms where nothing else runs)")
    tools.row("", "median", "least", "x curl")
    program = str(bench.program)
    commands = {"moisson --version": [program, "--version"], "moisson --help": [program, "--help"],
                "moisson export --help": [program, "export", "--help"], "moisson completion bash": [program, "completion", "bash"],
                "curl --version": [shutil.which("curl"), "--version"], "git --version": [shutil.which("git"), "--version"],
                "/bin/true (what measuring costs)": ["/bin/true"]}
    times = {name: [] for name in commands}
    for _ in range(COUNT):
        for name, command in commands.items():
            times[name].append(spawned(command, tools.environment))
    for name, found in times.items():
        tools.row(name, f"{tools.median(found):.1f} ms", f"{min(found):.1f} ms",
                  f"{tools.median(found) / tools.median(times['curl --version']):.2f}")
