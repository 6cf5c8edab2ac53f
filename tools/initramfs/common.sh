# SPDX-License-Identifier: GPL-2.0-only
# Sourced by /init of the MVM and of the guests (busybox sh).

export PATH=/sbin:/bin:/usr/sbin:/usr/bin HOME=/root PS1='\h:\w\$ '

base_init() {
	/bin/busybox --install -s
	mount -t devtmpfs dev /dev
	mount -t proc proc /proc
	mount -t sysfs sys /sys
	mkdir -p /dev/pts
	mount -t devpts devpts /dev/pts
	mount -t tmpfs tmp /tmp
	mount -t tmpfs run /run
	mount -t debugfs debug /sys/kernel/debug
	mount -t tracefs trace /sys/kernel/tracing 2>/dev/null
	ln -s /proc/self/fd /dev/fd
	ln -s /proc/self/fd/1 /dev/stdout
	ln -s /proc/self/fd/2 /dev/stderr
}

# kernel_arg NAME: prints the value of NAME=VALUE on the kernel's command line,
# and fails where there is none.
kernel_arg() {
	local a

	for a in $(cat /proc/cmdline); do
		case $a in
		"$1="*)
			printf '%s\n' "${a#*=}"
			return 0 ;;
		esac
	done
	return 1
}

# console_shell DEVICE: a login-less shell with job control on a terminal.
console_shell() {
	cd /root || return
	setsid sh -c "exec sh -l <$1 >$1 2>&1"
}
