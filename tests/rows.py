# SPDX-License-Identifier: GPL-2.0-only
"""The table of tests that run in QEMU: a row is a board, EL2's options and the
script of tests/e2e that the MVM runs on it."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Row:
    """One boot of the board.

    abis: "normal" and "deployed", EL2's modes in which the row runs.
    allow: a pattern of log lines that are no complaint in this row.
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
    append: str = ""
    disks: tuple = ("disk1", "disk2")
    timeout: int = 60
    allow: str = ""
    qemu: tuple = ()


ROWS = [
    # The harness itself: the MVM's images without an EL2 monitor.
    Row("plain-boot", "boot", quick=True, plain=True,
        append="shyper.cpus=2"),
]
