# SPDX-License-Identifier: GPL-2.0-only
# For tests with guests (busybox sh): configurations, consoles, commands that run
# in a guest. Sourced after lib.sh.

GUEST_SEQ=0

# load_module [PARAMETERS]
load_module() { insmod /lib/shyper/shyper.ko "$@"; }

# start_daemon CONFIG: shyperd in the background, ready when this returns.
start_daemon() {
	shyperd --foreground --config "$1" >/tmp/shyperd.log 2>&1 &
	DAEMON=$!
	wait_for 10 [ -S /run/shyperd.sock ]
}

# guest_config NAME CPUS DISK [MORE]: writes /tmp/NAME.json in the short form;
# MORE is put on the kernel's command line.
guest_config() {
	cat >"/tmp/$1.json" <<-END
		{
			"name": "$1",
			"cpus": $2,
			"memory": "256M",
			"kernel": "/data/Image",
			"initrd": "/data/guest.cpio.gz",
			"cmdline": "console=hvc0 panic=-1 guest.run=agent $4",
			"disks": [ "$3" ],
			"console": true
		}
	END
}

# console_open NAME: connect to the guest's console; what it says is kept in
# /tmp/NAME.log and shown on ours. The reader holds the terminal open, because
# its settings are lost with the last close: echo would talk back to the guest.
console_open() {
	local tty=$2

	(
		exec <>"$tty"
		stty raw -echo
		exec tee "/tmp/$1.log" | sed "s/^/$1| /"
	) &
	eval "CONSOLE_$1=$tty"
}

# guest_send NAME LINE...: a line to the guest's console.
guest_send() {
	local tty
	eval "tty=\$CONSOLE_$1"
	shift
	printf '%s\n' "$*" >"$tty"
}

# guest NAME SECONDS COMMAND...: run a command there; prints what it prints, ends
# with its status, or with 124 when it takes longer.
guest() {
	local name=$1 limit=$2 seq
	shift 2

	GUEST_SEQ=$((GUEST_SEQ + 1))
	seq=$GUEST_SEQ
	guest_send "$name" "$seq $*"
	wait_for "$limit" grep -q "^#$seq [0-9]" "/tmp/$name.log" || return 124
	sed -n "/^#$seq begin/,/^#$seq [0-9]/p" "/tmp/$name.log" | sed '1d;$d'
	return "$(sed -n "s/^#$seq \([0-9]*\).*/\1/p" "/tmp/$name.log")"
}
