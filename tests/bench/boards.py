# SPDX-License-Identifier: GPL-2.0-only
"""What `make bench` boots: suites of workloads, and the two boards they run on."""

import dataclasses
import os
import subprocess

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
OUT = os.path.join(TOP, "build/bench")

# Seconds that a boot has: some five times what one takes on a quiet machine.
LIMIT = 600


@dataclasses.dataclass(frozen=True)
class Suite:
    """A script of tests/bench with what it runs on; its configs by their boards."""
    script: str
    smp: int
    configs: dict
    counted: bool = True
    # What makes a boot in wall-clock time differ.
    wall: str = ""


DISK = {"shyper": ("mvm", "classic", "direct"),
        "kvm": ("host", "kvm-native", "kvm-uring")}

# In wall-clock time, which takes long: the ends of what depths there are, one job.
DISK_WALL = "bench.runtime=400ms bench.only=.*-qd[138]2*-j1"

SUITES = {
    "null_blk": Suite("disk", 3, DISK, wall=DISK_WALL),
    "brd": Suite("disk", 3, DISK, wall=DISK_WALL),
    # A disk of this machine: its time is not the board's.
    "nvme": Suite("disk", 3, DISK, counted=False, wall=DISK_WALL),
    "net": Suite("net", 4, {"shyper": ("mvm", "classic", "direct"),
                            "kvm": ("kvm-vhost",)}),
    "latency": Suite("latency", 4, {"shyper": ("mvm", "classic", "direct"),
                                    "kvm": ("host", "kvm-uring")}),
}

CONFIGS = tuple(dict.fromkeys(c for s in SUITES.values()
                              for b in s.configs.values() for c in b))


@dataclasses.dataclass(frozen=True)
class Boot:
    """One boot of a board; seed 0 is wall-clock time, of which run counts."""
    suite: str
    board: str
    configs: tuple
    seed: int = 0
    run: int = 0
    # Of its files, where it is for something else than figures.
    prefix: str = ""

    def name(self):
        clock = f"seed{self.seed}" if self.seed else f"wall{self.run}"
        return f"{self.prefix}{self.suite}-{self.board}-{clock}"


def plan(suites, configs, seeds, walls):
    """The boots that measure these configs, those under icount first."""
    boots = []
    for name in suites:
        suite = SUITES[name]
        for board, all_of_it in suite.configs.items():
            wanted = tuple(c for c in all_of_it if not configs or c in configs)
            # A ratio in wall-clock time is one to the device in the same boot.
            against = all_of_it[:1] if all_of_it[0] in ("mvm", "host") else ()
            if not wanted:
                continue
            if suite.counted:
                boots += [Boot(name, board, wanted, seed=s) for s in seeds]
            boots += [Boot(name, board, tuple(dict.fromkeys(against + wanted)), run=n)
                      for n in range(1, walls + 1)]
    return [b for b in boots if b.seed] + [b for b in boots if not b.seed]


def command(boot, limit, more, qemu):
    """How to start QEMU; with more arguments of the kernel's and of its own."""
    suite = SUITES[boot.suite]
    append = (f"nokaslr kpti=off shyper.test=../bench/{suite.script} "
              f"bench.backend={boot.suite} bench.configs={','.join(boot.configs)}")
    argv = ["tools/qemu.sh", "--smp", str(suite.smp), "--mem", "2G",
            "--tap", os.path.join(OUT, boot.name() + ".tap"), "--timeout", str(limit)]
    if boot.board == "kvm":
        argv += ["--kvm", "--initrd", "build/images/host-bench.cpio"]
    else:
        argv += ["--el2", "mvm_cpus=2", "--initrd", "build/images/mvm-bench.cpio"]
    if boot.suite == "nvme":
        argv += ["--null-nvme", "bench=1G"]
    if boot.seed:
        argv += ["--icount", str(boot.seed)]
    else:
        append += " " + suite.wall
    return argv + ["--append", f"{append} {more}", "--", *qemu]


def run(boot, limit=LIMIT, more="", qemu=()):
    """(lines of its result port, what went wrong or "")."""
    base = os.path.join(OUT, boot.name())
    for old in (base + ".tap", base + ".log"):
        if os.path.exists(old):
            os.unlink(old)
    with open(base + ".log", "wb") as log:
        status = subprocess.run(command(boot, limit, more, qemu), cwd=TOP, stdin=subprocess.DEVNULL,
                                stdout=log, stderr=subprocess.STDOUT,
                                check=False).returncode
    lines = []
    if os.path.exists(base + ".tap"):
        with open(base + ".tap", encoding="utf-8", errors="replace") as file:
            lines = [line.rstrip("\n") for line in file]
    if status == 124:
        return lines, f"the boot took more than {limit} s"
    bail = [line for line in lines if line.startswith("Bail out!")]
    if status or bail or not any(line.startswith("# done: ") for line in lines):
        return lines, bail[0] if bail else f"the boot ended early, status {status}"
    return lines, ""
