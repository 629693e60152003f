#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# dl-export policy: who may have what; what is refused is on record.

load helper

# policy JSON: it is in force.
policy() {
	dl-export policy define -q <<<"$1" >/dev/null
}

people() {
	store_with_leads
	dl-db user add -q ana@example.jp --role viewer >/dev/null
	dl-db user add -q boss@example.jp --role manager >/dev/null
	dl-db user add -q gone@example.jp --role manager --inactive >/dev/null
}

refused() {
	check dl-export "$@"
	exits 1
	says "the policy of exports refuses"
	[ "$output" = "" ]
	[ "$(dl-db audit | jq -r .action | tail -1)" = export.refused ]
	[ "$(dl-export jobs -q --all | head -1 | jq -r .state)" = refused ]
}

@test "a policy is defined, shown as it is taken, checked, removed" {
	store_with_leads 20
	check dl-export policy show
	exits 0
	says "there is no policy"
	echo '{"roles":{"viewer":{"rows":10,"mask":"email"}}}' >p.json
	check dl-export policy define p.json
	exits 0
	says "policy: defined"
	dl-export policy show >shown
	check dl-export policy define shown
	says "policy: unchanged"
	dl-db dump | grep -q '"record":"export_policy"'
	check dl-export policy define -n <<<'{"roles":{}}'
	says "policy: changed (dry run)"
	dl-export policy show | cmp - shown
	[ "$(dl-db audit | grep -c '"export policy"')" -eq 1 ]
	check dl-export policy remove
	says "policy: removed"
	check dl-export policy remove
	says "there is none"
	for wrong in '{"roles":{"sales":{"mask":"emial"}}}' \
	    '{"roles":{"sales":{"mask":"email=x"}}}' '{"roles":{"sales":{"row":1}}}' \
	    '{"roles":{"sales":{"rows":0}}}' '{"role":{}}' '{"roles":[]}' \
	    '{"roles":{"sales":{"expires":"soon"}}}' '{"roles":{"boss":{}}}' \
	    '{'; do
		check dl-export policy check <<<"$wrong"
		exits 4
		check dl-export policy define <<<"$wrong"
		exits 2
	done
	check dl-export policy check <<<'{"roles":{"sales":{"mask":"emial"}}}'
	says 'did you mean'
}

@test "a role's masks are in force wherever the column stands" {
	people
	policy '{"roles":{"viewer":{"mask":"email,phone,name=drop,attrs.予算"}}}'
	dl-export leads -q --as ana@example.jp -c id,email,name,phone >seen
	if jq -r '.email // empty' seen | grep -v '^.\*\*\*@'; then tell "not masked"; fi
	if grep -q '"name"' seen; then tell "not dropped"; fi
	dl-export leads -q --as Ana@Example.JP -c email | jq -c . >again
	jq -c 'if .email then {email} else {} end' seen >want
	same want again
	dl-export events -q --as ana@example.jp -c email -f tsv | tail -n +2 \
		>seen
	if grep -v -e '^.\*\*\*@' -e '^""$' seen; then tell "not masked"; fi
	# One attribute, by itself and among all.
	dl-export leads -q --as boss@example.jp -c attrs | jq -c '.attrs["予算"]' \
		>plain
	dl-export leads -q --as ana@example.jp -c attrs | jq -c '.attrs["予算"]' \
		>seen
	dl-export leads -q --as ana@example.jp -c attrs.予算 |
		jq -c '."attrs.予算"' >alone
	same alone seen
	if cmp -s plain seen; then tell "not masked"; fi
	dl-export leads -q --as ana@example.jp -c attrs | grep -q 従業員数
	# Messages name addresses too.
	echo '{"channel":"inbox","to":"aoki@example.jp","text":"x","subject":"y"}' |
		dl-notify send -q >/dev/null
	[ "$(dl-export messages -q --as ana@example.jp -c recipient)" = \
		'{"recipient":"a***@example.jp"}' ]
	# Nobody shows more than the policy, anybody may hide more.
	[ "$(dl-export leads -q --as ana@example.jp -c id,email --limit 1 \
		--mask email=drop | jq -c keys)" = '["id"]' ]
	# Others see all.
	dl-export leads -q --as boss@example.jp -c email | grep -q '[a-z]@'
	check dl-export leads --mask emial
	exits 2
}

