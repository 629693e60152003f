# SPDX-License-Identifier: ISC
# policies: all at once that decides when a message goes out, by what, with
# which others, and whether at all: limits of channels, servers and recipients,
# digests, quiet hours, what people prefer, who must not be written to; three
# servers, one in a bad mood and one that refuses. Runs by the clock, and a
# judge of what came. After servers.bash and notify.bash; in the current
# directory. (It is nine o'clock in Tokyo.)

# policies_channels [TIMES]: the servers, and what is allowed in policies.json:
# of each channel, and each recipient of it, so many in so many minutes. TIMES:
# as often as much by a channel or server.
policies_channels() {
	local times=${1:-1}
	forget_channels
	channel email kind=email "from=営業部 <alerts@example.jp>" \
		hello=app.example.jp "rate=$((12 * times))/1h" per_recipient=4/1h
	server a sessions=2 <<-'END'
	rcpt * 1/7 reply 450 4.2.1 try again later
	rcpt no* reply 550 5.1.1 no such user
	body * 1/29 lose
	dot * 1/11 cut
	dot * 1/13 lose
	dot * 1/9 reply 451 4.3.0 not now
	END
	server b sessions=2 "rate=$((6 * times))/1h" <<-'END'
	rcpt no* reply 550 5.1.1 no such user
	END
	server c sessions=1 <<-'END'
	connect - reply 421 4.3.2 too many
	END
	channel pager kind=exec "command=jq -r .text >>$PWD/paged" \
		"rate=$((4 * times))/1h" per_recipient=2/2h
	cat >policies.json <<-END
	{"limits": {
	  "email": {"rate": [$((12 * times)), 60], "each": [4, 60]},
	  "pager": {"rate": [$((4 * times)), 60], "each": [2, 120]}},
	 "servers": {"a": null, "b": [$((6 * times)), 60], "c": null},
	 "quiet": {"": [30, 90], "late@a.jp": [0, 180]},
	 "muted": ["gossip"]}
	END
}

# policies_store MESSAGES PEOPLE [NAME]: a store ("dl"), kept for policies_begin,
# with as many messages and a few more; PEOPLE get them.
policies_store() {
	fault_empty "${3:-dl}" || return
	for who in late mute; do
		dl-db user add -q $who@a.jp --role sales >/dev/null || return
	done
	dl-db tenant set -q main quiet_hours=09:30-10:30 >/dev/null &&
		dl-notify prefer set -q late@a.jp quiet=09:00-12:00 \
			>/dev/null &&
		dl-notify prefer set -q mute@a.jp mute=kind:gossip \
			>/dev/null &&
		dl-notify suppress add -q banned@a.jp >/dev/null || return
	# Every fourth alone; of the others three in a row to one of PEOPLE are
	# a digest.
	jq -nc --argjson n "$1" --argjson people "$2" '
		def to(who): {channel: "email", to: who, subject: "件名"};
		[(range($n) | to("p\(. % $people)@a.jp") +
		  if . % 4 == 0 then {}
		  else {group: "g\(. / ($people * 3) | floor)", wait: "1m"} end),
		 (range(6) | {channel: "pager", to: "p\(. % 2)@a.jp"}),
		 ({}, {}, {critical: true}, {critical: true} |
		  to("late@a.jp") + .),
		 to("mute@a.jp"), to("mute@a.jp") + {kind: "gossip"},
		 to("banned@a.jp"), to("no@a.jp"),
		 (range(6) | to("soon@a.jp")),
		 (range(2) | {channel: "inbox", to: "late@a.jp"})] |
		to_entries[] |
		.value + {text: "t\(.key + 1);", key: "\(.key + 1)"}
		' >said.ndjson
	dl-notify send -q said.ndjson >/dev/null &&
		dl-db check -q >/dev/null && fault_keep before-said
}

# policies_begin [NAME]: the store as it was, and nothing has come.
# shellcheck disable=SC2120 # the name need not be said
policies_begin() {
	local name
	rm -rf state
	: >paged
	fault_store "${1:-dl}" said || return
	for name in a b; do
		echo "$name $(wc -l <$name/journal) $(
			cut -f2 $name/journal | grep -c 'accepted\|cut')"
	done >steps
}

# policies_step MINUTES: what came until now is put down to that moment.
policies_step() {
	echo "at $1 $(wc -l <a/journal) $(wc -l <b/journal) $(wc -l <paged)" \
		>>steps
}

# policies_run MINUTES: a run at that moment.
policies_run() {
	local code=0
	dl-notify -q --now "+${1}m" --max-late 30d >>runs.out 2>&1 || code=$?
	policies_step "$1"
	case $code in
	0 | 3 | 75) ;;
	*)
		tail -5 runs.out
		return $code
		;;
	esac
}

# policies_ban MINUTES ADDRESS
policies_ban() {
	dl-notify suppress add -q "$2" --now "+${1}m" >/dev/null &&
		echo "ban $1 $2" >>steps
}

policies_waiting() {
	[ -n "$(dl-notify list --limit 100000 | jq -r 'select(.next_at or
		.state == "sending").id' | head -1)" ]
}

# policies_settle MINUTES HOURS: runs from that moment on, an hour and a minute
# apart, until nothing waits; no more than so many.
policies_settle() {
	local at=$1 hour
	for ((hour = 0; hour < $2; hour++)); do
		policies_run "$at"
		policies_waiting || return 0
		at=$((at + 61))
	done
}

# policies_trouble PIDS...: what happens to runs in a storm.
policies_trouble() {
	kill -9 "$@" 2>/dev/null || true
	wait "$@" 2>/dev/null || true
}

# policies_storm MESSAGES PEOPLE TIMES KILLS LONGEST: two runs at a time, every
# five minutes, to which something happens after up to LONGEST ms, as often; then
# to the end. Says what is wrong, and the figures.
policies_storm() {
	local kill pids at=0
	: >left
	policies_channels "$3"
	policies_store "$1" "$2" && policies_begin || return
	for ((kill = 0; kill < $4; kill++)); do
		at=$((5 * (kill + 1)))
		pids=()
		for _ in 1 2; do
			dl-notify -q --max-late 30d --now "+${at}m" \
			    >/dev/null 2>&1 3>&- &
			pids+=($!)
		done
		sleep "$(awk -v r=$RANDOM -v most="$5" \
			'BEGIN { printf "%.3f", most * r / 32768 / 1000 }')"
		policies_trouble "${pids[@]}"
		policies_step "$at"
		[ "$kill" != 3 ] || policies_ban "$at" soon@a.jp || return
		# Of two runs one may have taken over from the other.
		doubts_left 12 || return
	done
	policies_settle $((at + 5)) 300
	policies_judge $((6 * $4))
}

# policies_judge DOUBTS: what is wrong, if anything; the last line is the
# figures. DOUBTS: how many may be in doubt that no server's mood explains.
# shellcheck disable=SC2154 # helper.bash has $top
policies_judge() {
	dl-db check -q >check.out 2>&1 || {
		cat check.out
		return 1
	}
	dl-db dump >dump.ndjson &&
		python3 "$top/tests/tools/said-judge.py" "$1"
}
