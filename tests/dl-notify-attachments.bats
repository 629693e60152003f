#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# dl-notify: messages that carry files, as they were when they were queued.
load helper
load servers.bash
load notify.bash

setup() {
	common_setup
	new_store
	mkdir -p out/sub
	printf '会社,点\n青空,85\n' >out/四月の報告.csv
	head -c 300000 /dev/urandom >out/sub/report.pdf
}

# carry CHANNEL TO [MEMBERS]: a message with both files, from the folder out.
carry() {
	jq -nc --arg channel "$1" --arg to "$2" --argjson more "{${3-}}" \
	    '{channel: $channel, to: $to, subject: "報告", text: "ご覧ください",
		key: $to, attach: ["四月の報告.csv", {file: "sub/report.pdf",
		name: "\u0022見積\u0022; x=y.pdf"}]} + $more' |
	    dl-notify send -q --attachments out
}

# unpacked: what Python's reader finds in the newest mail, below unpacked/.
unpacked() {
	require_tool python3
	rm -rf unpacked
	mkdir unpacked
	python3 - "$(ls -t mail/*.eml | head -1)" <<-'END'
	import email, email.policy, sys
	text = open(sys.argv[1], "rb").read().split(b"\r\n", 1)[1]
	m = email.message_from_bytes(text, policy=email.policy.SMTP)
	assert m.defects == [], m.defects
	assert m.get_body(("plain",)).get_content().split() == ["ご覧ください"]
	for n, part in enumerate(m.iter_attachments()):
	    assert part.defects == [], part.defects
	    open("unpacked/%d" % n, "wb").write(part.get_payload(decode=True))
	    print(part.get_filename(), part.get_content_type())
	END
}

