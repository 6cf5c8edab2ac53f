# SPDX-License-Identifier: GPL-2.0-only
# Guests of KVM and QEMU for the benchmarks: Linux is the host, at EL2 (nVHE). Config
# "kvm-native" or "kvm-uring" says how QEMU's iothread does its I/O; "kvm-vhost" is for the
# network, which is vhost-net's in all. Else QEMU and KVM do as is their default.
# Sourced by lib.sh.

# Each vCPU has a CPU for itself, as a guest of Shyper has; the first two are the host's.
HOST_CPUS=0-1

hv_init() {
	modprobe vhost_net && modprobe tun
}

# kvm_devices CONFIG N [disk] [net]: as options of QEMU.
kvm_devices() {
	local aio=${1#kvm-} n=$2 device
	shift 2

	[ "$aio" != uring ] || aio=io_uring
	for device; do
		case $device in
		disk)
			echo "-object iothread,id=io0" \
				"-drive if=none,id=d0,file=$DEVICE,format=raw,cache=none,aio=$aio" \
				"-device virtio-blk-pci,drive=d0,iothread=io0" ;;
		net)
			echo "-netdev tap,id=n0,ifname=tap$n,vhost=on,script=no,downscript=no" \
				"-device virtio-net-pci,netdev=n0,romfile=,mac=$(net_mac "$n")" ;;
		esac
	done
}

# kvm_pin PID CPU: the vCPU's thread to its CPU.
kvm_pin() {
	local t name

	for t in /proc/"$1"/task/*; do
		read -r name <"$t/comm"
		case $name in
		CPU*) taskset -p -c "$2" "${t##*/}" >/dev/null || return ;;
		esac
	done
}

hv_up() {
	local n=$2 log=/tmp/qemu-g$2.log tty

	# What the last guest's QEMU has said is not for this one.
	: >"$log"
	# shellcheck disable=SC2046 # options, split at spaces
	taskset -c $HOST_CPUS qemu-system-aarch64 -accel kvm -cpu host \
		-machine virt,gic-version=3 -smp 1 -m 256M -nodefaults \
		-display none -monitor none -no-reboot -name "g$n,debug-threads=on" \
		-kernel /data/Image -initrd /data/guest.cpio.gz \
		-append "console=hvc0 $GUEST_ARGS" \
		-chardev pty,id=con -device virtio-serial-pci \
		-device virtconsole,chardev=con $(kvm_devices "$@") >"$log" 2>&1 &
	eval "QEMU_$n=$!"
	if ! wait_for 30 grep -q /dev/pts/ "$log"; then
		cat "$log"
		return 1
	fi
	tty=$(sed -n 's,.*\(/dev/pts/[0-9]*\).*,\1,p' "$log")
	console_open "g$n" "$tty" || return
	kvm_pin $! $((n + 1)) || return
	if ! guest_ready "g$n" $PATIENCE; then
		cat "$log"
		return 1
	fi
}

hv_down() {
	local pid killer

	eval "pid=\$QEMU_$2"
	guest_send "g$2" "9999 poweroff -f"
	( sleep 20; kill "$pid" ) >/dev/null 2>&1 &
	killer=$!
	wait "$pid"
	kill $killer 2>/dev/null
	console_close "g$2"
	return 0
}

# Of all guests of KVM.
hv_counters() {
	local name

	for name in exits mmio_exit_user mmio_exit_kernel wfi_exit_stat hvc_exit_stat \
		signal_exits; do
		echo "guest_$name $(cat /sys/kernel/debug/kvm/$name)"
	done
	guest_counters "g$2" | sed 's/^/guest_/'
}

# Nothing that is of interest here.
hv_facts() { true; }

hv_net() { echo "tap$2"; }
