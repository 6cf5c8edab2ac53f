# SPDX-License-Identifier: GPL-2.0-only
# For test scripts in the MVM (busybox sh): results as TAP. A script sources this,
# calls `plan N` first and then N of ok, not_ok, skip, check.

. /etc/common.sh

TAP_COUNT=0

# tap LINE: to the port that the host reads, and to the kernel log, which keeps
# it in order with what the kernels say. Both take a line as a whole.
tap() {
	[ -z "$TAP_PORT" ] || printf '%s\n' "$1" >"$TAP_PORT"
	printf 'TAP: %.800s\n' "$1" >/dev/kmsg
}

plan() { tap "1..$1"; }
diag() { tap "# $*"; }

ok() {
	TAP_COUNT=$((TAP_COUNT + 1))
	tap "ok $TAP_COUNT - $*"
}

not_ok() {
	TAP_COUNT=$((TAP_COUNT + 1))
	tap "not ok $TAP_COUNT - $*"
}

skip() {
	TAP_COUNT=$((TAP_COUNT + 1))
	tap "ok $TAP_COUNT - $1 # SKIP $2"
}

# check NAME COMMAND...: ok if COMMAND succeeds; its output becomes diagnostics
# if it does not.
check() {
	local name=$1 status=0
	shift

	"$@" >/tmp/check.out 2>&1 || status=$?
	if [ $status = 0 ]; then
		ok "$name"
		return 0
	fi
	not_ok "$name"
	diag "status $status: $*"
	tail -n 40 /tmp/check.out | while IFS= read -r line; do
		diag "  $line"
	done
	return 1
}

# check_fails NAME COMMAND...: ok if COMMAND fails with a status below 126, that
# is, of its own accord and not by a signal or because it is missing.
check_fails() {
	local name=$1 status=0
	shift

	"$@" >/tmp/check.out 2>&1 || status=$?
	if [ $status -gt 0 ] && [ $status -lt 126 ]; then
		ok "$name"
		return 0
	fi
	not_ok "$name"
	diag "status $status, should have failed: $*"
	return 1
}

# wait_for SECONDS COMMAND...: until COMMAND succeeds; fails after that time.
wait_for() {
	local left=$(($1 * 10))
	shift

	until "$@"; do
		left=$((left - 1))
		[ $left -gt 0 ] || return 1
		usleep 100000
	done
}

# give_up REASON: nothing that follows could work.
give_up() {
	tap "Bail out! $*"
	exit 1
}
