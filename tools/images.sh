#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Make what is booted, in build/images: the MVM's and the guests' initramfs, a
# disk with the guests' kernel, initrd and configurations, and the guests' disk
# images. Needs no root: cpio and mke2fs take the owner as an option, and device
# nodes come from devtmpfs.
#
#   tools/images.sh         all that tests boot
#   tools/images.sh bench   from those and what tools/setup.sh bench fetched: the host of
#                           KVM, and guests with cyclictest

set -euo pipefail

TOP=$(cd "$(dirname "$0")/.." && pwd)
B=$TOP/build
OUT=$B/images
SYSROOT=$B/cache/sysroot
VERSION=$(cat "$SYSROOT/kernel-version")
MODULES=$SYSROOT/lib/modules/$VERSION

COMMON_MODULES=(
	virtio_mmio virtio_pci virtio_blk virtio_console virtio_net
	ext4 crc32c_generic loop configfs null_blk
)
MVM_MODULES=(
	"${COMMON_MODULES[@]}" nvme crc64_rocksoft_generic crct10dif_generic brd
	bridge nft_masq nft_chain_nat veth sch_netem 8021q tun vhost_net
)
GUEST_MODULES=("${COMMON_MODULES[@]}" 8021q)

die() { printf 'images: error: %s\n' "$*" >&2; exit 1; }

# add_modules ROOT NAME...: the modules with all that they depend on.
add_modules() {
	local dst=$1/lib/modules/$VERSION files
	shift

	files=$(awk -F: -v want="$*" '
		BEGIN { n = split(want, w, " ") }
		{
			name = $1
			sub(/.*\//, "", name); sub(/\.ko.*/, "", name)
			gsub(/-/, "_", name)
			path[name] = $1; deps[name] = $2
		}
		END {
			for (i = 1; i <= n; i++) {
				m = w[i]; gsub(/-/, "_", m)
				if (!(m in path)) { print "MISSING " m; continue }
				print path[m]
				k = split(deps[m], d, " ")
				for (j = 1; j <= k; j++) print d[j]
			}
		}' "$MODULES/modules.dep" | sort -u)
	! grep '^MISSING' <<<"$files" >&2 || die "modules are missing"
	mkdir -p "$dst"
	printf '%s\n' "$files" modules.order modules.builtin \
		modules.builtin.modinfo |
		(cd "$MODULES" && xargs cp --parents -t "$dst")
}

# new_root NAME: a folder with what every image has.
new_root() {
	local root=$OUT/$1.root f

	rm -rf "$root"
	mkdir -p "$root"/{bin,sbin,usr/bin,usr/sbin,etc,dev,proc,sys,tmp,run,var,mnt,root,tests}
	cp "$SYSROOT/bin/busybox" "$root/bin/"
	ln -s busybox "$root/bin/sh"
	cp "$B/cache/fio/fio" "$B/cache/iperf3/iperf3" "$root/usr/bin/"
	install -D -m 755 "$TOP/tools/initramfs/udhcpc" \
		"$root/etc/udhcpc/default.script"
	for f in blkrange ethset frames mark netem peek udprr; do
		aarch64-linux-gnu-gcc -O2 -Wall -s -static -o "$root/usr/bin/$f" \
			"$TOP/tests/tools/$f.c"
	done
	cp "$TOP/tools/initramfs/common.sh" "$root/etc/"
	install -m 755 "$TOP/tools/initramfs/$1-init" "$root/init"
	printf 'root:x:0:0:root:/root:/bin/sh\n' >"$root/etc/passwd"
	printf 'root:x:0:\nshyper:x:900:\n' >"$root/etc/group"
	printf '%s\n' "$root"
}

# pack NAME: build/images/NAME.cpio.gz from its root.
pack() {
	depmod -b "$OUT/$1.root" "$VERSION"
	(cd "$OUT/$1.root" && find . | LC_ALL=C sort |
		cpio --quiet -o -H newc -R +0:+0 --reproducible) |
		gzip -n -5 >"$OUT/$1.cpio.gz.new"
	mv "$OUT/$1.cpio.gz.new" "$OUT/$1.cpio.gz"
}

# ext4 FILE SIZE LABEL [DIR]: a file system that holds DIR.
ext4() {
	rm -f "$1"
	truncate -s "$2" "$1"
	mke2fs -q -F -t ext4 -L "$3" -E root_owner=0:0,lazy_itable_init=0 \
		${4:+-d "$4"} "$1"
}

guest_image() {
	local root

	root=$(new_root guest)
	add_modules "$root" "${GUEST_MODULES[@]}"
	cp -r "$TOP/tests/guest" "$root/tests/"
	pack guest
}

mvm_image() {
	local root f

	root=$(new_root mvm)
	add_modules "$root" "${MVM_MODULES[@]}"
	mkdir -p "$root/etc/shyper" "$root/lib/shyper" "$root/tests/bench"
	cp -r "$TOP/tests/e2e" "$TOP/tests/guest" "$root/tests/"
	for f in "$TOP"/tests/bench/*; do
		case $f in
		*.py | *.c | */run | */profile | */__pycache__) ;;
		*) cp "$f" "$root/tests/bench/" ;;
		esac
	done
	cp "$B/cache/dnsmasq/dnsmasq" "$root/usr/sbin/"
	cp -r "$TOP/tools/initramfs/shyper/." "$root/etc/shyper/"
	if [ -e "$B/kmod/shyper.ko" ]; then
		cp "$B/kmod/shyper.ko" "$root/lib/shyper/"
	fi
	cp "$B/el2test/tree/el2test.ko" "$root/lib/shyper/"
	for f in shyperd shyper-cli; do
		if [ -e "$B/user/$f" ]; then
			aarch64-linux-gnu-strip -o "$root/usr/sbin/$f" "$B/user/$f"
		fi
	done
	if [ -d "$B/kselftest/root" ]; then
		cp -r "$B/kselftest/root" "$root/tests/kselftest"
	fi
	pack mvm
}

