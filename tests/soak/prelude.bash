# SPDX-License-Identifier: ISC
# prelude: the world of the behaviour tests without bats, for the long sweeps.
# Each runs in a directory of its own under build/soak/ and ends by saying how
# many faults it tried and how many did not heal.
set -u
shopt -s inherit_errexit 2>/dev/null
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
export DL_BIN=${DL_BIN:-$top/build/bin} DL_TOOLS=${DL_TOOLS:-$top/build/tools}
export PATH=$DL_BIN:$DL_TOOLS:$PATH
export LC_ALL=C.UTF-8 TZ=UTC DL_NOW=2026-01-15T00:00:00Z TERM=dumb
unset DL_DB DL_TENANT DL_USER
name=$(basename "$0")
mkdir -p "$top/build/soak"
work=$(mktemp -d "$top/build/soak/$name.XXXXXX")
cd "$work" || exit 1
# shellcheck source=/dev/null
. "$top/tests/fault.bash"
tried=0 hurt=0

# heals WHAT: counts one fault; keeps what a bad one left.
heals() {
	tried=$((tried + 1))
	if ! fault_heals "$1"; then
		hurt=$((hurt + 1))
		mkdir -p "kept-$hurt"
		cp "$DL_DB"* want.ndjson got.ndjson "kept-$hurt/" 2>/dev/null
		echo "$1" >"kept-$hurt/what"
	fi
}

# done_soaking TEXT: the last line and the status.
done_soaking() {
	echo "$name: $*, $tried tried, $hurt did not heal"
	if [ "$hurt" = 0 ]; then
		cd "$top" && rm -rf "$work"
	else
		echo "$name: what they left is in $work" >&2
		exit 1
	fi
}
