#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Bring a Debian 12 machine to where `make` works: install the tools that are
# missing, and lay out build/cache/sysroot (arm64 kernels, headers, libraries)
# and build/cache/linux (the parts of the kernel source that are used here).
#
#   tools/setup.sh            all that `make` and `make test` need
#   tools/setup.sh backports  headers of the backports kernel (make kmod-612)
#   tools/setup.sh bench      QEMU and cyclictest for arm64 (make bench)
#
# Everything fetched stays in build/cache. arm64 packages are only unpacked,
# never installed, by an apt state of our own: the machine's dpkg and apt
# configuration stay as they are. Each step has a stamp that names what it was
# made from, so a second run takes no time.

set -euo pipefail

TOP=$(cd "$(dirname "$0")/.." && pwd)
# Where it really lies: worktrees that share a cache must agree on its stamps.
mkdir -p "$TOP/build/cache"
CACHE=$(cd "$TOP/build/cache" && pwd -P)
SYSROOT=$CACHE/sysroot
LINUX=$CACHE/linux
DEBS=$CACHE/debs
APT=$CACHE/apt
SUITE=bookworm
LAYOUT=2	# raise when what a step leaves behind changes

HOST_PACKAGES=(
	gcc libc6-dev make gcc-aarch64-linux-gnu libc6-dev-arm64-cross
	qemu-system-arm cpio gzip xz-utils e2fsprogs fdisk kmod dpkg-dev
	device-tree-compiler linux-source-6.1 libjson-c-dev pkg-config
	python3 perl bc patch rsync util-linux iperf3
)

# Unpacked whole: libraries with headers, and the tools of the images.
SYSROOT_PACKAGES=(
	libjson-c-dev libjson-c5 libaio-dev zlib1g-dev busybox-static
)

# What is taken out of the kernel source package.
LINUX_PARTS=(
	scripts/dtc/libfdt scripts/checkpatch.pl scripts/spelling.txt
	scripts/const_structs.checkpatch scripts/kernel-doc scripts/subarch.include
	tools/testing/selftests/lib.mk tools/testing/selftests/run_kselftest.sh
	tools/testing/selftests/kselftest.h tools/testing/selftests/kselftest
	tools/testing/selftests/kselftest_harness.h
	tools/testing/selftests/kselftest_module.h
)

say() { printf 'setup: %s\n' "$*"; }
die() { printf 'setup: error: %s\n' "$*" >&2; exit 1; }

# stamped NAME CONTENT: true when step NAME was completed from CONTENT.
stamped() { [ "$(cat "$CACHE/stamp/$1" 2>/dev/null)" = "$2" ]; }
stamp() { mkdir -p "$CACHE/stamp" && printf '%s\n' "$2" >"$CACHE/stamp/$1"; }

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		die "these have to be run as root first: apt-get update; $*"
	fi
}

install_host_packages() {
	local missing=() p

	for p in "${HOST_PACKAGES[@]}"; do
		dpkg-query -W -f '${db:Status-Status}\n' "$p" 2>/dev/null |
			grep -qx installed || missing+=("$p")
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	say "installing ${missing[*]}"
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -q update
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y \
		--no-install-recommends install "${missing[@]}"
}

# The URI that serves the machine's own Debian suite, from its apt sources.
debian_uris() {
	# shellcheck disable=SC2016 # the variables are apt's
	apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' \
		'Created-By: Packages' |
		awk -v s="$SUITE" '$3 == "main" && index($2, s) == 1 { print $1, $2 }' |
		sort -u
}

