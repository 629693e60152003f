# SPDX-License-Identifier: ISC
# servers: real servers for the tests that send (tests/tools/smtp-server.c,
# http-server.c, dns-server.c, tls-front.py). They end with the test that
# started them.

# start_server NAME COMMAND...: COMMAND's last operand, a folder called NAME, is
# made and added; PORT is the server's.
start_server() {
	local name=$1
	shift
	rm -rf "./$name"
	mkdir "./$name"
	"$@" "$PWD/$name" >"$name.log" 2>&1 3>&- &
	await_port "$name"
}

# await_port NAME
await_port() {
	local i
	for ((i = 0; i < 1000; i++)); do
		[ ! -e "$1/port" ] || {
			PORT=$(cat "$1/port")
			return 0
		}
		sleep 0.02
	done
	cat "$1.log" >&2
	return 1
}

# smtp_server [OPTION...], with rules on standard input (none: </dev/null):
# PORT, and mail/journal.
smtp_server() {
	cat >mail.rules
	start_server mail smtp-server -r "$PWD/mail.rules" "$@"
}

# http_server [OPTION...], the same: PORT, and web/journal.
http_server() {
	cat >web.rules
	start_server web http-server -r "$PWD/web.rules" "$@"
}

# tls_front KIND: before the server at PORT, which becomes the front's; the
# authority to trust is front/cert.pem.
tls_front() {
	require_tool python3 openssl
	rm -rf front
	mkdir front
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 \
	    -nodes -keyout front/key.pem -out front/cert.pem -days 2 \
	    -subj /CN=localhost \
	    -addext subjectAltName=DNS:localhost,IP:127.0.0.1 2>/dev/null
	# shellcheck disable=SC2154 # helper.bash has it
	python3 "$top/tests/tools/tls-front.py" "$1" "$PWD/front" "$PORT" \
	    >front.log 2>&1 3>&- &
	await_port front
}

# dns_server, with a zone (tests/tools/zone.h) on standard input: PORT, and
# dns/journal.
dns_server() {
	cat >dns.zone
	start_server dns dns-server -z "$PWD/dns.zone"
}
