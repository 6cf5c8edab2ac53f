# SPDX-License-Identifier: GPL-2.0-only
# For tests with guests (busybox sh): module, daemon, configurations, consoles,
# commands that run in a guest. Sourced after lib.sh.

GUEST_CPUS=$(kernel_arg shyper.guest_cpus) || GUEST_CPUS=1
ABI=$(kernel_arg shyper.abi) || ABI=normal
# The path that guests' devices are on: classic or direct; empty: not said.
IOPATH=$(kernel_arg shyper.path) || IOPATH=
direct() { [ "$IOPATH" = direct ]; }

# load_module [PARAMETERS]
load_module() { insmod /lib/shyper/shyper.ko "$@" || return 1; }

# start_daemon DISKS: shyperd with a disk list, ready when this returns. DISKS are
# the entries of the list, in JSON.
start_daemon() {
	mkdir -p /etc/shyper
	printf '{ "disks": [ %s ] }\n' "$1" >/tmp/shyperd.json
	restart_daemon
}

restart_daemon() {
	shyperd --foreground --config /tmp/shyperd.json >>/tmp/shyperd.log 2>&1 &
	DAEMON=$!
	disks_attached() {
		[ "$(shyper-cli blk list 2>/dev/null | grep -cE '/(dev|mnt|tmp)/')" -ge \
			"$(grep -o '"path"' /tmp/shyperd.json | wc -l)" ]
	}
	wait_for 10 disks_attached && return
	cat /tmp/shyperd.log
	return 1
}

# release_disks: the list becomes empty, and shyperd takes all disks away.
release_disks() {
	echo '{ "disks": [] }' >/tmp/shyperd.json
	kill -HUP "$DAEMON"
	no_disks() { ! shyper-cli blk list | grep -q /dev/; }
	wait_for 5 no_disks
}

# stop_daemon [SIGNAL]
stop_daemon() {
	kill "-${1:-TERM}" "$DAEMON"
	wait "$DAEMON" 2>/dev/null
	return 0
}

# guest_config NAME CPUS DISK [ARGS]: writes /tmp/NAME.json in the short form; ARGS
# are put on the kernel's command line.
guest_config() {
	local path=''
	[ -z "$IOPATH" ] || path="\"path\": \"$IOPATH\","
	cat >"/tmp/$1.json" <<-END
		{
			"name": "$1",
			"cpus": $2,
			"memory": "256M",
			"kernel": "/data/Image",
			"initrd": "/data/guest.cpio.gz",
			"cmdline": "console=hvc0 panic=-1 loglevel=4 guest.run=agent $4",
			$path
			"disks": [ "$3" ],
			"nets": [],
			"console": true
		}
	END
}

# guest_tty NAME: the terminal that is the guest's console; the VM has been added.
guest_tty() { shyper-cli --json vm show "$1" | json_get console; }

# console_open NAME [TTY]: connect to the guest's console; what it says is kept in
# /tmp/NAME.log and shown on ours. The reader holds the terminal open, because
# its settings are lost with the last close: echo would talk back to the guest.
console_open() {
	local tty=$2
	[ -n "$tty" ] || tty=$(guest_tty "$1")
	[ -c "$tty" ] || return
	: >"/tmp/$1.log"
	(
		exec <>"$tty"
		stty raw -echo
		exec awk -v n="$1" -v log_file="/tmp/$1.log" '{
			print >>log_file; fflush(log_file)
			print n "| " $0; fflush()
		}' >/dev/console
	) &
	eval "READER_$1=$!"
	eval "CONSOLE_$1=$tty"
}

# console_close NAME: so that somebody else gets what the guest says.
console_close() {
	local pid
	eval "pid=\$READER_$1"
	kill "$pid" 2>/dev/null
	wait "$pid" 2>/dev/null
	return 0
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
	local name=$1 seq
	guest_start "$1" "$3"
	seq=$GUEST_SEQ
	guest_wait "$name" "$seq" "$2"
}