@test "mail carries files, with their names and types" {
	smtp_server -k </dev/null
	mail_channel
	carry email a@b.jp >queued
	check dl-notify
	exits 0
	says "1 sent"
	check unpacked
	exits 0
	[ "$output" = '四月の報告.csv text/csv
"見積"; x=y.pdf application/pdf' ]
	same unpacked/0 out/四月の報告.csv
	same unpacked/1 out/sub/report.pdf
	dl-db check -q
}

@test "what is queued is sent as it was, days later too; then it is not kept" {
	smtp_server -k <<-'END'
	rcpt - 1/1-1 reply 452 4.2.2 mailbox full
	END
	mail_channel
	mkdir kept
	cp -r out/. kept
	carry email a@b.jp >queued
	carry email c@d.jp '"due": "+3d"' >>queued
	echo changed >out/四月の報告.csv
	rm out/sub/report.pdf
	[ "$(store_sql "SELECT count(*) FROM attachment")" = 2 ]
	[ "$(dl-db dump | jq -r 'select(.record == "attachment") |
		.content' | base64 -d | sha256sum)" = "$(dl-db dump |
		jq -r 'select(.record == "attachment") | .sha256' | while read -r s; do
			for f in kept/*.csv kept/sub/*; do
				[ "$(sha256sum <"$f")" != "$s  -" ] || cat "$f"
			done
		done | sha256sum)" ]
	dl-notify -q >/dev/null
	dl-notify -q --now +1d >/dev/null
	[ "$(dl-notify list --state sent | jq -r .recipient)" = a@b.jp ]
	[ "$(store_sql "SELECT count(*) FROM attachment")" = 2 ]
	dl-db check -q
	check dl-notify --now +3d
	exits 0
	unpacked
	same unpacked/0 kept/四月の報告.csv
	same unpacked/1 kept/sub/report.pdf
	# What it was stays with the message; the content goes.
	[ "$(store_sql "SELECT count(*) FROM attachment")" = 0 ]
	[ "$(store_sql "SELECT count(*) FROM outbox_attachment")" = 0 ]
	id=$(dl-notify list | jq -r .id | head -1)
	[ "$(dl-notify show "$id" | jq -r '.content.attachments[1] |
		[.size, .sha256] | join(" ")')" = \
	    "300000 $(sha256sum <kept/sub/report.pdf | cut -d ' ' -f1)" ]
	dl-notify show "$id" -f table | grep -q '四月の報告.csv *21 B'
	dl-db check -q
}

@test "no record leads out of the folder, and none reads without one" {
	echo geheim >secret
	ln -s ../secret out/link
	ln -s .. out/up
	mkfifo out/pipe
	head -c 10485761 /dev/zero >out/large
	for file in ../secret sub/../../secret "$PWD/secret" link up/secret \
	    . sub pipe "" nothing large "sub//report.pdf"; do
		jq -nc --arg file "$file" '{channel: "email", to: "a@b.jp",
			text: "x", key: $file, attach: [$file]}'
	done >records
	check dl-notify send --attachments out records
	exits 3
	prints_nothing
	says "0 queued" "12 rejected" "records:1: attach: ../secret: not a plain path" \
	    "records:11: attach: large: larger than"
	printf '%s\n' '{"channel":"email","to":"a@b.jp","text":"x","attach":["sub/report.pdf"]}' \
	    '{"channel":"email","to":"a@b.jp","text":"x","attach":[]}' >records
	check dl-notify send records
	exits 3
	says "no folder was opened for files (--attachments)" "1 queued"
	printf '%s\n' \
	    '{"channel":"email","to":"a@b.jp","text":"x","attach":"sub/report.pdf"}' \
	    '{"channel":"email","to":"a@b.jp","text":"x","attach":[{"file":"sub/report.pdf","name":"a/b"}]}' \
	    '{"channel":"email","to":"a@b.jp","text":"x","attach":[{"file":"sub/report.pdf","name":"a\r\nBcc: x@y.jp"}]}' \
	    '{"channel":"email","to":"a@b.jp","text":"x","attach":[{"file":"sub/report.pdf","type":"a/b;c"}]}' \
	    '{"channel":"email","to":"a@b.jp","text":"x","attach":[{"file":"sub/report.pdf","path":"x"}]}' \
	    '{"channel":"email","to":"a@b.jp","text":"x","group":"g","wait":"5m","template":"hot_lead","attach":["sub/report.pdf"]}' \
	    >records
	check dl-notify send --attachments out records
	exits 3
	says "6 rejected"
	check dl-notify send --attachments nothing records
	exits 2
	! store_sql "SELECT content FROM outbox" | grep -q "secret\|report.pdf"
	[ "$(store_sql "SELECT count(*) FROM attachment")" = 0 ]
}

@test "channels that carry no files say that there are some" {
	http_server -k </dev/null
	web_channel slack
	web_channel webhook secret=himitsu
	channel pager kind=exec "command=cat >>paged"
	for name in inbox slack webhook pager; do
		carry "$name" sato@ao.example
	done >queued
	check dl-notify
	exits 0
	says "4 sent"
	[[ $(dl-notify inbox sato@ao.example | jq -r .text) == \
"ご覧ください

添付ファイルがあります（この経路では届きません）。
・四月の報告.csv（"*" B）
・\"見積\"; x=y.pdf（300 kB）"* ]]
	[ "$(jq -c '[.text, .attachments[1].size]' paged)" = \
	    '["ご覧ください",300000]' ]
	grep -q 四月の報告.csv web/*.request
	[ "$(store_sql "SELECT count(*) FROM attachment")" = 0 ]
}

@test "a content that is gone, or is not what it was, is not sent" {
	smtp_server </dev/null
	mail_channel
	carry email a@b.jp >queued
	store_sql "UPDATE attachment SET content = 'other' WHERE size = 300000"
	check dl-notify
	exits 3
	says "its attachment" "is gone, or is not what it was" "1 dead"
	[ ! -s mail/journal ]
}

@test "who is erased takes along what only that person was to get" {
	echo '{"id":"L1","email":"taro@kokyaku.example","name":"山田"}' |
	    dl-import leads -q
	carry email taro@kokyaku.example >queued
	carry email other@b.jp '"attach": ["四月の報告.csv"]' >>queued
	[ "$(dl-db person L1 | jq '.attachments | length')" = 2 ]
	dl-db dump >before
	dl-db erase -q L1 >/dev/null
	[ "$(store_sql "SELECT size FROM attachment")" = \
	    "$(wc -c <out/四月の報告.csv | tr -d ' ')" ]
	dl-db check -q
	# A copy has all that is left.
	dl-db copy -q "$DL_DB" copy.db >/dev/null
	dl-db dump >dumped
	DL_DB=copy.db dl-db dump >copied
	same dumped copied
}

@test "killed whenever: what came came whole, and what may be sent again is there" {
	local n
	require_tool python3
	smtp_server -k </dev/null
	mail_channel sessions=3
	for n in {1..40}; do
		jq -nc --arg n "$n" '{channel: "email", to: "m\($n)@a.jp",
			text: "x", key: $n, attach: ["sub/report.pdf"]}'
	done | dl-notify send -q --attachments out >queued
	[ "$(store_sql "SELECT count(*) FROM attachment")" = 1 ]
	for n in 1 2 3 4 5 6; do
		dl-notify -q >/dev/null 2>&1 3>&- &
		sleep "0.0$n"
		kill -9 $! 2>/dev/null || true
		wait $! 2>/dev/null || true
		dl-db check -q
	done
	dl-notify -q >/dev/null 2>&1 || true
	dl-db check -q
	[ "$(dl-notify list | jq -r .state | grep -vc -e sent -e doubtful)" = 0 ]
	# In doubt means that somebody may want it sent again.
	n=$(dl-notify list --state doubtful | wc -l)
	[ "$(store_sql "SELECT count(*) FROM outbox_attachment")" = "$n" ]
	dl-notify -q --resend-doubtful >/dev/null
	[ "$(store_sql "SELECT count(*) FROM attachment")" = 0 ]
	dl-db check -q
	run python3 - out/sub/report.pdf mail/*.eml <<-'END'
	import email, email.policy, sys
	want = open(sys.argv[1], "rb").read()
	to = set()
	for path in sys.argv[2:]:
	    text = open(path, "rb").read().split(b"\r\n", 1)[1]
	    m = email.message_from_bytes(text, policy=email.policy.SMTP)
	    part, = m.iter_attachments()
	    assert part.get_payload(decode=True) == want, path
	    to.add(m["To"])
	print(len(to))
	END
	[ "$status" -eq 0 ] || tell "$output"
	[ "$output" = 40 ]
}