# An apt of our own: arm64 is its native architecture, this machine's second.
apt_init() {
	local uris key=/usr/share/keyrings/debian-archive-keyring.gpg uri suite

	uris=$(debian_uris)
	uri=$(awk -v s="$SUITE" '$2 == s { print $1; exit }' <<<"$uris")
	[ -n "$uri" ] || die "no Debian 12 ($SUITE main) in this machine's apt sources"
	[ -r "$key" ] || die "$key is missing (package debian-archive-keyring)"

	mkdir -p "$APT"/{etc,state/lists/partial,cache/archives/partial} "$DEBS"
	: >"$APT/state/status"
	{
		while read -r uri suite; do
			echo "deb [signed-by=$key] $uri $suite main"
			[ "$suite" = "$SUITE" ] || continue
			echo "deb-src [signed-by=$key] $uri $suite main"
			echo "deb [signed-by=$key] $uri $suite-backports main"
		done <<<"$uris"
	} >"$APT/etc/sources.list"
	cat >"$APT/etc/apt.conf" <<-EOC
		APT::Architecture "arm64";
		#clear APT::Architectures;
		APT::Architectures { "arm64"; "$(dpkg --print-architecture)"; };
		APT::Sandbox::User "root";
		Acquire::Languages "none";
		Acquire::Retries "3";
		Dir::Etc::sourcelist "$APT/etc/sources.list";
		Dir::Etc::sourceparts "/dev/null";
		Dir::Etc::preferencesparts "/dev/null";
		Dir::State "$APT/state";
		Dir::State::status "$APT/state/status";
		Dir::Cache "$APT/cache";
		#clear APT::Update::Post-Invoke;
		#clear APT::Update::Post-Invoke-Success;
	EOC
	# A day is short enough: a version that has gone makes a fetch fail,
	# and apt_fetch then asks again.
	if [ -z "$(find "$APT/updated" -mmin -1440 2>/dev/null)" ]; then
		apt_update
	fi
}

apt_get() { apt-get -q -c "$APT/etc/apt.conf" "$@"; }
apt_cache() { apt-cache -c "$APT/etc/apt.conf" "$@"; }

apt_update() {
	say "reading Debian's arm64 package lists"
	apt_get update
	touch "$APT/updated"
}

# apt_fetch PACKAGE[:ARCH][/SUITE]...: into $DEBS, asking again with new lists
# where the ones at hand are out of date.
apt_fetch() {
	(cd "$DEBS" && apt_get download "$@") && return
	apt_update
	(cd "$DEBS" && apt_get download "$@")
}

# deb_path PACKAGE: the newest file of it that was fetched.
deb_path() {
	local f

	f=$(find "$DEBS" -maxdepth 1 -name "$1_*.deb" | sort -V | tail -n 1)
	[ -n "$f" ] || die "package $1 was not fetched"
	printf '%s\n' "$f"
}

# kernel_version [SUITE]: what linux-image-arm64 stands for; the newest that the
# stable suites and their updates have, or that of the suite named.
kernel_version() {
	local v

	v=$(apt_cache ${1:+-t "$1"} show --no-all-versions linux-image-arm64 |
		sed -n 's/^Depends:.*linux-image-\([^ ,]*-arm64\)\b.*/\1/p' | head -n 1)
	[ -n "$v" ] || die "cannot tell the version of linux-image-arm64"
	printf '%s\n' "$v"
}

# unpack_headers VERSION [SUITE]: VERSION is uname -r. Fetches the three packages
# and makes the tree work where it lies instead of in /.
unpack_headers() {
	local v=$1 in=${2:+/$2} base=${1%-arm64} kbuild h p

	kbuild=$(apt_cache ${2:+-t "$2"} show --no-all-versions \
		"linux-headers-$v" |
		sed -n 's/^Depends:.*\(linux-kbuild-[^ ,]*\).*/\1/p' | head -n 1)
	[ -n "$kbuild" ] || die "cannot tell which linux-kbuild goes with $v"
	kbuild=${kbuild%%:*}
	say "fetching the headers of Linux $v"
	apt_fetch "linux-headers-$v$in" "linux-headers-$base-common$in" \
		"$kbuild:$(dpkg --print-architecture)$in"
	for p in "linux-headers-$v" "linux-headers-$base-common" "$kbuild"; do
		dpkg-deb -x "$(deb_path "$p")" "$SYSROOT"
	done
	h=$SYSROOT/usr/src/linux-headers-$v/Makefile
	# shellcheck disable=SC2016 # the variables are make's
	sed -i 's|^include /usr/src/|include $(dir $(realpath $(lastword $(MAKEFILE_LIST))))../|' "$h"
	grep -qF "include \$(dir" "$h" || die "$h does not look as expected"
}

setup_sysroot() {
	local v want p

	want="$LAYOUT $SYSROOT ${SYSROOT_PACKAGES[*]}"
	if stamped sysroot "$want"; then
		return
	fi
	apt_init
	rm -rf "$SYSROOT"
	mkdir -p "$SYSROOT"

	v=$(kernel_version)
	say "fetching arm64 Linux $v"
	apt_fetch "linux-image-$v"
	dpkg-deb -x "$(deb_path "linux-image-$v")" "$SYSROOT"
	depmod -b "$SYSROOT" "$v"
	unpack_headers "$v"
	printf '%s\n' "$v" >"$SYSROOT/kernel-version"

	say "fetching ${SYSROOT_PACKAGES[*]}"
	apt_fetch "${SYSROOT_PACKAGES[@]}"
	for p in "${SYSROOT_PACKAGES[@]}"; do
		dpkg-deb -x "$(deb_path "$p")" "$SYSROOT"
	done
	stamp sysroot "$want"
}

