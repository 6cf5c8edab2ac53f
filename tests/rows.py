# SPDX-License-Identifier: GPL-2.0-only
"""The table of tests that run in QEMU: a row is a board, EL2's options and the
script of tests/e2e that the MVM runs on it."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Row:
    """One boot of the board.

    abis: "normal" and "deployed", EL2's modes in which the row runs.
    paths: "classic" and "direct", the ways of I/O that its guests can have in the
        normal mode; the deployed mode has the classic one only. Empty: it has no
        guests, or says itself what they have.
    usual: those of paths that run when none is asked for; None: all of them.
    allow: a pattern of log lines that are no complaint in this row.
    server: there is a server on this machine's loopback, for clients behind QEMU's
        user network; its port goes to the MVM as shyper.server, that of an iperf3
        beside it as shyper.iperf.
    disks: images of build/images that are attached beside the data disk.
    """

    name: str
    script: str
    quick: bool = False
    plain: bool = False
    smp: int = 2
    mem: str = "2G"
    el2: str = ""
    abis: tuple = ("normal",)
    paths: tuple = ()
    usual: tuple = None
    append: str = ""
    disks: tuple = ("disk1", "disk2")
    timeout: int = 60
    allow: str = ""
    server: bool = False
    qemu: tuple = ()


# Two consoles of the MVM, connected to each other.
LOOP = ("-device", "virtio-serial-pci",
        "-chardev", "socket,id=loop0,path=build/test/loop,server=on,wait=off",
        "-chardev", "socket,id=loop1,path=build/test/loop",
        "-device", "virtconsole,chardev=loop0",
        "-device", "virtconsole,chardev=loop1")

ABIS = ("normal", "deployed")
PATHS = ("classic", "direct")
# Rows whose classic path is that of the deployed run, or of another row's.
DIRECT = ("direct",)
CLASSIC = ("classic",)

ROWS = [
    # The harness itself: the MVM's images without an EL2 monitor.
    Row("plain-boot", "boot", quick=True, plain=True, append="shyper.cpus=2"),
    Row("plain-harness", "harness", quick=True, plain=True, qemu=LOOP),
    Row("no-hypervisor", "no-hypervisor", quick=True, plain=True),

    # The MVM on the EL2 monitor.
    Row("boot-1", "boot", smp=1, append="shyper.cpus=1"),
    Row("boot-2", "boot", quick=True, el2="mvm_cpus=2", append="shyper.cpus=2"),
    # Eight CPUs on two of the host mostly wait for each other; in turns they do not.
    Row("boot-8", "boot", smp=8, mem="4G", el2="mvm_cpus=8",
        append="shyper.cpus=8", timeout=200,
        qemu=("-icount", "shift=0,sleep=off")),
    Row("kselftest", "kselftest", quick=True, abis=ABIS, timeout=120),

    # Guests.
    Row("guest-1", "guest-disk", quick=True, abis=ABIS, paths=PATHS, timeout=150),
    Row("guest-2", "guest-disk", smp=4, el2="mvm_cpus=2",
        append="shyper.guest_cpus=2", paths=PATHS, usual=DIRECT, timeout=150),
    Row("guest-long", "guest-long", abis=ABIS, paths=PATHS, usual=DIRECT,
        timeout=120),
    Row("two-guests", "two-guests", abis=ABIS, paths=PATHS, usual=DIRECT, smp=3,
        mem="3G", timeout=300),
    Row("fio-verify", "fio-verify", abis=ABIS, paths=PATHS, usual=DIRECT,
        timeout=300),
    Row("fio-verify-2", "fio-verify", smp=4, el2="mvm_cpus=2",
        append="shyper.guest_cpus=2", paths=PATHS, usual=DIRECT, timeout=300),
    Row("disk-kinds", "disk-kinds", paths=PATHS, timeout=240),
    Row("bad-disk", "bad-disk", abis=ABIS, paths=PATHS, usual=DIRECT, timeout=120),
    Row("daemon-kill", "daemon-kill", abis=ABIS, paths=PATHS, usual=DIRECT,
        timeout=150),
    Row("reload", "reload", abis=ABIS, paths=PATHS, usual=DIRECT, timeout=180),
    Row("daemon", "daemon", abis=ABIS, paths=PATHS, usual=DIRECT, smp=3,
        timeout=100),
    Row("manage", "manage", abis=ABIS, paths=PATHS, usual=DIRECT, smp=3, mem="3G",
        timeout=200),
    Row("lifecycle", "lifecycle", paths=PATHS, usual=DIRECT, smp=3, mem="3G",
        timeout=240,
        allow=r"^g1\|.*Kernel panic - not syncing: sysrq triggered crash"),
    Row("direct-el2", "direct-el2", quick=True, smp=4, el2="mvm_cpus=2",
        qemu=("-cpu", "cortex-a76"),
        timeout=120),
    Row("console-direct", "console-direct", smp=3, paths=DIRECT, timeout=240),
    Row("bare-metal", "bare-metal", smp=3, paths=PATHS, usual=DIRECT, timeout=120),
    Row("blk-bad", "blk-bad", smp=3, mem="3G", paths=PATHS, usual=DIRECT, timeout=200),
    Row("blk-busy", "blk-busy", paths=PATHS, usual=DIRECT, timeout=200),
    Row("config-errors", "config-errors", paths=PATHS, usual=DIRECT, timeout=120),
    Row("cycle", "cycle", paths=PATHS, usual=DIRECT, timeout=300),
    # More rounds than there are VMs and disks: what a deployed one leaks, it lacks.
    Row("cycle-few", "cycle", abis=("deployed",), append="shyper.rounds=9",
        timeout=200),

    # What only the direct path has.
    Row("direct-bad", "direct-bad", smp=4, mem="3G", paths=DIRECT, timeout=360),
    Row("blk-direct", "blk-direct", smp=4, el2="mvm_cpus=2", paths=DIRECT,
        timeout=240),
    Row("direct-stuck", "direct-stuck", smp=3, mem="3G", paths=DIRECT, timeout=150),
    Row("direct-life", "direct-life", smp=3, mem="3G", paths=DIRECT, timeout=360),
    Row("direct-config", "direct-config", smp=3, append="shyper.guest_cpus=2",
        paths=DIRECT, timeout=240),
    Row("direct-race", "direct-race", paths=DIRECT, timeout=240),

    # Guests on the network.
    Row("net-nat", "net-nat", paths=PATHS, usual=DIRECT, timeout=240, server=True),
    Row("net-bridge", "net-bridge", abis=ABIS, paths=PATHS, usual=DIRECT,
        timeout=120, server=True),
    Row("net-guests", "net-guests", paths=PATHS, smp=3, mem="3G", timeout=240),
    Row("net-bad", "net-bad", paths=PATHS, smp=3, mem="3G", timeout=120),
    Row("net-life", "net-life", paths=PATHS, usual=DIRECT, smp=3, mem="3G", timeout=400,
        allow=r"^g2\|.*Kernel panic - not syncing: sysrq triggered crash"),
    Row("net-direct", "net-direct", paths=DIRECT, smp=4, mem="3G", timeout=300),
    # Five busy CPUs: with a thread each on fewer cores they mostly wait for
    # each other. In turns, the time being that of instructions, they do not.
    Row("net-busy", "net-busy", paths=PATHS, usual=DIRECT, smp=5, mem="3G", timeout=600,
        append="shyper.guest_cpus=2 shyper.seconds=8 nokaslr kpti=off",
        qemu=("-icount", "shift=0,sleep=off")),
]