@test "what is masked cannot be asked about or sorted by" {
	people
	policy '{"roles":{"viewer":{"mask":"email=drop,attrs.予算"}}}'
	refused leads --as ana@example.jp -w "email contains 'a'"
	says "a condition on email tells it"
	refused leads --as ana@example.jp -w "email_domain = 'a.jp'"
	refused leads --as ana@example.jp -w 'attrs."予算" = '"'あり'"
	refused leads --as ana@example.jp --sort -email
	refused events --as ana@example.jp -w "email exists"
	dl-export leads -q --as ana@example.jp -w "industry = 'IT'" >/dev/null
	dl-export leads -q -w "email contains 'a'" >/dev/null
}

@test "everybody else, who has gone, and who may have nothing" {
	people
	policy '{"roles":{"manager":{},"*":{"deny":true}}}'
	refused leads
	refused leads --as ana@example.jp
	refused leads --as gone@example.jp
	refused leads --job x -o x.csv
	[ ! -e x.csv ]
	dl-export leads -q --as boss@example.jp | grep -q id
	check dl-export resume x
	exits 2
}

@test "rows and exports are counted, and none is cut short in silence" {
	people
	policy '{"roles":{"viewer":{"rows":150,"rows_per_day":250}}}'
	check dl-export leads --as ana@example.jp -c id -o out.ndjson
	exits 1
	says "more than the 150 rows that are allowed"
	[ ! -e out.ndjson ]
	[ "$(dl-export jobs -q -a | jq -r '.state, .written' | xargs)" = \
		"failed 150" ]
	# What went out before, counts: 100 are left.
	dl-export leads -q --as ana@example.jp -c id --limit 60 >/dev/null
	check dl-export leads --as ana@example.jp -c id --limit 60 -o out.ndjson
	exits 1
	says "more than the 40 rows that are allowed"
	refused leads --as ana@example.jp --limit 1
	says "250 rows within 24 hours"
	# In order, too.
	policy '{"roles":{"viewer":{"rows":150}}}'
	check dl-export leads --as ana@example.jp --sort -id -o out.csv
	exits 1
	dl-export leads -q --as ana@example.jp --sort -id --limit 150 | wc -l |
		grep -qx 150
	# The next day.
	policy '{"roles":{"viewer":{"rows_per_day":250,"exports_per_day":2}}}'
	export DL_NOW=2026-01-16T00:00:01Z
	dl-export leads -q --as ana@example.jp --limit 1 >/dev/null
	# Of a reader who goes away only what he may have seen counts.
	dl-export leads --as ana@example.jp -c id | head -1 >/dev/null
	refused leads --as ana@example.jp
	says "2 exports within 24 hours"
}

@test "hashes are of the operator's key, not of the reader's" {
	people
	head -c 32 /dev/zero >key
	head -c 32 /dev/zero | tr '\0' x >own
	chmod 600 key own
	policy '{"roles":{"viewer":{"mask":"email=hash"}}}'
	check dl-export leads --as ana@example.jp -c email
	exits 1
	says "export.mask_key"
	mkdir -p config/dl
	echo "export.mask_key = $PWD/key" >config/dl/config
	chmod 600 config/dl/config
	dl-export leads -q --as ana@example.jp -c email >seen
	dl-export leads -q --as ana@example.jp -c email --mask-key own >other
	same seen other
	dl-export leads -q -c email --mask email=hash --mask-key own >other
	if cmp -s seen other; then tell "the reader's key"; fi
	dl-export leads -q -c email --mask email=hash >other
	same seen other
	echo "export.mask_kay = x" >config/dl/config
	check dl-export leads
	exits 2
	says "there are export.mask_key"
}

