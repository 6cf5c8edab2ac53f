# SPDX-License-Identifier: GPL-2.0-only
# For the benchmarks in the MVM (busybox sh): the kinds of guest, and what is said to
# the host. Sourced after lib.sh and guest.sh of tests/e2e.
#
# bench.configs=A,B,... on the kernel's command line names what is measured, in that
# order. "mvm" and "host" are the MVM itself, under EL2 or as KVM's host; each other
# one is a kind of guest, and its hypervisor's script has for it
#
#   hv_init                    what is needed once
#   hv_up CONFIG N [disk] [net]  boot guest gN, until it takes commands
#   hv_down CONFIG N           end it
#   hv_counters CONFIG N       "NAME VALUE" lines of what was counted
#   hv_facts CONFIG            sizes and times
#   hv_net CONFIG N            guest gN's interface on this side
#
# Lines for the host, through the result port:
#
#   bench CONFIG DEVICE WORKLOAD KIND ...
#   bench done CONFIG
#   bench missing CONFIG REASON
#   bench value NAME UNIT VALUE

BACKEND=$(kernel_arg bench.backend) || give_up "bench.backend= is missing"
CONFIGS=$(kernel_arg bench.configs | tr , ' ')
GUEST_ARGS="panic=-1 loglevel=4 guest.run=agent nokaslr kpti=off"
# Seconds that a guest has to answer in.
PATIENCE=120

if [ -d /sys/kernel/debug/kvm ]; then
	. /tests/bench/kvm.sh
else
	. /tests/bench/shyper.sh
fi

# value NAME UNIT VALUE: of the whole
value() { tap "bench value $1 $2 $3"; }

# In ms: busybox's awk has integers of 32 bits.
now_ms() { awk '{ printf "%d", $1 * 1000 }' /proc/uptime; }

# sum KEY...: of these keys in the JSON /tmp/json.
sum() { json_get "$@" </tmp/json | awk '{ n += $1 } END { print n + 0 }'; }

# differences BEFORE AFTER: "NAME VALUE" lines of two files of counters. (Numbers in
# awk are floating-point; only its %d is of 32 bits.)
differences() {
	awk 'NR == FNR { was[$1] = $2; next } { printf "%s %.0f\n", $1, $2 - was[$1] }' \
		"$1" "$2"
}

# only: of lines on standard input that begin with a workload's name, those that
# bench.only=NAME wants, which may be a pattern; without it, all.
only() {
	local name

	name=$(kernel_arg bench.only) || name='[^ ]*'
	grep "^$name "
}

# profiled COMMAND...: with bench.profile=DELAY,LENGTH (ms), have QEMU's plugin count
# for LENGTH meanwhile.
profiled() {
	local when

	if when=$(kernel_arg bench.profile); then
		mark "${when%,*}" "${when#*,}" &
	fi
	"$@"
}

# guest_quietly NAME MS COMMAND: as guest, but only after MS ask whether it is done: the
# asking is work of the MVM's, which would be in the figures.
guest_quietly() {
	local seq

	guest_start "$1" "$3"
	seq=$GUEST_SEQ
	usleep $(($2 * 1000))
	guest_wait "$1" "$seq" $PATIENCE
}

# symbols CONFIG: for bench.profile, where functions are; "guest" are the modules of
# the guest, whose kernel is the MVM's.
symbols() {
	kernel_arg bench.profile >/dev/null || return 0
	sed -n 's/^\([0-9a-f]*\) [tTwW] \(.*\)/symbol mvm \1 \2/p' /proc/kallsyms | tr '\t' ' ' \
		>"$TAP_PORT"
	case $1 in
	mvm | host) ;;
	*)
		guest g1 60 "grep '\[virtio' /proc/kallsyms" |
			sed -n 's/^\([0-9a-f]*\) [tTwW] \(.*\)/symbol guest \1 \2/p' |
			tr '\t' ' ' >"$TAP_PORT" ;;
	esac
}

# guest_settled NAME: until its random numbers are seeded. Before, each system call
# costs thousands of instructions (its stack's offset is random), and a guest of KVM
# has a seed from QEMU.
guest_settled() { guest "$1" $PATIENCE "dd if=/dev/random of=/dev/null bs=1 count=1"; }

# guest_counters NAME: what the guest itself counts. The command's own interrupts
# are a few, and in what is measured thousands.
guest_counters() {
	guest "$1" 30 "awk 'NR == 1 { n = NF } NR > 1 { for (i = 2; i < n + 2; i++) s += \$i }
		END { print \"irqs\", s }' /proc/interrupts;
		[ ! -e /sys/block/vda ] || awk '{ print \"requests\", \$1 + \$5 }' /sys/block/vda/stat"
}

# per_config FUNCTION [DEVICE]...: for each kind that is asked for, bring its guest up,
# with devices of hv_up, and have FUNCTION CONFIG measure it; one that fails is told
# to the host, and the others go on.
per_config() {
	local measure=$1 config before
	shift

	for config in $CONFIGS; do
		case $config in
		mvm | host)
			measured "$config" "$measure"
			continue ;;
		esac
		before=$(now_ms)
		if check "$config: a guest boots" hv_up "$config" 1 "$@"; then
			tap "bench $config $BACKEND boot value guest_boot ms $(($(now_ms) - before))"
			guest_settled g1 >/dev/null
			measured "$config" "$measure"
		else
			tap "bench missing $config its guest did not boot"
			skip "$config" "no guest"
		fi
		hv_down "$config" 1
	done
}

# measured CONFIG FUNCTION
measured() {
	if check "$1" "$2" "$1"; then
		tap "bench done $1"
	else
		tap "bench missing $1 it failed"
	fi
}

# plan_configs N: of N checks and those of per_config.
plan_configs() {
	local n=$1 config

	for config in $CONFIGS; do
		case $config in
		mvm | host) n=$((n + 1)) ;;
		*) n=$((n + 2)) ;;
		esac
	done
	plan "$n"
}

[ -d /sys/kernel/debug/kvm ] || value mvm_boot ms "$(now_ms)"