# guest_start NAME COMMAND: the same without waiting; GUEST_SEQ names it. The lines
# of COMMAND become one, so they end with ";" where that matters. (The count is
# in a file because commands also run in subshells.)
guest_start() {
	echo >>/tmp/guest_seq
	GUEST_SEQ=$(wc -l </tmp/guest_seq)
	guest_send "$1" "$GUEST_SEQ $(printf '%s' "$2" | tr '\n\t' '  ')"
}

# guest_wait NAME SEQ SECONDS: for the end of what guest_start began.
guest_wait() {
	if ! wait_for "$3" grep -q "^#$2 [0-9]" "/tmp/$1.log"; then
		echo "$1 did not answer within $3 s; it said last:"
		tail -n 5 "/tmp/$1.log"
		return 124
	fi
	sed -n "/^#$2 begin/,/^#$2 [0-9]/p" "/tmp/$1.log" | sed '1d;$d'
	return "$(sed -n "s/^#$2 \([0-9][0-9]*\).*/\1/p" "/tmp/$1.log")"
}

# guest_ready NAME [SECONDS]: its agent answers.
guest_ready() {
	wait_for "${2:-60}" grep -q '^#agent ready' "/tmp/$1.log"
}

# guest_start_up NAME: from its configuration, until it takes commands. Its console
# is there when it has been added, and is listened to before it boots.
guest_start_up() {
	shyper-cli vm add "/tmp/$1.json" || return
	console_open "$1" || return
	shyper-cli vm boot "$1" || return
	guest_ready "$1"
}

# guest_up NAME CPUS DISK: configure, add, boot, until it takes commands.
guest_up() {
	case $2 in /dev/*) set -- "$1" "$3" "$4" ;; esac
	guest_config "$@" || return
	guest_start_up "$1"
}

# bare_config NAME CPU KEYS: writes /tmp/NAME.json for an image of tests/guest/bare on
# a physical CPU; KEYS are more of the configuration, ending with a comma.
bare_config() {
	local path=''
	[ -z "$IOPATH" ] || path="\"path\": \"$IOPATH\","
	cat >"/tmp/$1.json" <<-END
		{
			"name": "$1",
			"type": "bare-metal",
			"cpus": [ $2 ],
			"memory": [ { "base": "0x80000000", "size": "16M" } ],
			"kernel": "/data/$1.bin",
			$path $3
			"restart": "never"
		}
	END
}

# ended_by NAME HOW: as vm list says it.
ended_by() {
	shyper-cli vm show "$1"
	[ "$(shyper-cli --json vm show "$1" | json_get ended_by)" = "$2" ]
}

# vm_state NAME: inactive, pending or active; nothing if there is no such VM.
vm_state() {
	shyper-cli vm list | awk -v n="$1" '
		{ for (i = 1; i <= NF; i++) if ($i == n) found = 1 }
		found { for (i = 1; i <= NF; i++)
			if ($i ~ /^(inactive|pending|active)$/) print $i
			exit }'
}
vm_is() { [ "$(vm_state "$1")" = "$2" ]; }

# guest_off NAME: by its own power-off, then removed.
guest_off() {
	guest_send "$1" "9999 poweroff -f"
	wait_for 20 vm_is "$1" inactive || return
	console_close "$1"
	shyper-cli vm remove "$1"
}

# json_get KEY...: numbers or strings of these keys in the JSON on standard input,
# one a line, in the order of the document.
json_get() {
	local key

	tr -d '\n' | sed 's/[{},]/\n/g' >/tmp/json_get
	for key; do
		sed -n "s/^[[:space:]]*\"$key\"[[:space:]]*:[[:space:]]*\"\{0,1\}\([^\"]*[^\"[:space:]]\).*/\1/p" \
			/tmp/json_get
	done
}

# disk_stat NAME KEY: a counter of an attached disk.
disk_stat() { shyper-cli --json blk stat "$1" | json_get "$2"; }

# system_info KEY
system_info() { shyper-cli --json system info | json_get "$1"; }
