# SPDX-License-Identifier: ISC
# The wire: the net room against real servers, on loopback.
load helper
load servers.bash

# mail_to TO...: a message to each, through net-probe with $options.
mail_to() {
	printf 'from@example.jp\t%s\n' "$@" |
	    timeout 60 net-probe smtp $options "${url:-smtp://127.0.0.1:$PORT}"
}

outcomes() { # outcomes LINE...: "TO outcome code" of each, in any order
	[ "$(awk -F '\t' '$2 ~ /^[a-z]+$/ && $3 ~ /^[0-9]+$/ {
		print $1 FS $2 FS $3 }' <<<"$output" | sort)" = "$(printf '%s\n' "$@" |
		tr ' ' '\t' | sort)" ] || tell "wanted: $*"
}

@test "only what sends loads libcurl" {
	for program in "$DL_BIN"/dl-*; do
		run ldd "$program"
		lacks libcurl libssl libgnutls
	done
}

@test "a message arrives with its envelope, and our name is told" {
	smtp_server -k </dev/null
	options="-h mail.example.jp" check mail_to taro@example.com
	exits 0
	outcomes "taro@example.com accepted 250"
	has "2.0.0 Ok: queued"
	run head -1 mail/1.eml
	has "ehlo=mail.example.jp" "from=from@example.jp SIZE=" \
		"to=taro@example.com"
}

@test "a session carries many messages, and no more than it may" {
	smtp_server </dev/null
	options="-n 50 -q" check mail_to taro@example.com
	prints "50 accepted"
	[ "$(cut -f1 mail/journal | sort -u)" = 1 ]
	options="-n 50 -q -m 10" check mail_to taro@example.com
	prints "50 accepted"
	[ "$(cut -f1 mail/journal | uniq -c | awk '{ print $1 }' | uniq)" = "$(
		printf '50\n10')" ]
}

@test "sessions work side by side: a slow answer holds up nobody else" {
	# The first is never answered; the others go on meanwhile.
	smtp_server <<-'END'
	dot slow@* stall
	END
	options="-s 2 -t 5000:5000:1000" check mail_to slow@a.jp \
		b@a.jp c@a.jp d@a.jp
	outcomes "slow@a.jp uncertain 0" "b@a.jp accepted 250" \
		"c@a.jp accepted 250" "d@a.jp accepted 250"
	[ "${lines[3]%%$'\t'*}" = slow@a.jp ]
}

refusals() {
	smtp_server "$@" <<-'END'
	rcpt r4@* reply 450 4.2.1 mailbox busy
	rcpt r5@* reply 550 5.1.1 no such user
	data d4@* reply 451 4.3.0 not now
	data d5@* reply 554 5.7.1 not from you
	dot e4@* reply 452 4.3.1 disk full
	dot e5@* reply 552 5.3.4 too much
	END
	options= check mail_to r4@a.jp a@a.jp r5@a.jp d4@a.jp d5@a.jp b@a.jp \
		e4@a.jp e5@a.jp c@a.jp
	exits 0
	outcomes "r4@a.jp recipient 450" "a@a.jp accepted 250" \
		"r5@a.jp recipient 550" "d4@a.jp data 451" "d5@a.jp data 554" \
		"b@a.jp accepted 250" "e4@a.jp data 452" "e5@a.jp data 552" \
		"c@a.jp accepted 250"
	has "5.1.1 no such user" "4.3.1 disk full"
	# All of it in one session.
	[ "$(cut -f1 mail/journal | sort -u)" = 1 ]
	[ "$(cut -f4 mail/journal | paste -sd ' ')" = \
	    "a@a.jp b@a.jp e4@a.jp e5@a.jp c@a.jp" ]
}

@test "refusals are told apart and the session goes on" {
	refusals
}

@test "refusals are told apart, one command at a time" {
	refusals -P
}

@test "a sender that is refused is told, and DATA goes to nobody" {
	for pipelining in "" -P; do
		smtp_server $pipelining <<-'END'
		mail * 1/2 reply 553 5.1.8 who are you
		END
		options= check mail_to a@a.jp b@a.jp c@a.jp
		outcomes "a@a.jp accepted 250" "b@a.jp sender 553" \
			"c@a.jp accepted 250"
		[ "$(cut -f4 mail/journal | paste -sd ' ')" = "a@a.jp c@a.jp" ]
	done
}

