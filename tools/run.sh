#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# `make run`: a guest on its mediated disk. At a terminal it ends in the MVM's
# shell with the guest running; otherwise it shows the same as a demonstration and
# ends with a status.
#
#   tools/run.sh [OPTIONS OF tools/qemu.sh]

set -euo pipefail

TOP=$(cd "$(dirname "$0")/.." && pwd)
IMAGES=$TOP/build/images
LIMIT=300

board=(
	--smp 4 --mem 3G --el2 "mvm_cpus=2"
	--disk "data=$IMAGES/data.ext4"
	--disk "disk1=$IMAGES/disk1.img" --disk "disk2=$IMAGES/disk2.img"
)

if [ -t 0 ]; then
	echo "Ctrl-A x ends the board, Ctrl-A c is QEMU's monitor."
	exec "$TOP/tools/qemu.sh" "${board[@]}" --interactive \
		--append loglevel=4 "$@"
fi

tap=$(mktemp)
trap 'rm -f "$tap"' EXIT
status=0
"$TOP/tools/qemu.sh" "${board[@]}" --tap "$tap" --timeout "$LIMIT" \
	--append "loglevel=4 shyper.demo=1" "$@" </dev/null || status=$?
if [ "$status" = 124 ]; then
	echo "run: the demonstration took more than $LIMIT s" >&2
elif [ "$status" = 0 ] && ! grep -qx '# done: demo, status 0' "$tap"; then
	echo "run: the demonstration failed" >&2
	status=1
fi
exit "$status"
