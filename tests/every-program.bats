# SPDX-License-Identifier: ISC
# What is true of every program, whatever it does; found in its own list of
# options, so that a new program or verb is tested the day it appears.
load helper

# each COMMAND: runs it for every program, as $program.
each() {
	local program ran=0
	for program in "$DL_BIN"/dl-*; do
		program=${program##*/}
		"$@" || {
			echo "($program)" >&2
			return 1
		}
		ran=$((ran + 1))
	done
	[ "$ran" -gt 0 ]
}

verbs() { # the verbs of $program, one a line; "-" is for all of them
	"$program" --options | cut -f 1 | grep -v '^-$' | sort -u
}

# each_verb COMMAND: runs it for every verb of every program, as $verb.
each_verb() {
	each each_verb_of "$@"
}

each_verb_of() {
	local verb
	while read -r verb; do
		"$@" || {
			echo "(verb: $verb)" >&2
			return 1
		}
	done < <(verbs)
}

help_page() {
	check "$program" --help
	exits 0 && has "$program" && [ -z "$stderr" ]
}

@test "--help is on standard output, with status 0" {
	each help_page
}

verb_help() {
	# shellcheck disable=SC2086
	check "$program" $verb --help
	exits 0 && has "$program" "${verb%% *}" && [ -z "$stderr" ] || return
	# Nothing in it is wider than a terminal.
	[ "$(printf '%s\n' "$output" | awk 'length > 80' | wc -l)" -eq 0 ] ||
		tell "wider than 80 columns"
}

@test "every verb has a page of help within 80 columns" {
	each_verb verb_help
}

version() {
	check "$program" --version
	exits 0 && [[ $output == "$program "[0-9]* ]] || tell "no version"
}

@test "--version names the program and its version" {
	each version
}

bad_option() {
	check "$program" --no-such-option
	exits 2 && prints_nothing && says "$program: " no-such-option "--help"
	[ "$(printf '%s\n' "$stderr" | wc -l)" -le 2 ] || tell "too much help"
}

@test "an unknown option is a usage error in a line or two" {
	each bad_option
}

bad_verb() {
	check "$program" no-such-verb-here
	[ "$status" -ne 0 ] && prints_nothing && says "$program: "
}

@test "an unknown verb or operand is an error" {
	each bad_verb
}

completion() {
	local shell
	for shell in bash zsh fish; do
		check "$program" --completion "$shell"
		exits 0 && has "$program" || return
		[ "$shell" != bash ] || bash -n <<<"$output" || return
	done
}

@test "there is a completion for bash, zsh and fish" {
	each completion
}

# Options that take the store must not make one.
missing_store() {
	# shellcheck disable=SC2086
	check "$program" $verb -d nowhere.db </dev/null
	[ ! -e nowhere.db ] || [ "$program $verb" = "dl-db init" ] ||
		tell "made a store"
	rm -f nowhere.db*
}

@test "nobody but init makes a store" {
	each_verb missing_store
}

letters_agree() {
	"$program" --options | awk -F '\t' '$2 != "-" { print $2 "\t" $3 }'
}

@test "a letter means the same thing in every program" {
	each letters_agree | sort -u >letters
	[ "$(cut -f 1 letters | grep -v '^.$' | wc -l)" -eq 0 ]
	# The shared ones, by the book.
	while read -r letter name; do
		awk -F '\t' -v l="$letter" -v n="$name" \
			'$1 == l && $2 != n { print; bad = 1 } END { exit bad }' \
			letters
	done <<-'BOOK'
		d db
		t tenant
		f format
		o output
		w where
		n dry-run
		q quiet
		v verbose
		h help
		V version
	BOOK
}

full_output() {
	"$program" --help >/dev/full 2>full.err
	[ $? -eq 1 ] && grep -q "No space left on device" full.err
}

@test "a full standard output is said and is status 1" {
	each full_output
}

closed_pipe() {
	set -o pipefail
	"$program" --help 2>pipe.err | true
	[ ! -s pipe.err ]
}

@test "a closed pipe is no occasion for a message" {
	each closed_pipe
}