@test "a server that takes DATA for a refused recipient gets nothing" {
	smtp_server <<-'END'
	rcpt no@* reply 550 5.1.1 no such user
	data - reply 354 go on
	END
	options= check mail_to no@a.jp yes@a.jp
	outcomes "no@a.jp recipient 550" "yes@a.jp accepted 250"
	[ "$(cut -f1,4 mail/journal)" = "1	yes@a.jp" ]
}

broken() {
	smtp_server "$@" <<-'END'
	rcpt rcpt@* cut
	data data@* cut
	body body@* cut
	dot dot@* cut
	dot lost@* lose
	rcpt rcpts@* stall
	data datas@* stall
	body bodys@* stall
	dot dots@* stall
	rcpt rcpt4@* reply 421 4.3.2 shutting down
	dot dot4@* reply 421 4.3.2 shutting down
	END
	options="-s 12 -t 9000:1500:1500" check mail_to rcpt@a.jp data@a.jp body@a.jp \
		dot@a.jp lost@a.jp rcpts@a.jp datas@a.jp bodys@a.jp dots@a.jp \
		rcpt4@a.jp dot4@a.jp ok@a.jp
	exits 0
	# Until the final dot is out nobody can have the message.
	outcomes "rcpt@a.jp lost 0" "data@a.jp lost 0" "body@a.jp uncertain 0" \
		"dot@a.jp uncertain 0" "lost@a.jp uncertain 0" \
		"rcpts@a.jp lost 0" "datas@a.jp lost 0" \
		"bodys@a.jp uncertain 0" "dots@a.jp uncertain 0" \
		"rcpt4@a.jp lost 421" "dot4@a.jp lost 421" "ok@a.jp accepted 250"
}

@test "what broke before the final dot is lost, what broke behind uncertain" {
	broken
}

@test "what is lost and what uncertain, one command at a time" {
	broken -P
}

@test "a connection cut in the middle of a large message loses it, surely" {
	smtp_server <<-'END'
	body big@* cut
	body refused@* reply 552 5.3.4 too much
	END
	awk 'BEGIN { for (i = 0; i < 200000; i++)
		printf "a line of a large message, number %d\r\n", i }' >big
	printf 'a@b.jp\t%s@b.jp\tbig\n' big refused ok >messages
	check timeout 60 net-probe smtp "smtp://127.0.0.1:$PORT" <messages
	outcomes "big@b.jp lost 0" "refused@b.jp data 552" "ok@b.jp accepted 250"
	[ "$(cut -f4,6 mail/journal)" = "ok@b.jp	$(wc -c <big)" ]
}

@test "whatever breaks, an outcome never says more than is true" {
	smtp_server <<-'END'
	connect - 1/9 reply 421 4.7.0 too many
	mail * 1/31 cut
	rcpt * 1/7 reply 450 4.2.1 mailbox busy
	rcpt * 1/29 reply 421 4.3.2 shutting down
	data * 1/19 reply 451 4.3.0 not now
	data * 1/37 cut
	body * 1/23 cut
	dot * 1/11 cut
	dot * 1/13 lose
	dot * 1/17 leave 250 2.0.0 taken
	dot * 1/41 reply 554 5.7.1 no
	END
	seq -f 'r%g@example.jp' 2000 | sed 's/^/from@example.jp\t/' >messages
	timeout 60 net-probe smtp -s 20 -r -m 50 "smtp://127.0.0.1:$PORT" \
		<messages >out
	grep '^r[0-9]' out | cut -f1,2 | sort >told
	[ "$(wc -l <told)" = 2000 ]
	cut -f2,4 mail/journal | awk -F '\t' '{ print $2 FS $1 }' | sort >kept
	[ "$(cut -f1 told kept | sort | uniq -c | awk '$1 > 2')" = "" ]
	# What was told, and what the server has: "-" when it never came whole.
	join -t $'\t' -a 1 -o 1.2,2.2 -e - told kept | tr '\t' ' ' |
		sort -u >pairs
	printf '%s\n' 'accepted accepted' 'data -' 'data refused' 'lost -' \
		'recipient -' 'uncertain -' 'uncertain cut' 'uncertain lost' |
		sort >true
	same pairs true
	[ "$(join -t $'\t' -v 2 told kept)" = "" ]
}

@test "a server that leaves after each message costs none" {
	smtp_server <<-'END'
	dot * leave 250 2.0.0 taken
	END
	options=-l check mail_to a@a.jp b@a.jp c@a.jp
	outcomes "a@a.jp accepted 250" "b@a.jp accepted 250" \
		"c@a.jp accepted 250"
	[ "$(cut -f1 mail/journal | paste -sd ' ')" = "1 2 3" ]
}

