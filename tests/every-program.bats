#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# What is true of every program, whatever it does. New programs are found by
# themselves; a failure names the program.

load helper

setup() {
	common_setup
	programs=()
	local path
	for path in "$DL_BIN"/dl-*; do
		[ -x "$path" ] && programs+=("${path##*/}")
	done
	[ ${#programs[@]} -gt 0 ] || skip "no programs in $DL_BIN"
}

# verbs PROGRAM: one a line.
verbs() {
	"$1" --options | cut -f1 | uniq
}

# fits FILE: at most 40 lines of 80 columns.
fits() {
	[ "$(wc -l <"$1")" -le 40 ] && [ "$(wc -L <"$1")" -le 80 ]
}

# offers PROGRAM WORD...: what bash offers for the last word.
offers() {
	local function=_${1//-/_}
	shift
	# shellcheck disable=SC2034 # read by the completion
	COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
	"$function"
}

# one_line_and_try PROGRAM: the two lines of a usage error, and no more.
one_line_and_try() {
	exits 2
	prints_nothing
	says "$1: "
	[ "${#stderr_lines[@]}" -eq 2 ] || tell "wanted two lines"
	[[ ${stderr_lines[1]} == "Try '$1"*"--help'." ]] ||
		tell "no Try line"
}

@test "the option tables have no mistakes" {
	for p in "${programs[@]}"; do
		check "$p" --options
		exits 0
		has $'\tquiet\t'
	done
}

@test "--help fits a screen and goes to standard output" {
	for p in "${programs[@]}"; do
		"$p" --help >page 2>errors || tell "$p --help fails"
		[ ! -s errors ] || tell "$p --help writes to standard error"
		fits page || tell "$p --help: $(wc -l -L <page)"
		grep -q "^Usage: $p " page || tell "$p --help has no usage"
		"$p" -h | cmp - page
	done
}

@test "--help of every verb fits a screen, wherever it stands" {
	for p in "${programs[@]}"; do
		while read -r verb; do
			# shellcheck disable=SC2086 # two words are two words
			"$p" $verb --help >page </dev/null || tell "$p $verb"
			fits page || tell "$p $verb --help: $(wc -l -L <page)"
			# shellcheck disable=SC2086
			"$p" --help $verb </dev/null | cmp - page
		done < <(verbs "$p")
	done
}

@test "--version prints name and version" {
	for p in "${programs[@]}"; do
		check "$p" --version
		exits 0
		[[ $output =~ ^$p\ [0-9]+\.[0-9]+\.[0-9]+$ ]] || tell "$p"
		[ "$("$p" -V)" = "$output" ]
	done
}

@test "a wrong option is one line, a Try line and exit status 2" {
	for p in "${programs[@]}"; do
		check "$p" --no-such-option
		one_line_and_try "$p"
		check "$p" -%
		one_line_and_try "$p"
		check "$p" --quiet=yes
		one_line_and_try "$p"
		while read -r verb; do
			# shellcheck disable=SC2086
			check "$p" $verb --no-such-option
			one_line_and_try "$p"
		done < <(verbs "$p")
	done
}

@test "an unknown verb or operand is an error" {
	for p in "${programs[@]}"; do
		check "$p" no-such-verb-here -d no-such.db </dev/null
		[ "$status" -ne 0 ] || tell "$p: wanted an error"
		prints_nothing
		says "$p: "
	done
}

@test "control characters in an argument do not reach the terminal" {
	for p in "${programs[@]}"; do
		check "$p" $'--\e[2Jx\nforged: line'
		one_line_and_try "$p"
		[[ $stderr != *$'\e'* ]] || tell "$p: an escape sequence"
	done
}

@test "a letter means the same option everywhere" {
	for p in "${programs[@]}"; do
		"$p" --options | awk -F '\t' -v p="$p" '{ print $2, $3, p }'
	done | sort -u >options
	awk '$1 != "-" && !seen[$1 " " $2]++ { n[$1]++; who[$1] = who[$1] " --" $2 "(" $3 ")" }
		END { for (l in n) if (n[l] > 1) { print "-" l ":" who[l]; bad = 1 }
			exit bad }' options >&2
	awk '!seen[$2 " " $1]++ { n[$2]++; who[$2] = who[$2] " -" $1 "(" $3 ")" }
		END { for (l in n) if (n[l] > 1) { print "--" l ":" who[l]; bad = 1 }
			exit bad }' options >&2
}

@test "the shared options are shared" {
	for p in "${programs[@]}"; do
		"$p" --options | awk -F '\t' '
			{ o[$3] = $2 " " $4 }
			END {
				want["db"] = "d URI"; want["tenant"] = "t NAME"
				want["as"] = "- USER"; want["format"] = "f F"
				want["output"] = "o FILE"
				want["where"] = "w COND"
				want["dry-run"] = "n -"; want["now"] = "- TIME"
				want["quiet"] = "q -"; want["verbose"] = "v -"
				want["help"] = "h -"; want["version"] = "V -"
				for (name in want)
					if (name in o && o[name] != want[name]) {
						print name ": " o[name]
						bad = 1
					}
				exit bad
			}' >&2 || tell "$p"
	done
}

@test "a missing store is an error that names it, and none is made" {
	for p in "${programs[@]}"; do
		while IFS=$'\t' read -r verb _ long _; do
			[ "$long" = db ] || continue
			case "$p $verb" in
			"dl-db init" | "dl-db copy") continue ;;
			esac
			# shellcheck disable=SC2086
			check "$p" $verb -d no-such.db </dev/null
			[ "$status" -eq 1 ] || [ "$status" -eq 2 ] ||
				tell "$p $verb: wanted exit status 1 or 2"
			says "$p: "
			[ "$status" -eq 2 ] || says no-such.db
			[ ! -e no-such.db ] || tell "$p $verb made a store"
		done < <("$p" --options)
	done
}

@test "a full disk under standard output does not go unseen" {
	[ -w /dev/full ] || skip "no /dev/full here"
	for p in "${programs[@]}"; do
		for o in --help --version --options "--completion=bash"; do
			status=0
			"$p" "$o" >/dev/full 2>errors || status=$?
			[ "$status" -eq 1 ] || tell "$p $o: $status"
			[ "$(cat errors)" = "$p: <stdout>: No space left on device" ] ||
				tell "$p $o: $(cat errors)"
		done
	done
}

@test "a closed pipe ends a program silently" {
	for p in "${programs[@]}"; do
		{
			# The reader is gone before anything is written.
			sleep 0.1
			"$p" --help 2>errors
			echo $? >code
		} | true
		until [ -s code ]; do sleep 0.05; done
		[ "$(cat code)" -eq 0 ] || tell "$p: $(cat code)"
		[ ! -s errors ] || tell "$p: $(cat errors)"
		rm -f code
	done
}

@test "closed standard descriptors do no harm" {
	for p in "${programs[@]}"; do
		"$p" --version <&- >&- 2>&-
		"$p" --help 2>&- <&- >page
		grep -q "^Usage: $p " page
		status=0
		"$p" --no-such-option <&- >&- 2>&- || status=$?
		[ "$status" -eq 2 ] || tell "$p: $status"
	done
	[ -x "$DL_BIN/dl-db" ] || return 0
	dl-db init --tenant main -d closed.db <&- >&- 2>&-
	dl-db no-such-verb -d closed.db <&- >&- 2>&- || true
	dl-db check -d closed.db
}

@test "completion scripts are in their shell's language" {
	for p in "${programs[@]}"; do
		for shell in bash zsh fish; do
			"$p" --completion "$shell" >script
			[ -s script ]
			if command -v "$shell" >/dev/null; then
				"$shell" -n script || tell "$p $shell"
			fi
		done
		check "$p" --completion tcsh
		exits 2
	done
}

@test "completion in bash offers verbs, then their options" {
	for p in "${programs[@]}"; do
		"$p" --completion bash >script
		# shellcheck disable=SC1091
		source ./script
		offers "$p" "$p" ""
		[ ${#COMPREPLY[@]} -gt 0 ] || tell "$p: no verbs"
		# shellcheck disable=SC2046
		offers "$p" "$p" $(verbs "$p" | head -1) --qui
		[ "${COMPREPLY[*]}" = --quiet ] || tell "$p: ${COMPREPLY[*]}"
	done
}

@test "the locale changes nothing" {
	for p in "${programs[@]}"; do
		"$p" --help >page
		for locale in C de_DE.UTF-8 tr_TR.UTF-8 ja_JP.eucJP nonsense; do
			LC_ALL=$locale LANG=$locale "$p" --help | cmp - page
		done
	done
}
