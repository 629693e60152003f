# SPDX-License-Identifier: ISC
# A tenant never sees a byte of another's: a word planted in every corner of
# tenant A appears in nothing that any verb prints for tenant B.
load helper

canary=カナリア7f3a9c

setup() {
	common_setup
	new_store
	dl-db tenant add -q other >/dev/null
	plant main "$canary"
	plant other 雀
	# The word is really there to be seen by its own tenant.
	dl-db dump -t main | grep -q "$canary"
}

# plant TENANT WORD: the word in fields, attributes, events, answers, tags.
plant() {
	local t=$1 w=$2 i
	for i in 1 2 3; do
		printf '{"id":"%s-%d","email":"p%d@%s.example","name":"%s",' \
			"$w" "$i" "$i" "$t" "$w"
		printf '"company":"%s","title":"部長","industry":"%s",' "$w" "$w"
		printf '"tags":["%s"],"attrs":{"%s":"%s"}}\n' "$w" "$w" "$w"
	done | dl-import leads -q -t "$t" -
	for i in 1 2 3; do
		printf '{"id":"e%s%d","lead":"%s-%d","type":"%s",' \
			"$w" "$i" "$w" "$i" "$w"
		printf '"time":"2026-01-0%dT00:00:00Z","attrs":{"%s":"%s"}}\n' \
			"$i" "$w" "$w"
	done | dl-import events -q -t "$t" -
	printf '{"rules":[{"name":"%s","type":"attribute","when":"%s","points":85}]}' \
		"$w" "title = '部長'" |
		dl-score define -q -t "$t" "$w" - >/dev/null
	dl-db user add -q -t "$t" "$w@$t.example" --role sales >/dev/null
	dl-automation -q -t "$t" >/dev/null
	printf '{"on":"lead.hot","description":"%s","do":[{"action":"task","template":"%s"}]}' \
		"$w" task_hot_lead | dl-automation define -q -t "$t" "$w" - >/dev/null
	printf '{"rows":[{"ja":"%s"}]}' "$w" |
		dl-automation table define -q -t "$t" -
	dl-score apply -q -t "$t" >/dev/null
	dl-campaign-tick -q -t "$t" >/dev/null 2>&1
	printf '{"locales":{"ja":{"text":"%s {{name|%s}}"}}}' "$w" "$w" |
		dl-template define -q -t "$t" "$w" - >/dev/null
	dl-segment define -q -t "$t" "$w" -w "industry = '$w'" >/dev/null
	dl-segment exclude -q -t "$t" "$w" "$w-1" --why "$w" >/dev/null
	printf '{"channel":"%s","to":"%s@%s.example","text":"%s","key":"%s"}\n' \
		inbox "$w" "$t" "$w" 1 inbox "$w" "$t" "$w" 2 |
		dl-notify send -q -t "$t" >/dev/null
	dl-notify -q -t "$t" --limit 1 >/dev/null
	mkdir -p "$w"
	echo "$w" >"$w/$w.txt"
	printf '{"channel":"%s","to":"%s@%s.example","text":"%s","attach":["%s"]}\n' \
		mail "$w" "$t" "$w" "$w.txt" |
		dl-notify send -q -t "$t" --attachments "$w" >/dev/null
	dl-notify suppress add -q -t "$t" "$w@elsewhere.example" >/dev/null
	dl-notify prefer set -q -t "$t" "$w@$t.example" "mute=$w" "use.$w=$w" \
		>/dev/null
	dl-forecast keep -q -t "$t" --metric "events:$w" --group industry \
		--by day -w "industry = '$w'" >/dev/null
}