setup_linux() {
	local tar=/usr/src/linux-source-6.1.tar.xz version want

	version=$(dpkg-query -W -f '${Version}' linux-source-6.1)
	want="$LAYOUT $version ${LINUX_PARTS[*]}"
	if stamped linux "$want"; then
		return
	fi
	say "unpacking parts of linux-source-6.1 $version"
	rm -rf "$LINUX"
	mkdir -p "$LINUX"
	tar -xJf "$tar" -C "$LINUX" --strip-components=1 \
		"${LINUX_PARTS[@]/#/linux-source-6.1/}"
	stamp linux "$want"
}

# A static fio for arm64, from Debian's source package: the packaged binary wants
# 80 MB of libraries. An unknown option makes fio's configure build for this
# machine instead, hence the check of what came out.
setup_fio() {
	local dir=$CACHE/fio want log off=() x

	want="$LAYOUT $(cat "$CACHE/stamp/sysroot") $(aarch64-linux-gnu-gcc -dumpfullversion)"
	if stamped fio "$want"; then
		return
	fi
	apt_init
	say "building fio for arm64 from its source package"
	rm -rf "$dir"
	mkdir -p "$dir"
	log=$dir/build.log
	for x in numa rdma rados rbd http gfapi libnfs lex pmem xnvme libzbc \
		tcmalloc dfs native; do
		off+=("--disable-$x")
	done
	if ! (
		cd "$dir"
		apt_get source --download-only fio
		dpkg-source --no-check -x fio_*.dsc src
		cd src
		export LDFLAGS=-L$SYSROOT/usr/lib/aarch64-linux-gnu
		export CROSS_COMPILE=aarch64-linux-gnu-
		./configure --cc=aarch64-linux-gnu-gcc --cpu=arm64 \
			--build-static "${off[@]}" \
			--extra-cflags="-isystem $SYSROOT/usr/include $LDFLAGS"
		make -j"$(nproc)" fio
		aarch64-linux-gnu-strip -o ../fio fio
	) >"$log" 2>&1; then
		tail -n 20 "$log" >&2
		die "fio did not build; all of it is in $log"
	fi
	aarch64-linux-gnu-readelf -h "$dir/fio" | grep -q 'Machine: *AArch64' ||
		die "fio was not built for arm64, see $log"
	grep -q CONFIG_LIBAIO=y "$dir/src/config-host.mak" ||
		die "fio was built without libaio, see $log"
	rm -rf "$dir/src"
	stamp fio "$want"
}

# iperf3 for arm64 in one file, from Debian's static libraries.
setup_iperf3() {
	local dir=$CACHE/iperf3 packages=(libiperf-dev libssl-dev libsctp-dev)
	local main=$TOP/tests/tools/iperf3.c want lib p

	want="$LAYOUT $(cksum <"$main") $(aarch64-linux-gnu-gcc -dumpfullversion)"
	if stamped iperf3 "$want"; then
		return
	fi
	apt_init
	say "building iperf3 for arm64"
	rm -rf "$dir"
	mkdir -p "$dir"
	apt_fetch "${packages[@]/%/:arm64}"
	for p in "${packages[@]}"; do
		dpkg-deb -x "$(deb_path "$p")" "$dir/root"
	done
	lib=$dir/root/usr/lib/aarch64-linux-gnu
	# The linker warns of getaddrinfo() in a static program.
	aarch64-linux-gnu-gcc -O2 -s -static -isystem "$dir/root/usr/include" \
		-o "$dir/iperf3" "$main" "$lib"/lib{iperf,ssl,crypto,sctp}.a -lm \
		2>"$dir/build.log" ||
		die "iperf3 did not build; see $dir/build.log"
	rm -rf "$dir/root"
	stamp iperf3 "$want"
}

