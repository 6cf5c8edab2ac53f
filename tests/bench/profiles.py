# SPDX-License-Identifier: GPL-2.0-only
"""Where the instructions of a request go: one workload, each function's own.

Every translated block that runs is counted, on every CPU, by a plugin in QEMU under icount
(count.c), for some time in the middle of the workload. How many requests that were is
taken from the workload's own figure.
"""

import bisect
import collections
import dataclasses
import os
import subprocess

import boards
import figures

PLUGIN = os.path.join(boards.OUT, "count.so")
MVM_CPUS = 2
# In ms: a workload's start is not counted, and it goes on for longer.
DELAY, LENGTH, RUNTIME = 300, 200, 600
KERNEL = 0xffff000000000000

# Functions of the kernel that copy or clear memory, whoever calls them.
COPIES = ("memcpy", "memmove", "memset", "clear_page", "copy_page", "__arch_copy_from_user",
          "__arch_copy_to_user", "__arch_clear_user")
# The parts of a whole, in words, and how their names in a profile begin.
PARTS = (("copying and clearing memory", None),
         ("Linux of the guest", "guest kernel"),
         ("its virtio drivers", "guest [virtio"),
         ("Linux of the MVM", "mvm kernel"),
         ("shyper.ko", "mvm [shyper"),
         ("EL2", "EL2"))
OTHERS = "programs and other modules"

# How much of a figure is one request, and what one is called.
EACH = {"iops": (1, "request"), "bandwidth": (8 << 20, "MiB"), "rate": (1, "round trip")}


@dataclasses.dataclass(frozen=True)
class Share:
    """A workload of the direct path whose parts are shown; what has its figures, and
    which of EACH they are."""
    suite: str
    backend: str
    load: str
    metric: str
    what: str


SHARES = (Share("null_blk", "null_blk", "randread-4k-qd1-j1", "iops",
                "a request of disk (QD 1)"),
          Share("net", "guest-mvm", "tcp-out", "bandwidth", "a MiB of TCP out"),
          Share("net", "guest-mvm", "tcp-in", "bandwidth", "a MiB of TCP in"),
          Share("net", "guest-mvm", "udp-rr", "rate", "a UDP round trip"))


class Failed(Exception):
    """Says what went wrong with a boot."""


def build_plugin():
    """What a Profile needs."""
    subprocess.run(["gcc", "-O2", "-Wall", "-Wextra", "-shared", "-fPIC",
                    "-fvisibility=hidden", "-o", PLUGIN,
                    os.path.join(boards.TOP, "tests/bench/count.c")], check=True)


class Symbols:
    """Functions by address."""

    def __init__(self, pairs):
        pairs = sorted(pairs)
        self.starts = [address for address, _ in pairs]
        self.names = [name for _, name in pairs]

    def name(self, address):
        at = bisect.bisect_right(self.starts, address) - 1
        return self.names[at] if at >= 0 else "?"


def el2_symbols():
    text = subprocess.run(["aarch64-linux-gnu-nm", "build/el2/el2.elf"], cwd=boards.TOP,
                          check=True, capture_output=True, text=True).stdout
    found = []
    for line in text.splitlines():
        address, kind, name = line.split()
        # Constants and mapping symbols are not functions.
        if kind in "tT" and not name.startswith("$"):
            found.append((int(address, 16), name))
    return found


def linux_symbols(lines):
    """{"mvm" or "guest": [(address, name)]}: a name is "function [module]"."""
    found = collections.defaultdict(list)
    for line in lines:
        words = line.split(" ", 3)
        if words[0] == "symbol" and len(words) == 4 and not words[3].startswith("$"):
            found[words[1]].append((int(words[2], 16), words[3]))
    kernel = [(a, n) for a, n in found["mvm"] if "[" not in n]
    found["guest"] += kernel
    return found


class Where:
    """Which part of the system and which function an address of a CPU is."""

    def __init__(self, lines, shyper):
        linux = linux_symbols(lines)
        self.tables = {name: Symbols(pairs) for name, pairs in linux.items()}
        self.el2 = None
        if shyper:
            pairs = el2_symbols()
            self.el2 = Symbols(pairs)
            self.el2_range = min(pairs)[0], max(pairs)[0] + 0x10000

    def of(self, cpu, address):
        side = "mvm" if cpu < MVM_CPUS else "guest"
        if self.el2 and self.el2_range[0] <= address < self.el2_range[1]:
            return f"EL2 under {side}", self.el2.name(address)
        if address < KERNEL:
            # KVM's own code at EL2 has low addresses as well.
            return f"{side} programs", "" if self.el2 else f"{address >> 32:#x}..."
        name = self.tables[side].name(address)
        if name.endswith("]"):
            return f"{side} [{name.split('[')[1]}", name.split(" ")[0]
        return f"{side} kernel", name


def amount_done(lines, load):
    """How many requests, MiB or round trips there were in what was counted, by the
    first figure of the workload."""
    for (_, _, workload, metric, _), value in figures.read(lines)[0].items():
        if workload == load and metric in EACH:
            size, each = EACH[metric]
            return value * LENGTH / 1000 / size, each
    raise Failed(f"there was no {load}")


class Profile:
    """What one workload of a config took.

    done: how many requests; each: what one is; functions: Counter of instructions by
    (part, function); runs: of the most often run block of each.
    """

    def __init__(self, config, suite, load, limit):
        board = next(b for b, configs in boards.SUITES[suite].configs.items()
                     if config in configs)
        boot = boards.Boot(suite, board, (config,), seed=1, prefix=f"profile-{load}-")
        counts = os.path.join(boards.OUT, boot.name() + ".counts")
        lines, error = boards.run(
            boot, limit, f"bench.only={load} bench.profile={DELAY},{LENGTH} "
            f"bench.runtime={RUNTIME}ms",
            ("-plugin", f"{PLUGIN},out={counts}"))
        if error or not any(line.startswith("bench done") for line in lines):
            raise Failed(f"{error or 'the workload failed'} "
                         f"(build/bench/{boot.name()}.log)")
        self.done, self.each = amount_done(lines, load)
        self.functions, self.runs = collections.Counter(), collections.Counter()
        where = Where(lines, board == "shyper")
        with open(counts, encoding="ascii") as file:
            for line in file:
                cpu, address, count, length = line.split()
                key = where.of(int(cpu), int(address, 16))
                self.functions[key] += int(count) * int(length)
                self.runs[key] = max(self.runs[key], int(count))

    def parts(self):
        """Instructions of each part."""
        found = collections.Counter()
        for (part, _), count in self.functions.items():
            found[part] += count
        return found

    def shares(self):
        """Instructions for each request of each of PARTS and of OTHERS."""
        found = dict.fromkeys([name for name, _ in PARTS] + [OTHERS], 0)
        for (part, function), count in self.functions.items():
            name = next((n for n, start in PARTS if start and part.startswith(start)), OTHERS)
            if part.endswith("kernel") and function in COPIES:
                name = PARTS[0][0]
            found[name] += count / self.done
        return found
