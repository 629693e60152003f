# SPDX-License-Identifier: ISC
# dl-notify check-domain: a domain's mail judged by its DNS, through a resolver
# of our own.
load helper
load servers.bash
load notify.bash

# key BITS: a public key in DKIM's form, made once.
key() {
	require_tool openssl
	[ -e "$BATS_FILE_TMPDIR/key-$1" ] ||
		openssl genrsa "$1" 2>/dev/null |
		openssl rsa -pubout -outform DER 2>/dev/null |
		base64 -w0 >"$BATS_FILE_TMPDIR/key-$1"
	cat "$BATS_FILE_TMPDIR/key-$1"
}

# judge OPTION...: through the server at PORT; lines "check severity".
judge() {
	check timeout 60 dl-notify check-domain --resolver "127.0.0.1:$PORT" "$@"
}

verdicts() { # verdicts LINE...: "check severity" of all findings
	[ "$(jq -r '"\(.check) \(.severity)"' <<<"$output")" = \
	    "$(printf '%s\n' "$@")" ] || tell "wanted: $*"
}

good() {
	cat <<-END
	aozora.example MX 10 mail.aozora.example
	mail.aozora.example A 203.1.113.7
	7.113.1.203.in-addr.arpa PTR mail.aozora.example
	aozora.example TXT v=spf1 mx include:_spf.mailer.example -all
	_spf.mailer.example TXT v=spf1 ip4:203.1.114.0/24 ~all
	s1._domainkey.aozora.example CNAME aozora.dkim.mailer.example
	aozora.dkim.mailer.example TXT v=DKIM1; k=rsa; p=$(key 2048)
	_dmarc.aozora.example TXT v=DMARC1; p=reject; rua=mailto:d@aozora.example
	END
}

@test "a domain as it should be: exit 0, nothing to do, no store" {
	dns_server < <(good)
	judge --relay mail.aozora.example aozora.example
	exits 0
	verdicts "mx ok" "spf ok" "relay ok" "dkim ok" "dmarc ok"
	says "aozora.example: 0 problems, 0 warnings"
	[ "$(jq -c 'keys' <<<"${lines[1]}")" = '["check","domain","finding","found","name","severity","source","type"]' ]
	# Keys come by TCP when they are long, and aliases lead to them.
	[ "$(jq -r 'select(.check == "dkim").name' <<<"$output")" = \
	    s1._domainkey.aozora.example ]
	[ ! -e dl.db ]
}