# closed: the store can only be read from now on.
closed() {
	if [ "${DL_TEST_ENGINE:-sqlite}" = postgresql ]; then
		pg_sql postgres "ALTER DATABASE $(pg_of "$DL_DB")
			SET default_transaction_read_only = on"
	elif [ "$(id -u)" = 0 ]; then
		# Permissions are nothing to root.
		rm -f "$DL_DB-lock"
		mkdir "$DL_DB-lock"
	else
		chmod a-w "$DL_DB"
	fi
}

@test "from a store that can only be read: on record elsewhere, or not at all" {
	people
	policy '{"roles":{"viewer":{"mask":"email","rows":150},
		"manager":{"exports_per_day":9}}}'
	dl-export leads -q -c id,email --mask email --limit 20 >want
	closed
	check dl-export leads -o out.csv
	exits 1
	says "export.record in dl-config(5) can name a file"
	[ ! -e out.csv ] && [ "$output" = "" ]
	mkdir -p config/dl log
	echo "export.record = $PWD/log/exports" >config/dl/config
	chmod 600 config/dl/config
	check dl-export leads -c id,email --limit 20 --as ana@example.jp
	exits 0
	[ "$output" = "$(cat want)" ]
	[ "$(stat -c %a log/exports)" = 600 ]
	jq -c '[.action, .tenant, .user, .object, .detail.columns // "",
		.detail.written // ""]' log/exports >seen
	printf '%s\n' \
	    '["export","main","ana@example.jp","leads",["id","email"],""]' \
	    '["export.done","main","ana@example.jp","leads","",20]' >want
	same want seen
	# The policy is in force; what has to be counted cannot be.
	check dl-export leads --as ana@example.jp
	exits 1
	says "more than the 150 rows that are allowed"
	check dl-export leads --as boss@example.jp
	exits 1
	says "what it limits has to be counted"
	check dl-export leads --job x -o x.csv
	exits 1
	(dl-export events -q || true) 2>/dev/null | head -0
	[ "$(jq -r .action log/exports | tail -n +3 | xargs)" = "export \
export.failed export.refused export export.stopped" ] ||
		[ "$(jq -r .action log/exports | tail -n +3 | xargs)" = \
		"export export.failed export.refused export export.done" ]
	# A line that a kill has cut short spoils no other.
	printf '{"time":"20' >>log/exports
	dl-export leads -q -c id --limit 1 >/dev/null
	tail -2 log/exports | jq -s -e 'length == 2' >/dev/null
	# Without room on it nothing goes out, nor where others could write.
	yes '' | head -c $((131072 - $(stat -c %s log/exports))) >>log/exports
	(
		ulimit -f 128
		trap '' XFSZ
		exec dl-export leads -q >out
	) 2>err && tell "no error"
	[ ! -s out ]
	grep -q "export.record" err || tell "$(cat err)"
	chmod 622 log/exports
	check dl-export leads
	exits 1
	says "others can write to it"
	[ "$output" = "" ]
	check dl-export leads -d none.db
	exits 1
	says "no such store"
}

@test "a file goes where nobody else can put another" {
	store_with_leads 20
	mkdir open sticky
	chmod 777 open
	chmod 1777 sticky
	check dl-export leads -o open/leads.csv
	exits 1
	says "open/leads.csv: everybody may write to its folder"
	[ "$(dl-db audit | jq -r .action | tail -1)" = export.refused ]
	[ -z "$(ls open)" ]
	dl-export leads -q -o sticky/leads.csv
	[ "$(stat -c %a sticky/leads.csv)" = 600 ]
	check dl-export leads --manifest open/m.json -o x.csv
	exits 1
	check dl-export --input sticky/leads.csv -f csv -o open/x.csv
	exits 1
	check dl-export leads --job x -o open/x.csv
	exits 1
	# How long it stays is the policy's.
	policy '{"roles":{"*":{"expires":"1h"}}}'
	dl-export leads -q --job a -o a.csv --expires never
	[ "$(dl-export jobs -q a | jq -r .expires_at)" = 2026-01-15T01:00:00Z ]
}

@test "a plan without exports has none" {
	store_with_leads 20
	dl-db tenant set -q main plan=starter >/dev/null
	check dl-export leads
	exits 2
	says 'feature "exports" is off'
	echo '{"a":1}' | dl-export -q -f csv >/dev/null
}
