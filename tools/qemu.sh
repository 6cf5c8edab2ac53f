#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Start the board in QEMU: EL2 monitor, the MVM's kernel and initrd, NVMe disks, a
# NIC. `make run`, the tests and the benchmarks all come through here.
#
#   tools/qemu.sh [OPTION]... [-- QEMU ARGUMENTS]
#
#   --plain            boot the MVM's kernel without the EL2 monitor
#   --kvm              the same on the board with EL2, so that it has KVM
#   --smp N            CPUs of the board (2)
#   --mem SIZE         its memory (3G)
#   --el2 OPTIONS      options of the EL2 monitor, e.g. "mvm_cpus=1 abi=deployed"
#   --append ARGS      more arguments for the MVM's kernel
#   --initrd FILE      instead of build/images/mvm.cpio.gz
#   --disk NAME=FILE   an NVMe disk whose serial number is NAME; what is written to
#                      it is thrown away at the end, unless FILE ends in ",keep"
#   --null-nvme NAME=SIZE  an NVMe disk of SIZE that reads zeroes (null-co)
#   --tap FILE         write what the MVM sends to its port shyper.tap to FILE
#   --interactive      connect console and QEMU monitor to the terminal
#   --icount SEED      count instructions: deterministic time, one thread
#   --timeout SECONDS  end QEMU after that time, exit status 124 (no limit)
#
# Without --interactive the console is written to standard output.
#
# Where things lie (RAM begins at 0x40000000): EL2 owns the first 32 MiB, QEMU
# puts the board's device tree at 0x48000000, at most 1 MiB long.

set -euo pipefail

TOP=$(cd "$(dirname "$0")/.." && pwd)
B=$TOP/build
KERNEL_ADDR=0x44000000
INITRD_ADDR=0x4c000000

die() { printf 'qemu.sh: error: %s\n' "$*" >&2; exit 2; }

plain=no el2_on='' smp=2 mem=3G el2='' append='' initrd=$B/images/mvm.cpio.gz tap=''
interactive=no icount='' limit='' disks=() extra=() n=0
while [ $# -gt 0 ]; do
	case $1 in
	--plain) plain=yes ;;
	--kvm) plain=yes el2_on=virtualization=on, ;;
	--interactive) interactive=yes ;;
	--) shift; extra=("$@"); break ;;
	--*)
		[ $# -gt 1 ] || die "$1 needs a value"
		case $1 in
		--smp) smp=$2 ;;
		--mem) mem=$2 ;;
		--el2) el2=$2 ;;
		--append) append=$2 ;;
		--initrd) initrd=$2 ;;
		--disk | --null-nvme) disks+=("$1" "$2") ;;
		--tap) tap=$2 ;;
		--icount) icount=$2 ;;
		--timeout) limit=$2 ;;
		*) die "unknown option $1" ;;
		esac
		shift ;;
	*) die "unknown argument $1" ;;
	esac
	shift
done

kernel=$B/images/Image
args=console=ttyAMA0
args+=" panic=-1 printk.devkmsg=on loglevel=6 $append"

qemu=(qemu-system-aarch64 -cpu cortex-a57 -smp "$smp" -m "$mem" -no-reboot)
if [ $plain = yes ]; then
	qemu+=(-machine "virt,${el2_on}gic-version=3" -kernel "$kernel"
		-initrd "$initrd" -append "$args")
else
	[ -r "$B/el2/el2.bin" ] || die "build/el2/el2.bin is missing: make el2"
	# guest-loader splits its value at commas: a comma is doubled.
	qemu+=(-machine "virt,virtualization=on,gic-version=3"
		-kernel "$B/el2/el2.bin" -append "$el2"
		-device "guest-loader,addr=$KERNEL_ADDR,kernel=$kernel,bootargs=${args//,/,,}"
		-device "guest-loader,addr=$INITRD_ADDR,initrd=$initrd")
fi

if [ $interactive = yes ]; then
	qemu+=(-nographic)
else
	qemu+=(-display none -monitor none
		-chardev "stdio,id=con,signal=off" -serial chardev:con)
fi

set -- "${disks[@]}"
while [ $# -gt 0 ]; do
	name=${2%%=*} file=${2#*=}
	case $1,$file in
	--null-nvme,*)
		qemu+=(-drive "if=none,id=d$n,driver=null-co,size=$file,read-zeroes=on") ;;
	*,*,keep)
		qemu+=(-drive "if=none,id=d$n,format=raw,file=${file%,keep}") ;;
	*)
		qemu+=(-drive "if=none,id=d$n,format=raw,file=$file,snapshot=on") ;;
	esac
	qemu+=(-device "nvme,drive=d$n,serial=$name")
	n=$((n + 1))
	shift 2
done

qemu+=(-netdev "user,id=net0" -device "virtio-net-pci,netdev=net0,romfile=")
if [ -n "$tap" ]; then
	qemu+=(-device virtio-serial-pci -chardev "file,id=tap,path=$tap"
		-device "virtserialport,chardev=tap,name=shyper.tap")
fi
if [ -n "$icount" ]; then
	qemu+=(-icount "shift=0,sleep=off" -seed "$icount"
		-rtc "base=2024-01-01,clock=vm")
fi
qemu+=("${extra[@]}")

if [ -n "$limit" ]; then
	exec timeout --foreground -k 10 "$limit" "${qemu[@]}"
fi
exec "${qemu[@]}"