# The MVM's DHCP server, static, from its source package.
setup_dnsmasq() {
	local dir=$CACHE/dnsmasq want

	want="$LAYOUT $(aarch64-linux-gnu-gcc -dumpfullversion)"
	if stamped dnsmasq "$want"; then
		return
	fi
	apt_init
	say "building dnsmasq for arm64 from its source package"
	rm -rf "$dir"
	mkdir -p "$dir"
	(
		cd "$dir" &&
		apt_get source --download-only dnsmasq &&
		dpkg-source --no-check -x dnsmasq_*.dsc src &&
		make -C src -j"$(nproc)" CC=aarch64-linux-gnu-gcc LDFLAGS=-static &&
		aarch64-linux-gnu-strip -o dnsmasq src/src/dnsmasq
	) >"$dir/build.log" 2>&1 || {
		tail -n 20 "$dir/build.log" >&2
		die "dnsmasq did not build; all of it is in $dir/build.log"
	}
	rm -rf "$dir/src"
	stamp dnsmasq "$want"
}

# A sysroot beside the first one's kernel: only its headers.
setup_backports() {
	local v want="$LAYOUT $SYSROOT backports"

	if stamped backports "$want" && [ -e "$SYSROOT/backports-version" ]; then
		return
	fi
	apt_init
	v=$(kernel_version "$SUITE-backports")
	unpack_headers "$v" "$SUITE-backports"
	printf '%s\n' "$v" >"$SYSROOT/backports-version"
	stamp backports "$want"
}

# needed_libraries FOLDER PROGRAM: the files in FOLDER that the program is linked with.
needed_libraries() {
	local todo=("$2") names seen=' ' n f

	while [ ${#todo[@]} -gt 0 ]; do
		names=$(aarch64-linux-gnu-readelf -d "${todo[0]}" |
			sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
		todo=("${todo[@]:1}")
		for n in $names; do
			[[ $seen != *" $n "* ]] || continue
			seen+="$n "
			f=$(find "$1" -name "$n" -print -quit)
			[ -n "$f" ] || die "no package has $n, which $2 needs"
			printf '%s\n' "$f"
			todo+=("$f")
		done
	done
}

# unpack_program PACKAGE PROGRAM: $CACHE/bench/NAME has an arm64 program of a package, as
# it lies in a file system, with its libraries.
unpack_program() {
	local name=${2##*/} root=$CACHE/bench/root dir list f
	dir=$CACHE/bench/$name

	list=$(apt_get -s --no-install-recommends install "$1" |
		awk '/^Inst / { print $2 }')
	# shellcheck disable=SC2046 # one word is counted
	say "fetching $1 for arm64 with the" $(wc -w <<<"$list") "packages it depends on"
	rm -rf "$root" "$dir"
	mkdir -p "$root" "$dir/lib" "$dir/usr/bin" "$dir/usr/lib/aarch64-linux-gnu"
	# shellcheck disable=SC2086 # a list
	apt_fetch $list
	for f in $list; do
		dpkg-deb -x "$(deb_path "$f")" "$root"
	done
	needed_libraries "$root" "$root/$2" >"$dir.list"
	xargs cp -L -t "$dir/usr/lib/aarch64-linux-gnu" <"$dir.list"
	cp -L "$root/$2" "$dir/usr/bin/"
	cp -L "$root/lib/ld-linux-aarch64.so.1" "$dir/lib/"
	aarch64-linux-gnu-strip "$dir"/usr/lib/aarch64-linux-gnu/* "$dir/usr/bin/"*
	rm -rf "$root" "$dir.list"
}

# What only `make bench` boots: a VMM for KVM to compare with, and cyclictest. Their
# libraries come along, as neither can be linked statically from packages.
setup_bench() {
	local want="$LAYOUT bench"

	if stamped bench "$want"; then
		return
	fi
	apt_init
	unpack_program qemu-system-arm usr/bin/qemu-system-aarch64
	unpack_program rt-tests usr/bin/cyclictest
	stamp bench "$want"
}

# shellcheck disable=SC1091
[ "$(. /etc/os-release && echo "${VERSION_CODENAME:-}")" = "$SUITE" ] ||
	say "warning: this is not Debian 12 ($SUITE); going on anyway"
mkdir -p "$CACHE"
# Worktrees may share one cache: one of them sets it up, the others wait.
exec 9>"$CACHE/.lock"
flock 9

install_host_packages
setup_sysroot
setup_linux
setup_fio
setup_iperf3
setup_dnsmasq
case ${1:-} in
backports)
	setup_backports ;;
bench)
	setup_bench ;;
'') ;;
*)
	die "unknown part '$1'" ;;
esac
ln -sfn cache/sysroot "$TOP/build/sysroot"
say "ready: Linux $(cat "$SYSROOT/kernel-version"), sysroot in build/sysroot"
