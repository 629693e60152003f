# SPDX-License-Identifier: ISC
# The DNS client against a resolver on loopback, well behaved and not.
load helper
load servers.bash

# ask OPTION... TYPE:NAME...: of the server at PORT.
ask() {
	check timeout 60 dns-probe -c /dev/null -r "127.0.0.1:$PORT" "$@"
}

@test "records of each type arrive whole, whatever their case" {
	dns_server <<-END
	example.jp TXT v=spf1 include:_spf.example.com ~all
	example.jp TXT $(printf 'x%.0s' {1..600})
	example.jp MX 10 Mail.Example.JP
	example.jp MX 0 .
	mail.example.jp A 203.0.113.7
	mail.example.jp AAAA 2001:db8::7
	7.113.0.203.in-addr.arpa PTR mail.example.jp
	END
	ask TXT:EXAMPLE.jp. MX:example.jp A:mail.example.jp \
		AAAA:mail.example.jp PTR:7.113.0.203.in-addr.arpa
	exits 0
	prints "found	example.jp	v=spf1 include:_spf.example.com ~all
found	example.jp	$(printf 'x%.0s' {1..600})
found	example.jp	10 mail.example.jp
found	example.jp	0 
found	mail.example.jp	203.0.113.7
found	mail.example.jp	2001:db8::7
found	7.113.0.203.in-addr.arpa	mail.example.jp"
	[ "$(cut -f1,4 dns/journal | sort -u)" = "udp	edns" ]
}

@test "no record, no name and no answer are three things" {
	dns_server <<-'END'
	a.b.example.jp A 203.0.113.7
	bad.example.jp FAIL x
	no.example.jp DO refuse
	END
	ask TXT:a.b.example.jp TXT:b.example.jp TXT:other.jp \
		TXT:bad.example.jp TXT:no.example.jp 'TXT:a..b'
	prints "empty	a.b.example.jp	
empty	b.example.jp	
no name	other.jp	
failed	bad.example.jp	127.0.0.1:$PORT fails to find out (SERVFAIL)
failed	no.example.jp	127.0.0.1:$PORT refuses to answer
no name	a..b	"
}

@test "aliases are followed, also where their target must be asked for" {
	dns_server <<-'END'
	a.jp CNAME b.jp
	b.jp CNAME c.jp
	c.jp TXT here
	a.lone.jp DO lone
	a.lone.jp CNAME c.jp
	round.jp CNAME turn.jp
	turn.jp CNAME round.jp
	gone.jp CNAME nowhere.jp
	END
	ask TXT:a.jp TXT:a.lone.jp TXT:gone.jp
	prints "found	c.jp	here
found	c.jp	here
no name	gone.jp	"
	ask TXT:round.jp
	[[ $output == failed* ]] || tell "no end"
}

@test "what is cut comes by TCP" {
	big=$(printf 'y%.0s' {1..3000})
	dns_server <<-END
	big.jp TXT $big
	small.jp DO cut
	small.jp TXT small
	closed.jp DO hangup
	END
	ask -n 1 TXT:big.jp TXT:small.jp TXT:closed.jp
	prints "found	big.jp	$big
found	small.jp	small
failed	closed.jp	no answer from 127.0.0.1:$PORT"
	[ "$(cut -f1,2 dns/journal)" = "$(printf '%s\n' udp,big.jp tcp,big.jp \
		udp,small.jp tcp,small.jp udp,closed.jp tcp,closed.jp |
		tr , '\t')" ]
}

@test "forged answers are passed over, broken ones are none" {
	dns_server <<-'END'
	a.jp DO forge
	a.jp TXT true
	b.jp DO loop
	END
	ask TXT:a.jp TXT:b.jp
	prints "found	a.jp	true
failed	b.jp	127.0.0.1:$PORT gives a malformed answer"
}

@test "lost questions are asked again, and then given up" {
	dns_server <<-'END'
	a.jp DO late 1
	a.jp TXT here
	b.jp DO silent
	END
	ask -t 500 -n 2 TXT:a.jp
	prints "found	a.jp	here"
	[ "$(wc -l <dns/journal)" = 2 ]
	# The third silence in a row is the last that is waited for.
	ask -t 200 -n 1 TXT:b.jp TXT:b.jp TXT:b.jp TXT:a.jp
	[ "$(cut -f3 <<<"$output")" = "no answer from 127.0.0.1:$PORT
no answer from 127.0.0.1:$PORT
no answer from 127.0.0.1:$PORT
no answer any more" ] || tell "four lines"
}

@test "a server that does not know EDNS is asked without" {
	dns_server <<-'END'
	a.jp DO old
	a.jp TXT here
	END
	ask TXT:a.jp TXT:a.jp
	prints "found	a.jp	here
found	a.jp	here"
	[ "$(cut -f4 dns/journal | paste -sd ' ')" = "edns - -" ]
}

@test "a resolver is an address with or without a port" {
	for bad in '' resolver.example.jp 1.2.3.4:x 1.2.3.4:0 1.2.3.4:65536 \
		'[::1' '[::1]x' :53; do
		check dns-probe -c /dev/null -r "$bad" TXT:a.jp
		exits 2
		has "error	resolver: not an address with or without a port: \"$bad\""
	done
	# Nobody listens there: that is known at once.
	check timeout 20 dns-probe -c /dev/null -t 60000 -r 127.0.0.1:1 TXT:a.jp
	prints "failed	a.jp	no answer from 127.0.0.1:1"
	check timeout 20 dns-probe -c /dev/null -n 1 -r '[::1]:1' TXT:a.jp
	prints "failed	a.jp	no answer from [::1]:1"
}

@test "how long and how often is as configured" {
	dns_server <<<'a.jp DO silent'
	printf '; x\n options\nnameserver x\noptions ndots:2 attempts:3\n' >conf
	check timeout 60 dns-probe -c conf -t 100 -r "127.0.0.1:$PORT" TXT:a.jp
	[ "$(wc -l <dns/journal)" = 3 ]
}
