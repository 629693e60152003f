# SPDX-License-Identifier: ISC
# What the mail room composes, judged by a reader of mail that is not ours.
load helper

@test "hostile names, subjects and bodies come back as they were told" {
	require_tool python3
	run python3 "$top/tests/tools/mail-judge.py" "$DL_TOOLS/mail-probe"
	echo "$output"
	[ "$status" = 0 ]
	has ", 0 differences"
}

@test "the naughty strings come back as they were told" {
	require_tool python3
	require_shared corpora/naughty-strings/blns.json
	run python3 "$top/tests/tools/mail-judge.py" "$DL_TOOLS/mail-probe" \
		"$DL_SHARED/corpora/naughty-strings/blns.json"
	echo "$output"
	[ "$status" = 0 ]
	has ", 0 differences"
}
