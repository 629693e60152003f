# SPDX-License-Identifier: ISC
# notify: channels for the tests of what is sent; after helper and servers.bash.

# channel NAME KEY=VALUE...: into the operator's configuration.
channel() {
	local name=$1 setting file=$XDG_CONFIG_HOME/dl/config
	shift
	mkdir -p "${file%/*}"
	[ -e "$file" ] || install -m 600 /dev/null "$file"
	for setting; do
		echo "channel.$name.${setting%%=*} = ${setting#*=}" >>"$file"
	done
}

# forget_channels: none but the inbox.
forget_channels() {
	rm -f "$XDG_CONFIG_HOME/dl/config"
}

# mail_channel [SETTING...]: "email", to the server at PORT.
mail_channel() {
	channel email kind=email "url=smtp://127.0.0.1:$PORT" \
		"from=営業部 <alerts@example.jp>" hello=app.example.jp "$@"
}

# server NAME [SETTING...], with rules on standard input: one of the channel
# "email"; NAME/journal, and NAME/N.eml.
server() {
	local name=$1 setting
	shift
	cat >"$name.rules"
	start_server "$name" smtp-server -k -r "$PWD/$name.rules"
	channel email "server.$name.url=smtp://127.0.0.1:$PORT"
	for setting; do
		channel email "server.$name.$setting"
	done
}

# web_channel KIND [SETTING...]: called as its kind, to PORT.
web_channel() {
	local kind=$1
	shift
	channel "$kind" kind="$kind" "url=http://127.0.0.1:$PORT/$kind" \
		plain=yes private=yes "$@"
}

# mails TO...: queued, each with a text.
mails() {
	local to
	for to; do
		jq -nc --arg to "$to" '{channel: "email", to: $to,
			subject: "お知らせ", text: "こんにちは", key: $to}'
	done | dl-notify send -q >queued
}

# states: "recipient state" of all messages, sorted.
states() {
	dl-notify list | jq -r '"\(.recipient // "-") \(.state)"' | sort
}

# arrived: recipients in the journal of the mail server, sorted.
arrived() {
	cut -f2,4 mail/journal | awk '$1 != "refused" && $1 != "lost" { print $2 }' | sort
}

# A server in a bad mood: busy, refusing, dropping the line, taking a message
# and saying nothing of it.
moody_server() {
	smtp_server <<-'END'
	connect - 1/23 reply 421 4.3.2 too many
	mail * 1/41 cut
	rcpt * 1/13 reply 450 4.2.1 try again later
	rcpt *7@* 1/3 reply 550 5.1.1 no such user
	body * 1/29 lose
	dot * 1/17 cut
	dot * 1/19 lose
	dot * 1/11 reply 451 4.3.0 not now
	dot * 1/31 leave 250 2.0.0 Ok
	END
}

# storm MESSAGES KILLS LONGEST: mail through a moody server, two deliveries at
# a time, every five minutes, killed after up to LONGEST ms, as often; then to the
# end, by the hour: a server that turns us away ends a run.
# Says what is wrong: a message that came twice, that is called sent and did not
# come, that came and is not accounted for; more doubts than the server's mood and
# a session for each kill explain.
storm() {
	local kill pids hour sessions=4
	: >left
	moody_server
	forget_channels
	mail_channel sessions=$sessions
	seq "$1" | awk '{ printf "{\"channel\":\"email\",\"to\":\"m%d@a.jp\",\"text\":\"x\",\"key\":\"%d\"}\n", $1, $1 }' |
	    dl-notify send -q >/dev/null || return
	for ((kill = 0; kill < $2; kill++)); do
		pids=()
		for _ in 1 2; do
			dl-notify -q --max-late 30d --now "+$((5 * kill))m" \
			    >/dev/null 2>&1 3>&- &
			pids+=($!)
		done
		sleep "$(awk -v r=$RANDOM -v most="$3" \
			'BEGIN { printf "%.3f", most * r / 32768 / 1000 }')"
		storm_trouble "${pids[@]}"
		doubts_left "$((sessions * 2))" || return
	done
	for ((hour = 0; hour < 300; hour++)); do
		dl-notify -q --max-late 60d --now "+$((5 * kill + 60 * hour))m" \
		    >/dev/null 2>&1 || true
		[ -n "$(dl-notify list | jq -r 'select(.state |
			test("queued|retry|sending")).id' | head -1)" ] || break
	done
	dl-db check -q >/dev/null || return
	storm_judge "$1" $((sessions * $2))
}

# storm_trouble PIDS...: what happens to them.
storm_trouble() {
	kill -9 "$@" 2>/dev/null || true
	wait "$@" 2>/dev/null || true
}

# doubts_left MOST: a kill leaves no more than that many being sent. (Of two
# deliveries one may have taken over from the other.)
doubts_left() {
	local n
	n=$(dl-notify list --state sending | wc -l)
	[ "$n" = 0 ] || echo "$n" >>left
	[ "$n" -le "$1" ] || {
		echo "$n messages are left as being sent" >&2
		return 1
	}
}

# storm_judge MESSAGES DOUBTS: as many may be in doubt beside those whose line
# the server has cut.
storm_judge() {
	cut -f2,4 mail/journal | awk '$1 == "cut" || $1 == "lost" {
		print $2 }' | sort -u >open
	cut -f2,4 mail/journal | awk '$1 != "refused" && $1 != "lost" {
		print $2 }' | sort >came
	dl-notify list | jq -r '"\(.recipient) \(.state)"' >ledger
	awk -v messages="$1" -v most="$2" \
	    -v struck="$(cat left 2>/dev/null | wc -l)" '
		FILENAME == "open" { open[$1] = 1; next }
		FILENAME == "came" { came[$1]++; next }
		{ n++; state[$1] = $2; sum[$2]++ }
		END {
			if (n != messages) { print n " messages are known"; bad = 1 }
			for (m in came) {
				if (came[m] > 1) { print m ": came " came[m] " times"; bad = 1 }
				if (state[m] != "sent" && state[m] != "doubtful") {
					print m ": came, and is " state[m]; bad = 1 }
			}
			for (m in state)
				if (state[m] == "sent" && !(m in came)) {
					print m ": is sent, and did not come"; bad = 1 }
			if (sum["queued"] + sum["retry"] + sum["sending"]) {
				print "messages wait to the end"; bad = 1 }
			for (m in state)
				if (state[m] == "doubtful" && !(m in open))
					bare++
			if (bare > most) { print bare " doubts by kills"; bad = 1 }
			printf "sent %d, doubtful %d (%d by %d kills in the middle), dead %d\n",
			    sum["sent"], sum["doubtful"], bare, struck, sum["dead"]
			exit bad
		}' open came ledger
}
