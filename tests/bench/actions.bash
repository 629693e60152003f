# SPDX-License-Identifier: ISC
# actions: what follows from what happened. The sections `act` (signals, ticks)
# and `mail` (delivering, beside Postfix's smtp-source on the same smtp-sink) of
# scripts/bench, which sources this; they have stores of their own.
export XDG_CONFIG_HOME=$work/config XDG_STATE_HOME=$work/state HOME=$work

# act_store NAME: DL_DB becomes a new store with somebody to tell.
act_store() {
	export DL_DB=$work/$1.db
	rm -f "$DL_DB"*
	dl-db init -q --tenant main >/dev/null &&
		dl-db user add -q abe@example.jp --role sales >/dev/null || exit 1
}

# fired NAME: DL_DB becomes a copy of NAME, whose signals are then dealt with;
# how many a second.
fired() {
	copy "$work/$1.db" act-run.db
	forget fired
	DL_DB=act-run.db cost fired sh -c 'exec dl-automation -q >/dev/null'
	awk -v n="$signals" '{ printf "%.0f", n / $1 }' cost.fired
}

# best_fired NAME
best_fired() {
	for ((i = 0; i < runs; i++)); do
		fired "$1"
		echo
	done | sort -n | tail -1
}

# above JOB VALUE UNIT LEAST
above() {
	awk -v job="$1" -v a="$2" -v unit="$3" -v least="$4" 'BEGIN {
		verdict = (a + 0 < least + 0) ? "MISSED" : "ok"
		printf "%-34s %8s  %-22s %8s  %6s  %s\n", job, a, unit, "", "",
		    verdict " (at least " least ")"
	}' | tee -a result.txt
}

if wants act; then
	signals=$(scaled 100000)
	act_store act
	echo '{"rules":[{"name":"all","type":"attribute","when":"id exists",
		"points":90}]}' | dl-score define -q all - >/dev/null
	dl-automation disable -q mql_reached >/dev/null
	dl-automation disable -q hot_lead >/dev/null
	echo '{"name":"tell","on":"lead.hot","do":[{"action":"notify",
		"template":"hot_lead","channels":["inbox"],
		"to":"abe@example.jp"}]}' | dl-automation define -q - >/dev/null
	dl-automation -q
	make-sample leads "$signals" | dl-import leads -q -
	dl-score apply -q >/dev/null
	dl-db backup -q none.db
	dl-db backup -q tell.db
	DL_DB=none.db dl-automation define -q - >/dev/null <<-'END'
	{"name":"tell","on":"lead.hot","when":"country = 'XX'",
	 "do":[{"action":"notify","template":"hot_lead","to":"owner",
	  "channels":["inbox"]}]}
	END
	above "signals a second, each tells one" "$(best_fired tell)" "" 20000
	DL_DB=act-run.db dl-db check -q >/dev/null || exit 1
	above "signals a second, none fires" "$(best_fired none)" "" 20000

	# Nothing to do: in a store of some age, with tasks of which was told
	# and that are not due yet.
	act_store idle
	dl-automation disable -q task_due task_overdue hot_lead >/dev/null
	make-sample leads "$(scaled 20000)" >idle.ndjson
	dl-import leads -q idle.ndjson
	jq -c '{lead: .id}' idle.ndjson |
		dl-task add -q 電話 -l - --due 72h >/dev/null
	dl-campaign-tick -q --now +49h >/dev/null
	forget tick
	for ((i = 0; i < 15; i++)); do
		cost tick dl-campaign-tick -q --now +50h
	done
	figure "a tick with nothing to do" "$(middle tick)" \
		"s, $(scaled 20000) tasks" 0.010
	rm -f act*.db* tell.db* none.db* idle.db* idle.ndjson
fi

# mail_sink: smtp-sink at PORT.
mail_sink() {
	local try
	for try in 1 2 3 4 5; do
		port=$((20000 + RANDOM % 20000))
		smtp-sink ${as_nobody-} 127.0.0.1:$port 1000 >/dev/null 2>&1 &
		sink=$!
		sleep 0.3
		! kill -0 $sink 2>/dev/null || return 0
	done
	return 1
}

# The bytes of a message as it goes out.
mail_bytes() {
	smtp_server -k </dev/null
	forget_channels
	mail_channel
	DL_DB=one.db dl-notify adopt >/dev/null 2>&1
	DL_DB=one.db dl-notify -q --limit 1 >/dev/null
	stat -c %s mail/*.eml
}

if wants mail; then
	PATH=$PATH:/usr/sbin
	[ "$(id -u)" != 0 ] || as_nobody="-u nobody"
	if ! command -v smtp-sink >/dev/null; then
		tell "mail: no smtp-sink here (postfix)"
	else
		# shellcheck source=/dev/null
		. "$top/tests/servers.bash"
		# shellcheck source=/dev/null
		. "$top/tests/notify.bash"
		mails=$(scaled 100000)
		act_store mail
		make-sample leads $((mails + mails / 8)) |
			jq -c 'select(.email)' | head -n "$mails" >mail.ndjson
		dl-import leads -q mail.ndjson
		jq -c '{channel: "email", to: .email, template: "welcome",
			lead: .id, key: .id}' mail.ndjson |
			dl-notify send -q >/dev/null
		copy mail.db one.db
		bytes=$(mail_bytes)
		mail_sink || exit 1
		for sessions in 20 100; do
			forget ours theirs
			forget_channels
			PORT=$port mail_channel "sessions=$sessions"
			for ((i = 0; i < runs; i++)); do
				cost theirs smtp-source -d -s "$sessions" \
					-m "$mails" -l "$bytes" \
					-f a@example.jp -t b@example.jp \
					127.0.0.1:"$port"
				copy mail.db mail-run.db
				rm -rf state
				DL_DB=mail-run.db dl-notify adopt >/dev/null 2>&1
				DL_DB=mail-run.db cost ours sh -c \
					'exec dl-notify -q >/dev/null'
			done
			row "$mails mails, $sessions sessions" "$(best ours)" \
				"smtp-source -d" "$(best theirs)" 2.5
			figure "  its peak memory" "$(peak ours)" MB 64
		done
		kill $sink
		rm -rf mail*.db* one.db* mail.ndjson mail state config
	fi
fi
unset DL_DB XDG_CONFIG_HOME XDG_STATE_HOME
