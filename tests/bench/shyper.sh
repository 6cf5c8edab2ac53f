# SPDX-License-Identifier: GPL-2.0-only
# Guests of Shyper for the benchmarks: config "classic" or "direct", which is "path" in a
# guest's configuration. Sourced by lib.sh.

# hv_init: module and daemon, with the disk that DEVICE is.
hv_init() {
	load_module || return
	start_daemon "${DEVICE:+{ \"name\": \"bench\", \"path\": \"$DEVICE\" \}}"
}

# hv_config CONFIG N [disk] [net]: the console is classic always: what it costs is
# not what is measured.
hv_config() {
	local path=$1 n=$2 more=''
	shift 2

	for device; do
		case $device in
		disk) more="$more \"disks\": [ \"bench\" ]," ;;
		net) more="$more \"nets\": [ { \"mac\": \"$(net_mac "$n")\", \"ifname\": \"net-g$n\" } ]," ;;
		esac
	done
	cat >"/tmp/g$n.json" <<-END
		{
			"name": "g$n",
			"path": "$path",
			"cpus": 1,
			"memory": "256M",
			"kernel": "/data/Image",
			"initrd": "/data/guest.cpio.gz",
			"cmdline": "console=hvc0 $GUEST_ARGS", $more
			"console": { "path": "classic" }
		}
	END
}

hv_up() {
	local n=$2

	hv_config "$@" || return
	console_open "g$n" "/dev/hvc$((n - 1))" || return
	shyper-cli vm add --boot "/tmp/g$n.json" || return
	guest_ready "g$n" $PATIENCE
}

hv_down() {
	[ -n "$(vm_state "g$2")" ] || {
		console_close "g$2"
		return
	}
	guest_off "g$2" >/dev/null 2>&1 || {
		shyper-cli vm stop "g$2"
		shyper-cli vm remove "g$2"
		console_close "g$2"
	} >/dev/null 2>&1
}

# vm_counters PREFIX VM
vm_counters() {
	local key

	shyper-cli --json vm stat "$2" >/tmp/json || return
	echo "$1_exits $(sum irq wfx hvc smc sysreg mmio abort other)"
	for key in irq wfx hvc sysreg mmio virqs doorbells kicks sgi_traps \
		trap_doorbells trap_merged trap_cleared trap_forwarded \
		hypercalls hvc_irqs bytes_copied; do
		echo "$1_$key $(sum $key)"
	done
}

hv_counters() {
	local key

	vm_counters guest "g$2"
	vm_counters mvm 0
	if [ "$1" = direct ]; then
		shyper-cli --json dev show "g$2" >/tmp/json || return
		for key in kicks wakeups batches interrupts interrupts_suppressed \
			polls_won copies copied_bytes; do
			echo "queue_$key $(sum $key)"
		done
	fi
	guest_counters "g$2" | sed 's/^/guest_/'
}

# What EL2 says of itself and of the guest; times under icount are instructions.
hv_facts() {
	shyper-cli --json system info >/tmp/json || return
	value el2_boot ns "$(sum boot_ns)"
	value el2_image bytes "$(sum image_size)"
	shyper-cli --json vm stat g1 >/tmp/json || return
	value guest_table_memory bytes "$(($(sum table_pages) * 4096))"
}

# Classic guests all are on one switch, of which the MVM has one port.
hv_net() {
	if [ "$1" = classic ]; then
		net_port
	else
		echo "net-g$2"
	fi
}
