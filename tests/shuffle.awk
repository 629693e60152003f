# SPDX-License-Identifier: ISC
# shuffle: a CSV with the values of one column dealt anew among its lines, the
# same way for the same seed everywhere. No quoted commas before the column.
#	awk -v column=17 -v seed=3 -f shuffle.awk bank.csv
NR == 1 {
	print
	next
}
{
	rest = $0
	before = ""
	for (i = 1; i < column; i++) {
		before = before substr(rest, 1, index(rest, ","))
		rest = substr(rest, index(rest, ",") + 1)
	}
	end = index(rest, ",")
	value[NR] = end ? substr(rest, 1, end - 1) : rest
	head[NR] = before
	tail[NR] = end ? substr(rest, end) : ""
}
END {
	# Park & Miller's generator; a few steps part neighbouring seeds.
	dice = seed * 7919 + 1
	for (i = 0; i < 10; i++)
		dice = dice * 16807 % 2147483647
	for (i = NR; i > 2; i--) {
		dice = dice * 16807 % 2147483647
		j = 2 + dice % (i - 1)
		kept = value[i]
		value[i] = value[j]
		value[j] = kept
	}
	for (i = 2; i <= NR; i++)
		print head[i] value[i] tail[i]
}
