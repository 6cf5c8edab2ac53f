# SPDX-License-Identifier: GPL-2.0-only
"""docs/performance.md, its plots, and what is printed, from the results."""

import os

import plot
import profiles
import targets

DISKS = ("null_blk", "brd", "nvme")
COUNTED_DISKS = ("null_blk", "brd")
GUESTS = ("classic", "direct", "kvm-native", "kvm-uring")
NATIVE_AND_GUESTS = ("mvm",) + GUESTS

HEAD = """# Performance

Made by `make bench`; nothing here is typed in. Each row is the same fio, iperf3, UDP round
trip or cyclictest, with the same kernel and initramfs in each guest, on the same board
model (QEMU, `virt` with EL2 and GICv3, cortex-a57):

| | |
|---|---|
| mvm | (a): the management VM on the device itself |
| classic | (b): a guest whose device is EL2's, path "classic" |
| direct | (c): a guest whose device is shyper.ko's, path "direct" |
| kvm-native, kvm-uring | (d): a guest of KVM (nVHE) and QEMU, virtio-blk-pci with an iothread, cache=none, aio=native or io_uring |
| kvm-vhost | (d): the same with virtio-net-pci and vhost-net |
| host | KVM's host on the device itself |

The board has three CPUs for disks, four where there is a second guest or could be: two
are the management VM's or the host's, each guest has one vCPU on a CPU of its own. Under
QEMU's icount an instruction takes a nanosecond, so times are instructions of all CPUs
together, those of fio and all kernels: {seeds}. Wall-clock figures are
{walls}; they are of an emulator, whose costs are not those of hardware.
"""

WORKLOADS = """
A workload's name says block size, depth (qd) and jobs (j); "fsync" writes 4 KiB and waits
for fdatasync() each time. null_blk moves no data, brd copies it, nvme is an NVMe disk of
QEMU's that reads zeroes, which only wall-clock time can be taken of.
"""

COUNTS = (("guest_exits", "guest exits"), ("mvm_exits", "MVM exits"),
          ("mvm_hypercalls", "hypercalls"), ("mvm_hvc_irqs", "HVC_IRQs"),
          ("guest_virqs", "guest interrupts"),
          ("guest_trap_doorbells", "doorbell exits"),
          ("guest_bytes_copied", "bytes copied by EL2"),
          ("queue_copied_bytes", "by shyper.ko"))
# What stands for a count where it is another's to count.
INSTEAD = {"guest_virqs": "guest_irqs"}

NET_LOADS = ("tcp-out", "tcp-in", "udp-rr", "udp-rr-poll")
NET_ROWS = (("mvm", "veth"), ("classic", "guest-mvm"), ("direct", "guest-mvm"),
            ("kvm-vhost", "guest-mvm"), ("classic", "guest-guest"),
            ("direct", "guest-guest"))
LATENCY = ("mvm", "classic", "direct", "host", "kvm-uring")


def number(value):
    return f"{value:.3f}" if abs(value) < 10 else f"{value:,.0f}"


