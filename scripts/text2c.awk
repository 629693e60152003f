# SPDX-License-Identifier: ISC
# text2c: turns a text file into a C string, `const char NAME[]`.
#	awk -v name=NAME -f scripts/text2c.awk FILE
BEGIN {
	print "/* Made by scripts/text2c.awk: change the text instead. */"
	printf "extern const char %s[];\nconst char %s[] =\n", name, name
}

# Escapes by hand: awks differ in what gsub makes of backslashes.
{
	out = ""
	for (i = 1; i <= length($0); i++) {
		c = substr($0, i, 1)
		if (c == "\\" || c == "\"")
			out = out "\\"
		out = out c
	}
	printf "\t\"%s\\n\"\n", out
}

END { print "\t;" }