@test "content arrives byte for byte, its dots too" {
	smtp_server -k </dev/null
	printf '%s\r\n' 'Subject: dots' '' . .. '...' '.a' 'a.' '' . 'b .c' \
		'MAIL FROM:<x@y.jp>' . >dots
	printf '.\r\n' >one
	printf 'a@b.jp\tc@d.jp\t%s\n' dots one >messages
	check net-probe smtp "smtp://127.0.0.1:$PORT" <messages
	outcomes "c@d.jp accepted 250" "c@d.jp accepted 250"
	sed 1d mail/1.eml >got
	same got dots
	sed 1d mail/2.eml >got
	same got one
	[ "$(cut -f7 mail/journal | sort -u)" = 0 ]
}

@test "what could be taken for more than one message is not sent" {
	smtp_server </dev/null
	printf 'a\nb\r\n' >lf
	printf 'a\r\n.\rb\r\n' >cr
	printf 'a\0b\r\n' >nul
	printf 'a\r\nb' >endless
	printf '%0999d\r\n' 0 >long
	printf 'a@b.jp\tc@d.jp\t%s\n' lf cr nul endless long >messages
	printf '%s\tc@d.jp\n' 'a b@c.jp' 'a>@b.jp' 'a@b.jp> SIZE=1' >>messages
	printf 'a@b.jp\t%s\n' $'c\r@d.jp' 'c@d.jp>,<e' '' >>messages
	check net-probe smtp "smtp://127.0.0.1:$PORT" <messages
	[ "$(grep -c ^error <<<"$output")" = 11 ]
	has "bare line end" "line of more than 998" "not an address"
	[ ! -s mail/journal ]
}

@test "limits of a server are kept without asking it" {
	smtp_server -x "SIZE 500" </dev/null
	options= check mail_to taro@example.com
	outcomes "taro@example.com data 552"
	options= check mail_to 太郎@example.com
	[[ $output == *"recipient	553"* || $output == *"data	552"* ]]
	smtp_server </dev/null
	options= check mail_to 太郎@example.com
	outcomes "太郎@example.com recipient 553"
	printf 'Subject: 件名\r\n\r\na\r\n' >head8
	printf 'Subject: a\r\n\r\n本文\r\n' >body8
	printf 'a@b.jp\t%s@b.jp\t%s\n' h head8 b body8 >messages
	check net-probe smtp "smtp://127.0.0.1:$PORT" <messages
	outcomes "h@b.jp recipient 553" "b@b.jp data 554"
	smtp_server -k -x $'8BITMIME\r\n250-SMTPUTF8' </dev/null
	options= check mail_to 太郎@example.com
	outcomes "太郎@example.com accepted 250"
	check net-probe smtp "smtp://127.0.0.1:$PORT" <messages
	outcomes "h@b.jp accepted 250" "b@b.jp accepted 250"
	run head -qn1 mail/1.eml mail/2.eml mail/3.eml
	[[ ${lines[0]} == *" SMTPUTF8 to="* && ${lines[0]} != *8BIT* ]]
	[[ ${lines[1]} == *" BODY=8BITMIME SMTPUTF8 to="* ]]
	[[ ${lines[2]} == *" BODY=8BITMIME to="* ]]
}

@test "why no session opens is told apart, and no message is touched" {
	url=smtp://127.0.0.1:1 options= check mail_to a@b.jp
	exits 75
	has "trouble	connection	0	127.0.0.1: "
	smtp_server <<<'connect - reply 554 5.3.2 go away'
	options= check mail_to a@b.jp
	has "trouble	turned away	554	127.0.0.1: 554 5.3.2 go away"
	smtp_server <<<'connect - reply 421 4.7.0 too many'
	options= check mail_to a@b.jp
	has "trouble	turned away	421"
	smtp_server <<<'connect - stall'
	options="-t 500" check mail_to a@b.jp
	has "trouble	connection	0"
	smtp_server <<<'connect - cut'
	options="-t 3000" check mail_to a@b.jp
	has "trouble	connection	0"
	smtp_server <<<'ehlo * stall'
	options="-t 500" check mail_to a@b.jp
	has "trouble	connection	0"
	smtp_server </dev/null
	options="-S" check mail_to a@b.jp
	has "trouble	tls	"
	options="-u u -p s" check mail_to a@b.jp
	has "trouble	login	0	127.0.0.1: offers no AUTH"
	[ ! -s mail/journal ]
}

