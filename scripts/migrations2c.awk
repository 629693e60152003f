# SPDX-License-Identifier: ISC
# migrations2c: common/store/migrate/NNNN_name.sql, in order of their numbers,
# become migrations[], ending in {0}. The text goes to the engine as it stands.
#	awk -f migrations2c.awk FILE... /dev/null

function fail(message) {
	printf "%s:%d: %s\n", FILENAME, FNR, message | "cat 1>&2"
	close("cat 1>&2")
	failed = 1
	exit 1
}

# Escapes by hand: awks differ in what gsub makes of backslashes.
function literal(s,    i, c, out) {
	out = ""
	for (i = 1; i <= length(s); i++) {
		c = substr(s, i, 1)
		if (c == "\\" || c == "\"")
			out = out "\\" c
		else
			out = out (c == "\t" ? "\\t" : c)
	}
	return out
}

BEGIN {
	print "/* Made by scripts/migrations2c.awk: change the .sql files. */"
	print "#include \"store/store.h\"\n\nconst struct migration migrations[] = {"
}

FNR == 1 && FILENAME != "/dev/null" {
	parts = split(FILENAME, path, "/")
	if (path[parts] !~ /^[0-9][0-9][0-9][0-9]_[a-z0-9_]+\.sql$/)
		fail("a migration is called NNNN_name.sql")
	number = substr(path[parts], 1, 4) + 0
	if (number != last + 1)
		fail("migration " number " follows " last + 0)
	if (last)
		print "\t},"
	last = number
	name = substr(path[parts], 6)
	sub(/\.sql$/, "", name)
	printf "\t{ %d, \"%s\",\n", number, name
}

{
	sub(/[ \t\r]+$/, "")
	printf "\t\"%s\\n\"\n", literal($0)
}

END {
	if (failed)
		exit 1
	if (last)
		print "\t},"
	print "\t{ 0, NULL, NULL }\n};"
}
