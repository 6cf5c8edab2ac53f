# SPDX-License-Identifier: GPL-2.0-only
# For tests of the network (busybox sh). Sourced after guest.sh.

# net_port: the MVM's interface on the switch.
net_port() {
	local d

	for d in /sys/class/net/*/device; do
		case $(readlink -f "$d") in
		*/b010000.virtio_mmio/*)
			d=${d%/device}
			echo "${d##*/}" ;;
		esac
	done
}

# net_nic: the board's own NIC.
net_nic() {
	local d

	for d in /sys/class/net/*/device; do
		case $(readlink -f "$d") in
		*/pci*)
			d=${d%/device}
			echo "${d##*/}" ;;
		esac
	done
}

# net_ports: interfaces of direct guests.
net_ports() {
	shyper-cli --json net show | sed -n 's/.*"interface": *"\([^"]*\)".*/\1/p'
}

# net_side: the MVM's end of the guests' network: the port of the switch; if guests
# are direct, a bridge that holds it and that their ports are put into by net_join.
net_side() {
	local port
	port=$(net_port)
	direct || { echo "$port"; return; }
	modprobe bridge && ip link add br0 type bridge &&
		ip link set "$port" master br0 && ip link set "$port" up &&
		ip link set br0 up || return
	echo br0
}

net_join() {
	local p
	[ -e /sys/class/net/br0/bridge ] || return 0
	for p in $(net_ports); do
		[ -e "/sys/class/net/$p/master" ] ||
			ip link set "$p" master br0 || return
		ip link set "$p" up || return
	done
}

# net_mac N: the address that guest N has in these tests.
net_mac() { echo "52:54:00:00:00:0$1"; }

# net_config NAME CPUS DISK NET...: as guest_config, with network devices, each
# an address or an object of the configuration.
net_config() {
	local name=$1 list='' n
	guest_config "$1" "$2" "$3" || return
	shift 3

	for n; do
		case $n in
		{*) ;;
		*) n="\"$n\"" ;;
		esac
		list="$list${list:+, }$n"
	done
	sed -i "s/\"nets\": \[\]/\"nets\": [ $list ]/" "/tmp/$name.json"
	sed -i 's/"disks": \[ "" \],//' "/tmp/$name.json"
}

# net_up NAME CPUS DISK NET...: until it takes commands.
net_up() {
	local name=$1

	shift
	case $1 in /dev/*) shift ;; esac
	net_config "$name" "$@" || return
	guest_start_up "$name" && net_join
}

# net_daemon NETWORK [DISKS]: shyperd with this "network".
net_daemon() {
	printf '{ "disks": [ %s ], "network": { %s } }\n' "$2" "$1" \
		>/tmp/shyperd.json
	restart_daemon
}

# net_stat MAC KEY...: counters of a port.
net_stat() {
	local mac=$1 key
	shift

	shyper-cli --json net show | tr -d ' \n' | sed 's/{"port"/\n&/g' |
		grep "\"mac\":\"$mac\"" >/tmp/net_stat || return
	for key; do
		sed -n "s/.*[{,]\"$key\":\"\{0,1\}\([^,}\"]*\).*/\1/p" /tmp/net_stat
	done
}

# net_sums: whether what was offered to ports is what they got and lost. Frames
# go on meanwhile: so several tries.
net_sums() {
	local i=0

	while [ $i -lt 5 ]; do
		shyper-cli --json net show | tr -d ' \n' |
			sed 's/{"port"/\n&/g' | awk -F'[,:{}]' '
			{ for (i = 1; i < NF; i++) sum[$i] += $(i + 1) }
			END {
				copies = sum["\"tx_copies\""]
				got = sum["\"rx_frames\""] + sum["\"rx_dropped\""]
				print "offered " copies ", got or lost " got
				exit copies != got || !copies
			}' && return
		i=$((i + 1))
		sleep 1
	done
	return 1
}

# iperf NAME SECONDS ARGS: a client in a guest; prints its summary, fails if
# nothing came through.
iperf() {
	guest "$1" "$(($2 + 30))" "iperf3 -t $2 $3" >/tmp/iperf.out || {
		tail -n 5 /tmp/iperf.out
		return 1
	}
	grep -E 'sender|receiver' /tmp/iperf.out
	diag "$1: iperf3 $3: $(awk '/receiver/ { print $7, $8 }' /tmp/iperf.out)"
	grep 'receiver' /tmp/iperf.out | grep -qv ' 0.00 '
}