# The disk that carries the guests: mounted at /data in the MVM.
data_image() {
	local dir=$OUT/data.root

	rm -rf "$dir"
	mkdir -p "$dir"
	cp "$OUT/Image" "$OUT/guest.cpio.gz" "$B"/bare/*.bin "$dir/"
	ext4 "$OUT/data.ext4" 128M data "$dir"
}

# Two guests' disks: an ext4 with a file in it, as a whole disk and as the
# second of two partitions. Tests get them as snapshots, so they stay as made.
disk_images() {
	local dir=$OUT/disk.root f

	rm -rf "$dir"
	mkdir -p "$dir"
	printf 'hello from the disk image\n' >"$dir/hello"
	ext4 "$OUT/disk1.img" 256M guest1 "$dir"

	ext4 "$OUT/part.img" 128M guest2 "$dir"
	f=$OUT/disk2.img
	rm -f "$f"
	truncate -s 260M "$f"
	printf 'label: gpt\nstart=2048, size=128M\nsize=128M\n' |
		sfdisk -q "$f"
	# Partition 2 begins right behind the first: 1 MiB + 128 MiB.
	dd if="$OUT/part.img" of="$f" bs=1M seek=129 conv=notrunc,sparse \
		status=none
	rm -f "$OUT/part.img"
}

# packed DIR: a cpio of it. The kernel unpacks several, one behind the other, and
# wants one that is not compressed to begin at a multiple of 4.
packed() {
	(cd "$1" && find . | LC_ALL=C sort |
		cpio --quiet -o -H newc -R +0:+0 --reproducible)
}

# The guests lie in the MVM's initramfs: under icount, time jumps to the next timer
# while a disk of this machine works, and drivers believe that it hangs.
bench_images() {
	local dir=$OUT/bench.root

	rm -rf "$dir"
	mkdir -p "$dir/data"
	cp "$OUT/Image" "$dir/data/"
	packed "$B/cache/bench/cyclictest" |
		cat - "$OUT/guest.cpio.gz" >"$dir/data/guest.cpio.gz"
	{
		packed "$dir"
		packed "$B/cache/bench/cyclictest"
		cat "$OUT/mvm.cpio.gz"
	} >"$OUT/mvm-bench.cpio"
	packed "$B/cache/bench/qemu-system-aarch64" |
		cat - "$OUT/mvm-bench.cpio" >"$OUT/host-bench.cpio"
}

if [ "${1:-}" = bench ]; then
	bench_images
	exit
fi
mkdir -p "$OUT"
ln -sf "$SYSROOT/boot/vmlinuz-$VERSION" "$OUT/Image"
guest_image
mvm_image
data_image
disk_images
printf 'images: ready in build/images\n'
