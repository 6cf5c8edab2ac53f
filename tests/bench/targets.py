# SPDX-License-Identifier: GPL-2.0-only
"""What the direct path has to reach, and whether it does."""

import dataclasses
import operator

KVM_DISK = ("kvm-native", "kvm-uring")
KVM_NET = ("kvm-vhost",)
READ_WRITE = ("randread", "randwrite")
QD1 = tuple(f"{rw}-4k-qd1-j1" for rw in READ_WRITE)
QD32 = tuple(f"{rw}-4k-qd32-j1" for rw in READ_WRITE)
SEQUENTIAL = ("seqread-128k-qd8-j1", "seqwrite-128k-qd8-j1")
TCP = ("tcp-out", "tcp-in")


@dataclasses.dataclass(frozen=True)
class Target:
    """For each workload, `of` gives what has been reached or None."""
    what: str
    backends: tuple
    loads: tuple
    of: object
    limit: float
    at_least: bool = False
    # What timers and the test's own commands may add to a count.
    slack: float = 0
    wall: bool = False


def metric(*names):
    """The sum of these of the direct path."""
    def of(table, backend, load):
        values = [table.value("direct", backend, load, n) for n in names]
        return None if None in values else sum(values)
    return of


def times_best(configs, name):
    """Direct in multiples of the best of the configs; all of them must be there."""
    def of(table, backend, load):
        direct = table.value("direct", backend, load, name)
        others = [table.value(c, backend, load, name) for c in configs]
        if direct is None or None in others:
            return None
        return direct / max(others)
    return of


def trip(name):
    """A round trip's time as a part of what KVM's takes."""
    def of(table, backend, load):
        times = times_best(KVM_NET, name)(table, backend, load)
        return None if times is None else 1 / times
    return of


NULL = ("null_blk",)
TARGETS = (
    Target("QD 1: IOPS, of (a)", NULL, QD1, metric("ratio"), 0.35, True),
    Target("QD 1: IOPS, times the best KVM row", NULL, QD1,
           times_best(KVM_DISK, "iops"), 2, True),
    Target("QD 32: IOPS, of (a)", NULL, QD32, metric("ratio"), 0.65, True),
    Target("QD 32: IOPS, times the best KVM row", NULL, QD32,
           times_best(KVM_DISK, "iops"), 1.4, True),
    Target("128 KiB: bandwidth, of (a)", NULL, SEQUENTIAL, metric("ratio"), 0.8, True),
    Target("QD 32: doorbell exits per request", NULL, QD32,
           metric("guest_trap_doorbells"), 0.25),
    Target("QD 32: guest interrupts per request", NULL, QD32,
           metric("guest_virqs"), 0.25),
    Target("QD 1: exits of the guest per request", NULL, QD1, metric("guest_exits"), 2,
           slack=0.1),
    Target("QD 1: exits of the MVM per request", NULL, QD1, metric("mvm_exits"), 3,
           slack=0.1),
    Target("bytes of data copied per request", ("null_blk", "brd"),
           QD1 + QD32 + SEQUENTIAL,
           metric("guest_bytes_copied", "queue_copied_bytes"), 0),
    Target("TCP, times QEMU with vhost-net", ("guest-mvm",), TCP,
           times_best(KVM_NET, "bandwidth"), 1.3, True),
    Target("TCP, the same in wall-clock time", ("guest-mvm",), TCP,
           times_best(KVM_NET, "wall_bandwidth"), 1.3, True, wall=True),
    Target("UDP round trip, of QEMU's with vhost-net", ("guest-mvm",), ("udp-rr",),
           trip("rate"), 0.5),
    Target("UDP round trip, the same in wall-clock time", ("guest-mvm",), ("udp-rr",),
           trip("wall_rate"), 0.5, wall=True),
)


def judge(target, table):
    """(worst value or None, verdict)"""
    values = [target.of(table, b, load) for b in target.backends for load in target.loads]
    if None in values:
        return None, "not measured"
    worst = min(values) if target.at_least else max(values)
    good = operator.ge if target.at_least else operator.le
    return worst, "reached" if good(worst, target.limit + target.slack) else "missed"


def rows(table):
    """[what, worst value, limit, verdict] of each."""
    found = []
    for target in TARGETS:
        worst, verdict = judge(target, table)
        found.append([target.what, "" if worst is None else f"{worst:.3f}",
                      ("at least " if target.at_least else "at most ") +
                      f"{target.limit:g}" +
                      (f" (+ {target.slack:g} of timers and the test's own)"
                       if target.slack else ""), verdict])
    return found
