#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The manuals: they agree with the programs, and what they show is true.

load helper

@test "manuals and --help agree" {
	cd "$top"
	scripts/check-manual
}

@test "the examples in the manuals run as shown" {
	cd "$top"
	scripts/man-examples >"$BATS_TEST_TMPDIR/examples" || {
		grep -v -e '^ok ' -e '^skip ' "$BATS_TEST_TMPDIR/examples" >&2
		return 1
	}
}

@test "a wrong manual is found" {
	mkdir -p tree/man tree/scripts
	cp "$top/scripts/check-manual" tree/scripts/
	program=$(basename "$(find "$DL_BIN" -name 'dl-*' | sort | head -1)")
	[ -e "$top/man/$program.1" ] || skip "no manuals yet"
	cp "$top"/man/*.[157] tree/man/
	tree/scripts/check-manual "$program"
	sed '/^\.Nd /s/ / not /
		0,/^\.It Fl/s/^\(\.It Fl\)/\1 Z , Fl -zeal Ar N\n\1/' \
		"$top/man/$program.1" >"tree/man/$program.1"
	check tree/scripts/check-manual "$program"
	exits 1
	has "--zeal" ".Nd is"
}

@test "a wrong example is found" {
	cat >page.1 <<-'END'
	.Sh EXAMPLES
	.\" setup: echo one >file
	.Bd -literal
	$ cat file
	one
	$ echo a; echo b; echo c; echo d
	a
	...
	d
	$ printf \(aq%s\en\(aq x |
	> cat
	x
	.Ed
	.\" exits 3
	.Bd -literal
	$ exit 3
	.Ed
	.\" not run
	.Bd -literal
	$ exit 4
	.Ed
	END
	check "$top/scripts/man-examples" "$PWD/page.1"
	exits 0
	[ "$(grep -c '^ok' <<<"$output")" -eq 4 ]
	has "skip page.1: exit 4"
	sed 's/^one$/two/; s/^d$/e/; s/exits 3/exits 0/' page.1 >wrong.1
	check "$top/scripts/man-examples" "$PWD/wrong.1"
	exits 1
	[ "$(grep -c '^not ok' <<<"$output")" -eq 3 ]
}

@test "a new program builds, agrees with its manual and passes its test" {
	[ -z "${DL_TEST_INSTALLED-}" ] || skip "no sources here"
	cp -r "$top/scripts" .
	scripts/new-program greet-all
	[ -e cmd/dl-greet-all.c ] && [ -e tests/dl-greet-all.bats ]
	flags=$(make -s -C "$top" flags)
	libs=$(make -s -C "$top" libs 2>/dev/null) || skip "no library here"
	# shellcheck disable=SC2086
	(cd "$top" && cc $flags -o "$BATS_TEST_TMPDIR/dl-greet-all" \
		"$BATS_TEST_TMPDIR/cmd/dl-greet-all.c" build/libdl.a $libs)
	mkdir bin
	mv dl-greet-all bin/
	cp "$top/man/dl.7" man/
	DL_BIN=$PWD/bin scripts/check-manual
	DL_BIN=$PWD/bin scripts/man-examples "man/dl-greet-all.1"
	mandoc -T lint -W warning man/dl-greet-all.1
	cp "$top/tests/helper.bash" tests/
	DL_BIN=$PWD/bin bats tests/dl-greet-all.bats
	check scripts/new-program greet-all
	exits 1
	says "is there already"
}