@test "a domain without anything: exit 4, and what should stand there" {
	dns_server <<<'aozora.example A 203.1.113.7'
	judge aozora.example
	exits 4
	verdicts "mx warning" "spf problem" "dkim problem" "dmarc problem"
	[ "$(jq -r '.should' <<<"$output" | tail -3)" = "v=spf1 mx ~all
v=DKIM1; k=rsa; p=PUBLIC-KEY
v=DMARC1; p=none; rua=mailto:dmarc@aozora.example" ]
	says "3 problems, 1 warning; mail from it would likely be refused, and others can send in its name"
}

@test "what is weak is told and is no reason to exit 4" {
	dns_server <<-END
	$(good | grep -v -e _dmarc -e s1)
	google._domainkey.aozora.example TXT v=DKIM1; p=$(key 1024)
	_dmarc.aozora.example TXT v=DMARC1; p=quarantine; pct=50
	END
	judge aozora.example
	exits 0
	verdicts "mx ok" "spf ok" "dkim warning" "dmarc warning" "dmarc warning"
	has "1024 bits" "pct=50" "nobody gets reports"
}

@test "selectors that are given must have their keys" {
	dns_server < <(good)
	judge --selector s1 --selector s2 aozora.example
	exits 4
	[ "$(jq -r 'select(.check == "dkim") | "\(.name) \(.severity)"' \
	    <<<"$output")" = "s1._domainkey.aozora.example ok
s2._domainkey.aozora.example problem" ]
	# Nothing else was tried.
	[ "$(grep -c _domainkey dns/journal)" = 2 ]
}

@test "who sends must be named by SPF, and have a name" {
	dns_server < <(good)
	judge --selector s1 --relay 203.1.115.9 aozora.example
	exits 4
	verdicts "mx ok" "spf ok" "relay problem" "relay problem" "dkim ok" \
		"dmarc ok"
	has "v=spf1 ip4:203.1.115.9 mx include:_spf.mailer.example -all" \
		'"name":"9.115.1.203.in-addr.arpa","type":"PTR"'
	judge --selector s1 --relay email-smtp.ap-northeast-1.amazonaws.com \
		aozora.example
	exits 4
	has "v=spf1 include:amazonses.com mx include:_spf.mailer.example -all"
}

@test "the configured channels say who sends" {
	dns_server <<-END
	$(good)
	smtp.host.example A 203.1.115.9
	9.115.1.203.in-addr.arpa PTR smtp.host.example
	END
	channel email kind=email "url=smtp://smtp.host.example:587" \
		"from=営業部 <alerts@aozora.example>"
	channel other kind=email "url=smtp://smtp.other.example" \
		"from=alerts@other.example"
	judge --selector s1 aozora.example
	exits 0
	verdicts "mx ok" "spf ok" "relay warning" "dkim ok" "dmarc ok"
	has "SPF refuses 203.1.115.9 (smtp.host.example)"
	lacks other.example
	forget_channels
	channel email kind=email "url=smtp://127.0.0.1:25" \
		"from=alerts@aozora.example"
	judge --selector s1 aozora.example
	verdicts "mx ok" "spf ok" "relay note" "dkim ok" "dmarc ok"
}

@test "a Japanese domain is asked for under its name in the DNS" {
	dns_server <<<'xn--r8jz45g.xn--zckzah MX 0 .'
	judge 例え.テスト
	exits 4
	has '"domain":"xn--r8jz45g.xn--zckzah"' "null MX"
}

@test "when nobody answers, nothing is said to be wrong: exit 75" {
	dns_server <<-END
	$(good | grep -v _dmarc)
	_dmarc.aozora.example FAIL x
	END
	judge aozora.example
	exits 75
	verdicts "mx ok" "spf ok" "dkim ok" "dmarc unknown"
	has "fails to find out (SERVFAIL)"
	# Nobody there at all.
	check timeout 60 dl-notify check-domain --resolver 127.0.0.1:1 \
		aozora.example
	exits 75
	says "4 not known"
	lacks problem
}

@test "the table tells people what to publish" {
	dns_server <<-END
	$(good | grep -v -e _dmarc)
	_dmarc.aozora.example TXT v=DMARC1; p=none; rua=mailto:d@aozora.example
	END
	judge -q -f table --selector s1 aozora.example
	exits 4
	[ -z "$stderr" ]
	has "SPF
ok       valid, with 2 of 10 lookups" "DMARC
problem  p=none asks receivers to do nothing: others can send in this name" \
		'_dmarc.aozora.example TXT "v=DMARC1; p=quarantine; rua=mailto:d@aozora.example"'
	judge -f csv --selector s1 aozora.example
	[ "${lines[0]}" = domain,check,severity,risk,name,type,finding,advice,should,found,source ]
	[ "${#lines[@]}" = 5 ]
}

@test "what a record says cannot draw on the terminal" {
	dns_server <<<$'aozora.example TXT v=spf1 \e[31mred\e[0m -all'
	judge -f table --selector s1 aozora.example
	exits 4
	lacks $'\e'
}

@test "what is no domain, selector or resolver is refused" {
	for bad in jp 'a b.jp' a@b.jp '' .; do
		check dl-notify check-domain --resolver 127.0.0.1:1 "$bad"
		exits 2
		says "not a domain: \"$bad\""
	done
	check dl-notify check-domain --resolver x aozora.example
	exits 2
	says "resolver: not an address with or without a port: \"x\""
	check dl-notify check-domain --resolver 127.0.0.1:1 --selector a..b \
		aozora.example
	exits 2
	says "not a selector: \"a..b\""
	check dl-notify check-domain
	exits 2
}