# The operands that make each verb say as much as it can; a verb without a row
# here is called bare.
operands() {
	case $1 in
	"dl-db init" | "dl-db migrate" | "dl-db backup") echo SKIP ;;
	"dl-db tenant add" | "dl-db tenant list") echo SKIP ;; # of the store
	"dl-db person" | "dl-lead show" | "dl-score explain" | \
		"dl-score history") echo "雀-1" ;;
	"dl-db erase") echo SKIP ;; # last, see below
	"dl-db tenant show" | "dl-db tenant set") echo other ;;
	"dl-segment preview") echo "-w id!='x'" ;;
	"dl-lead search") echo "$canary" ;;
	"dl-lead set") echo "雀-2 company=x" ;;
	"dl-lead tag" | "dl-lead untag") echo "雀-2 x" ;;
	"dl-score show" | "dl-score remove" | "dl-score enable" | \
		"dl-score disable") echo 雀 ;;
	"dl-notify inbox" | "dl-notify read") echo "雀@other.example" ;;
	"dl-notify prefer set") echo "雀@other.example quiet=sun" ;;
	"dl-notify suppress add" | "dl-notify suppress remove")
		echo "雀@elsewhere.example" ;;
	"dl-template show" | "dl-template remove") echo 雀 ;;
	"dl-template render") echo "雀 --lead 雀-1" ;;
	"dl-segment define") echo "雀2 -w score>1" ;;
	"dl-segment members" | "dl-segment show" | "dl-segment enable" | \
		"dl-segment disable" | "dl-segment freeze" | \
		"dl-segment thaw" | "dl-segment refresh") echo 雀 ;;
	"dl-export members") echo 雀 ;;
	"dl-automation show" | "dl-automation remove" | \
		"dl-automation enable" | "dl-automation disable") echo 雀 ;;
	"dl-automation recommend") echo "雀-1 雀-2" ;;
	"dl-segment overlap") echo "雀 雀" ;;
	"dl-forecast forecast" | "dl-forecast backtest" | "dl-forecast series" | \
		"dl-forecast keep") echo "--metric leads --group industry" \
		"--by day --now 2026-01-25" ;;
	"dl-segment diff") echo "雀 --from 2025-01-01" ;;
	"dl-segment include" | "dl-segment exclude" | "dl-segment clear" | \
		"dl-segment explain") echo "雀 雀-3" ;;
	esac
}

@test "nothing of one tenant shows in any verb run for another" {
	local program verb args out=$PWD/out ran=0
	for program in "$DL_BIN"/dl-*; do
		program=${program##*/}
		while read -r verb; do
			[ "$verb" != - ] || verb=
			args=$(operands "$program${verb:+ $verb}")
			[ "$args" != SKIP ] || continue
			# shellcheck disable=SC2086
			"$program" $verb -v -t other $args \
				</dev/null >"$out" 2>&1 || true
			ran=$((ran + 1))
			# The word is no secret where the caller said it.
			if grep -v "\"$canary\"$" "$out" | grep -q "$canary"; then
				echo "$program $verb tells of another tenant:" >&2
				grep "$canary" "$out" >&2
				return 1
			fi
		done < <("$program" --options | cut -f 1 | sort -u)
	done
	[ "$ran" -ge 15 ]
}

@test "another tenant's lead is not found by id or address" {
	local verb
	for verb in "dl-lead show" "dl-db person" "dl-score explain" \
		"dl-score history"; do
		check $verb -t other "$canary-1"
		[ "$status" -ne 0 ] || tell "$verb found it by id"
		prints_nothing
		check $verb -t other p1@main.example
		[ "$status" -ne 0 ] || tell "$verb found it by address"
		prints_nothing
	done
}

@test "changing and erasing in one tenant leaves the other as it was" {
	dl-db dump -t main >before
	dl-lead set -q -t other 雀-1 company=other >/dev/null
	dl-db erase -q -t other 雀-1 >/dev/null
	dl-score remove -q -t other 雀 >/dev/null || true
	dl-score apply -q -t other --all >/dev/null || true
	dl-segment include -q -t other 雀 雀-3 >/dev/null
	dl-segment -q -t other --all >/dev/null
	dl-segment remove -q -t other 雀 >/dev/null
	dl-db dump -t main >after
	same before after
}