@test "after trouble a later attempt may do" {
	smtp_server <<-'END'
	connect - 1/2 reply 421 4.7.0 too many
	END
	options= check mail_to a@b.jp
	outcomes "a@b.jp accepted 250"
	options=-r check mail_to a@b.jp
	has "trouble	turned away	421"
	outcomes "a@b.jp accepted 250"
	[ "$(wc -l <mail/journal)" = 2 ]
}

@test "logging in: PLAIN, LOGIN, XOAUTH2, the best, and refusals" {
	for mechanism in PLAIN LOGIN XOAUTH2; do
		smtp_server -k -a "$mechanism" -u taro -p 'ひみ つ"' </dev/null
		printf 'a@b.jp\tc@d.jp\n' >messages
		check net-probe smtp -u taro -p 'ひみ つ"' -M "$mechanism" \
			"smtp://127.0.0.1:$PORT" <messages
		outcomes "c@d.jp accepted 250"
		run head -1 mail/1.eml
		has "auth=$mechanism "
	done
	smtp_server -u taro -p secret </dev/null
	check net-probe smtp -u taro -p secret "smtp://127.0.0.1:$PORT" <messages
	outcomes "c@d.jp accepted 250"
	check net-probe smtp -u taro -p wrong "smtp://127.0.0.1:$PORT" <messages
	exits 75
	has "trouble	login	535	127.0.0.1: 535 5.7.8"
	lacks secret wrong
	check net-probe smtp "smtp://127.0.0.1:$PORT" <messages
	outcomes "c@d.jp sender 530"
	smtp_server -u taro -p secret \
		<<<'auth * reply 454 4.7.0 Temporary authentication failure'
	check net-probe smtp -u taro -p secret "smtp://127.0.0.1:$PORT" <messages
	has "trouble	login	454"
}

@test "TLS is demanded and verified: STARTTLS, smtps, none, stripped" {
	smtp_server -k -u taro -p secret </dev/null
	plain=$PORT
	printf 'a@b.jp\tc@d.jp\n' >messages
	tls_front starttls
	login="-S -u taro -p secret"
	check net-probe smtp $login -n 30 -c front/cert.pem \
		"smtp://localhost:$PORT" <messages
	has "30 accepted"
	check net-probe smtp $login "smtp://localhost:$PORT" <messages
	exits 75
	has "trouble	tls	0	localhost: "
	PORT=$plain
	tls_front stripped
	check net-probe smtp $login -c front/cert.pem \
		"smtp://localhost:$PORT" <messages
	has "trouble	tls	"
	PORT=$plain
	tls_front tls
	check net-probe smtp -n 30 -u taro -p secret -c front/cert.pem \
		"smtps://localhost:$PORT" <messages
	has "30 accepted"
	check net-probe smtp -u taro -p secret "smtps://localhost:$PORT" \
		<messages
	has "trouble	tls	"
	[ "$(wc -l <mail/journal)" = 60 ]
}

@test "a large message goes through TLS whole" {
	smtp_server -k </dev/null
	tls_front tls
	awk 'BEGIN { for (i = 0; i < 100000; i++)
		printf ".a line of a large message, number %d\r\n", i }' >big
	printf 'a@b.jp\tc@d.jp\tbig\n' |
		net-probe smtp -c front/cert.pem "smtps://localhost:$PORT"
	sed 1d mail/1.eml >got
	cmp got big
}

@test "an address of a server says no more than it may" {
	for bad in http://a.jp smtp://u:p@a.jp smtp://a.jp/x smtp:// a.jp \
		'smtp://a.jp?x'; do
		url=$bad options= check mail_to a@b.jp </dev/null
		exits 1
		has "error	"
		lacks u:p
	done
	url=smtp://a.jp options="-h a/b" check mail_to a@b.jp
	has "error	hello: not the name of a host"
	url=smtp://a.jp options="-u a" check mail_to a@b.jp
	has "error	a user without a secret"
}

# --- HTTP ----------------------------------------------------------------------

web() { # web OPTION... PATH...: of the server at PORT, to which we may go
	local options=()
	while [[ $1 == -* ]]; do
		case $1 in
		-[PL1g]) options+=("$1") ;;
		*) options+=("$1" "$2") && shift ;;
		esac
		shift
	done
	timeout 60 net-probe http -PL "${options[@]}" \
	    "${@/#/http://127.0.0.1:$PORT}"
}

@test "a request arrives with its headers and its body" {
	http_server -k </dev/null
	check web -X POST -H 'X-Signature: t=1,v1=ab' -b '{"名前":"山田"}' /hook
	prints "done	200	-1	2	status 200"
	run cat web/1.request
	has "POST /hook HTTP/1.1" "X-Signature: t=1,v1=ab" \
		"Content-Type: application/json" '{"名前":"山田"}'
	lacks Expect:
	check web /plain
	[ "$(tail -1 web/journal | cut -f2-)" = "GET	/plain	200	0" ]
}

