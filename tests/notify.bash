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