def markdown(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def speed(table, backend, load, config, prefix=""):
    """IOPS, or MB/s of large blocks, with the ratio to the MVM."""
    large = "-4k-" not in load
    value = table.value(config, backend, load, prefix + ("bandwidth" if large else "iops"))
    if value is None:
        return table.why(config, backend)
    ratio = table.value(config, backend, load, prefix + "ratio")
    return (f"{value / 1e6:,.0f} MB/s" if large else f"{value:,.0f}") + (
        "" if ratio is None else f" ({ratio:.3f})")


def per_request(table, backend, load, config, metric):
    value = table.value(config, backend, load, metric)
    if value is None and metric in INSTEAD:
        value = table.value(config, backend, load, INSTEAD[metric])
    return "" if value is None else number(value)


def disk_section(table, backend):
    loads = [w for w in table.loads(backend)
             if w != "boot" and not w.startswith("cyclictest")]
    text = f"\n## {backend}\n"
    if not loads:
        return text + "\nNot measured.\n"
    head = ("workload",) + NATIVE_AND_GUESTS
    if backend in COUNTED_DISKS:
        text += "\nIOPS or bandwidth under icount, and the ratio to (a):\n\n"
        text += markdown(head, [[w] + [speed(table, backend, w, c)
                                       for c in NATIVE_AND_GUESTS] for w in loads])
        text += "\nInstructions per request:\n\n"
        text += markdown(head, [
            [w] + [per_request(table, backend, w, c, "instructions")
                   or table.why(c, backend) for c in NATIVE_AND_GUESTS] for w in loads])
        text += ("\nEvents per request (a guest's of KVM: exits by KVM's own counters, "
                 "interrupts by the\nguest's):\n\n")
        text += markdown(("workload", "path") + tuple(n for _, n in COUNTS), [
            [w, c] + ([per_request(table, backend, w, c, m) for m, _ in COUNTS]
                      if table.value(c, backend, w, "guest_exits") is not None
                      else [table.why(c, backend)] + [""] * (len(COUNTS) - 1))
            for w in loads for c in GUESTS])
    text += ("\nWall-clock time, one job, and the ratio to the device itself in the same "
             "boot:\n\n")
    return text + markdown(head, [
        [w] + [speed(table, backend, w, c, "wall_") for c in NATIVE_AND_GUESTS]
        for w in loads
        if any(table.value(c, backend, w, "wall_iops") is not None
               for c in NATIVE_AND_GUESTS)])


def net_value(table, config, path, load, prefix=""):
    value = table.value(config, path, load, prefix + "bandwidth")
    if value is not None:
        return f"{value / 1e9:.2f} Gbit/s"
    value = table.value(config, path, load, prefix + "rate")
    return table.why(config, "net") if value is None else f"{1e6 / value:.1f} us"


def with_ratio(table, config, path, load, prefix=""):
    ratio = table.value(config, path, load, prefix + "ratio")
    return net_value(table, config, path, load, prefix) + (
        "" if ratio is None else f" ({ratio:.3f})")


def net_section(table):
    text = ("\n## The network\n\nTCP from the client (out) and to it (in), UDP round trips "
            "of one byte, and the ratios of\nspeeds to veth between two namespaces of "
            "the MVM; icount, then wall-clock time. With \"poll\"\nthe sockets of both "
            "sides poll their interfaces for 50 us before they sleep (SO_BUSY_POLL,\n"
            "which veth and tap have nothing for):\n\n")
    text += markdown(("path", "between") + NET_LOADS + tuple(
        w + ", wall" for w in NET_LOADS), [
            [c, p] + [with_ratio(table, c, p, w) for w in NET_LOADS] +
            [with_ratio(table, c, p, w, "wall_") for w in NET_LOADS]
            for c, p in NET_ROWS])
    text += "\nEvents for each MiB of TCP or round trip (\"other\" is the second guest):\n\n"
    names = ("guest_exits", "mvm_exits", "other_exits", "mvm_hypercalls", "mvm_hvc_irqs",
             "guest_virqs", "guest_trap_doorbells", "queue_copies")
    return text + markdown(
        ("path", "between", "workload") + tuple(n.replace("_", " ") for n in names),
        [[c, p, w] + ([per_request(table, p, w, c, m) for m in names]
                      if table.value(c, p, w, "guest_exits") is not None
                      else [table.why(c, "net")] + [""] * (len(names) - 1))
         for c, p in NET_ROWS[1:] for w in NET_LOADS])


# What is the same whatever a guest's devices are.
LINUX = tuple(n for n, _ in profiles.PARTS if n not in ("shyper.ko", "EL2")) + (
    profiles.OTHERS,)


def rival(table, share):
    """Instructions with the best of KVM."""
    figures = [table.value(c, share.backend, share.load, share.metric)
               for c in targets.KVM_DISK + targets.KVM_NET]
    best = max((v for v in figures if v is not None), default=None)
    return None if best is None else 1e9 * profiles.EACH[share.metric][0] / best


def of_parts(table, share, names):
    """Instructions of these parts together."""
    values = [table.value("direct", share.backend, share.load, "part " + n) for n in names]
    return None if None in values else sum(values)


def bounds(table):
    """Of each target that is missed, what it allows and what Linux alone takes."""
    lines = []
    for target in targets.TARGETS:
        if target.wall or targets.judge(target, table)[1] != "missed":
            continue
        limit = 1 / target.limit if target.at_least else target.limit
        for share in profiles.SHARES:
            if share.load not in target.loads or share.backend not in target.backends:
                continue
            best, linux = rival(table, share), of_parts(table, share, LINUX)
            if None not in (best, linux) and best * limit < linux:
                lines.append(f"- {target.what}: {share.what} takes {best:,.0f} instructions "
                             f"with KVM, so the\n  target allows {best * limit:,.0f}. Linux in "
                             "the guest and the MVM, with all copies, takes\n  "
                             f"{linux:,.0f} without shyper.ko and EL2.")
    return "\n" + "\n".join(lines) + "\n" if lines else ""


def shares_section(table):
    text = ("\n## Where the instructions go\n\nOn the direct path, by a profile of one boot "
            "under icount (`tests/bench/profile` has each\nfunction). \"Without shyper.ko and "
            "EL2\" is what two Linux kernels that sleep when\nthere is nothing to do take whatever the "
            "device does, and of TCP in also the one copy into the\nguest's buffers: where that is "
            "more than a target allows, the target is out of reach of the\ndevice's side.\n\n")
    def row(what, values):
        return [what] + ["" if v is None else f"{v:,.0f}" for v in values]

    shares = profiles.SHARES
    rows = [row(name, [of_parts(table, s, (name,)) for s in shares])
            for name in [n for n, _ in profiles.PARTS] + [profiles.OTHERS]]
    for what, names in (("all", LINUX + ("shyper.ko", "EL2")),
                        ("without shyper.ko and EL2", LINUX)):
        rows.append(row(what, [of_parts(table, s, names) for s in shares]))
    rows.append(row("all, with the best of KVM", [rival(table, s) for s in shares]))
    return text + markdown(("instructions of",) + tuple(s.what for s in shares), rows)


def latency_section(table):
    text = ("\n## A second guest meanwhile\n\ncyclictest, in us: how late a thread wakes up "
            "that wants to every ms, in a second guest\nwhile the first one's disk is idle "
            "or busy (fio, QD 32, null_blk), or in the MVM or host\nitself beside fio. Under "
            "icount CPUs run in turns, so a latency has the others' turns in it:\n"
            "it tells the paths from each other, and nothing of hardware.\n\n")
    rows = []
    for config in LATENCY:
        for load in ("cyclictest-idle", "cyclictest-busy"):
            row = [config, load.split("-")[1]]
            for prefix in ("", "wall_"):
                for metric in ("minimum", "average", "maximum"):
                    value = table.value(config, "null_blk", load, prefix + metric)
                    row.append(table.why(config, "latency") if value is None
                               else f"{value:,.0f}")
            rows.append(row)
    return text + markdown(("path", "disk", "minimum", "average", "maximum",
                            "minimum, wall", "average, wall", "maximum, wall"), rows)


def system_section(table):
    text = ("\n## Boot and sizes\n\nTimes under icount: a millisecond is a million "
            "instructions. A guest's boot is until it\ntakes commands, KVM's with the start "
            "of QEMU.\n\n")
    rows = [[r["metric"].replace("_", " "), number(r["value"]), r["unit"]]
            for r in table.results if r["config"] == "system"]
    for config in GUESTS:
        value = table.value(config, "null_blk", "boot", "guest_boot")
        rows.append([f"guest boot, {config}",
                     table.why(config, "null_blk") if value is None else number(value),
                     "ms"])
    return text + markdown(("what", "value", "unit"), rows)


def ratio_groups(table, backend):
    """Groups and values of a plot of ratios."""
    groups, values, wanted = [], {}, {}
    for load in targets.QD1 + tuple(w.replace("qd1-", "qd4-") for w in targets.QD1) + \
            targets.QD32 + targets.SEQUENTIAL:
        name = load.replace("-j1", "").replace("-4k", "").replace("-qd", "\nqd")
        groups.append(name)
        if backend == "null_blk":
            for target in targets.TARGETS:
                if load in target.loads and target.what.endswith("of (a)"):
                    wanted[name] = target.limit
        for config in GUESTS:
            value = table.value(config, backend, load, "ratio")
            if value is not None:
                values[name, config] = value
    return groups, values, wanted


def plots(table):
    """{name: SVG}, of what there is."""
    made = {}
    for backend in COUNTED_DISKS:
        groups, values, wanted = ratio_groups(table, backend)
        if values:
            made["disk-" + backend] = plot.chart(
                f"{backend}: speed of a guest's disk", "of the MVM's on the device itself",
                groups, GUESTS, values, wanted)
    exits = {(what, config): value
             for load, what in ((targets.QD1[0], "QD 1"), (targets.QD32[0], "QD 32"))
             for config in GUESTS
             if (value := table.value(config, "null_blk", load, "guest_exits")) is not None}
    if exits:
        made["exits"] = plot.chart("null_blk, random read: exits of the guest",
                                   "per request", ("QD 1", "QD 32"), GUESTS, exits)
    rows = NET_ROWS[:4]
    names = [c for c, _ in rows]
    tcp = {(w, c): value / 1e9 for w in targets.TCP for c, p in rows
           if (value := table.value(c, p, w, "bandwidth")) is not None}
    if tcp:
        made["tcp"] = plot.chart("TCP between a guest and the MVM", "Gbit/s",
                                 targets.TCP, names, tcp)
    trips = {(w, c): 1e6 / value for w in NET_LOADS[2:] for c, p in rows
             if (value := table.value(c, p, w, "rate")) is not None}
    if trips:
        made["udp"] = plot.chart("UDP round trip between a guest and the MVM", "us",
                                 NET_LOADS[2:], names, trips)
    return made


ALT = {"disk-null_blk": "ratios of speed on null_blk", "disk-brd": "ratios of speed on brd",
       "exits": "exits per request", "tcp": "TCP bandwidth", "udp": "UDP round trips"}


def amount(table, wall):
    """How many figures medians were taken of."""
    runs = [len(r["runs"]) for r in table.results
            if "runs" in r and r["workload"] and not r["metric"].startswith("part ") and
            r["metric"].startswith("wall_") == wall]
    what = ("boot", "boots") if wall else ("seed", "seeds")
    if not runs:
        return "not measured"
    low, high = min(runs), max(runs)
    count = str(high) if low == high else f"{low} to {high}"
    return f"medians of {count} {what[high != 1]}"


def write(path, table, missing):
    folder = os.path.splitext(path)[0]
    os.makedirs(folder, exist_ok=True)
    made = plots(table)
    for name, svg in made.items():
        with open(os.path.join(folder, name + ".svg"), "w", encoding="utf-8") as file:
            file.write(svg)
    text = HEAD.format(seeds=amount(table, False), walls=amount(table, True))
    text += "\n## What direct has to reach\n\nThe worst of the workloads meant:\n\n"
    text += markdown(("", "value", "wanted", ""), targets.rows(table))
    text += bounds(table)
    text += "\n" + "\n".join(
        f"![{ALT[name]}]({os.path.basename(folder)}/{name}.svg)\n" for name in made)
    text += "\nDashed lines are what has to be reached.\n" + WORKLOADS
    text += "".join(disk_section(table, backend) for backend in DISKS)
    text += net_section(table) + shares_section(table) + latency_section(table) + system_section(table)
    if missing:
        text += "\n## Missing\n\n" + markdown(
            ("suite", "path", "time", "why"),
            [[m["suite"], m["config"], m["clock"], m["reason"]] for m in missing])
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def summary(table):
    """What one looks at first."""
    lines = []
    for backend in COUNTED_DISKS:
        for load in table.loads(backend):
            if load == "boot" or load.startswith("cyclictest"):
                continue
            lines.append(f"{backend:9} {load:22} " + "  ".join(
                f"{c} {speed(table, backend, load, c)}" for c in NATIVE_AND_GUESTS))
    for config, path in NET_ROWS:
        lines.append(f"{config:9} {path:22} " + "  ".join(
            f"{w} {net_value(table, config, path, w)}" for w in NET_LOADS))
    lines.append("")
    for what, value, wanted, verdict in targets.rows(table):
        lines.append(f"{verdict:13} {what}: {value or '-'} ({wanted})")
    return "\n".join(lines) + "\n"