@test "answers are told apart: 2xx, 3xx, 4xx, later, none" {
	http_server <<-'END'
	ANY /201 reply 201
	ANY /302 reply 302 Location: /elsewhere
	ANY /404 reply 404
	ANY /429 reply 429 Retry-After: 7
	ANY /503 reply 503 Retry-After: Thu, 22 Nov 2029 12:00:10 GMT|Date: Thu, 22 Nov 2029 12:00:00 GMT
	ANY /500 reply 500
	ANY /cut cut
	ANY /half half
	ANY /stall stall
	END
	check web -X POST -b x -t 2000:700 /201 /302 /404 /429 /503 /500 /cut \
		/half /stall
	[ "$(cut -f1-3 <<<"$output")" = "$(printf '%s\n' 'done 201 -1' \
		'refused 302 -1' 'refused 404 -1' 'later 429 7000' \
		'later 503 10000' 'later 500 -1' 'uncertain 0 -1' \
		'uncertain 200 -1' 'uncertain 0 -1' | tr ' ' '\t')" ] ||
		tell outcomes
	# Nothing was followed, nothing asked twice but what came over an old
	# connection that turned out closed.
	! grep elsewhere web/journal
	PORT=1 check web /x
	[ "${output%%$'\t'*}" = network ]
}

@test "connections are used again, unless a request must go once" {
	http_server </dev/null
	check web /a /b /c
	[ "$(cut -f1 web/journal | paste -sd ' ')" = "1 1 1" ]
	check web -1 /d /e
	[ "$(tail -2 web/journal | cut -f1 | paste -sd ' ')" = "3 4" ] ||
		[ "$(tail -2 web/journal | cut -f1 | paste -sd ' ')" = "2 3" ]
	check web -g /f /g /h /i
	[ "$(grep -c '^done' <<<"$output")" = 4 ]
}

@test "an answer is read as far as is wanted" {
	http_server <<<'ANY * size 100000'
	check web -m 1000 /a
	prints "done	200	-1	1000+	status 200"
	check web -m 100000 /a
	prints "done	200	-1	100000	status 200"
}

@test "addresses that are not the world's are not connected to" {
	http_server </dev/null
	for host in 127.0.0.1 localhost 127.1 0x7f.1 2130706433 0177.0.0.1 \
		'[::ffff:127.0.0.1]' '[::1]' 0.0.0.0 '[::]'; do
		check timeout 20 net-probe http -L -X POST -b x \
			"http://$host:$PORT/"
		[[ $output == forbidden$'\t'0* ]] || tell "$host"
	done
	[ ! -s web/journal ]
	# Nor is a connection used that another request may use.
	check timeout 20 net-probe http -PL "http://127.0.0.1:$PORT/a" \
		"!http://127.0.0.1:$PORT/b" "http://127.0.0.1:$PORT/c"
	[ "$(cut -f1 <<<"$output" | paste -sd ' ')" = "done forbidden done" ]
	[ "$(cut -f3 web/journal | paste -sd ' ')" = "/a /c" ]
}

@test "what must not be asked is refused before anything is" {
	for url in http://example.jp/ ftp://example.jp/ file:///etc/passwd \
		https://u:p@example.jp/ "https://example.jp/ x" https:// x ''; do
		check net-probe http -P "$url"
		[[ $output == error$'\t'* ]] || tell "$url"
		lacks u:p@
	done
	check net-probe http -a hooks.slack.com -a .example.jp \
		https://evil.jp/ https://example.jp/ \
		https://hooks.slack.com.evil.jp/ https://badexample.jp/
	[ "$(grep -c "^error	the host .* is not allowed" <<<"$output")" = 4 ] ||
		tell all of them
	check net-probe http -H $'X: a\r\nY: b' https://example.jp/
	has "error	header 1 is not a header"
	check net-probe http -X 'GET / HTTP/1.1' https://example.jp/
	has "error	not a method"
}

@test "https is verified" {
	http_server </dev/null
	tls_front tls
	check net-probe http -P -c front/cert.pem -X POST -b x \
		"https://localhost:$PORT/a" "https://localhost:$PORT/b"
	[ "$(grep -c '^done' <<<"$output")" = 2 ] || tell two
	check net-probe http -P -X POST -b x "https://localhost:$PORT/a"
	[[ $output == network$'\t'0* ]] || tell untrusted
}
