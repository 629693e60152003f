# SPDX-License-Identifier: ISC
# sql2c: turns files of named statements into C.
#	awk -v mode=h|c -f sql2c.awk common/ROOM/NAME.sql
#	awk -v mode=all -f sql2c.awk FILE... /dev/null
# h and c give NAME.sql.h and NAME.sql.c; all gives the two closed lists,
# sql_all[] and bulk_all[]. A file looks like this:
#	-- name: lead_count
#	-- Counts the leads of one tenant.
#	-- $1 tenant bigint
#	SELECT count(*) FROM lead WHERE tenant_id = $1;
#
#	-- bulk: event (seq bigint, event_id text)
# Every statement says what it is for and declares each of its parameters.

function fail(line, message) {
	printf "%s:%d: %s\n", FILENAME, line, message | "cat 1>&2"
	close("cat 1>&2")
	failed = 1
	exit 1
}

function letter(type) {
	if (type == "bigint")
		return "i"
	if (type == "text")
		return "t"
	if (type == "real" || type == "double precision")
		return "r"
	if (type == "blob")
		return "b"
	return ""
}

function trim(s) {
	sub(/^[ \t]+/, "", s)
	sub(/[ \t\r]+$/, "", s)
	return s
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

# One line of SQL without its comment; notes the $n it uses and whether the
# statement ends here. `quote` lives across lines.
function scan(line,    i, c, n, kept) {
	kept = ""
	for (i = 1; i <= length(line); i++) {
		c = substr(line, i, 1)
		if (quote != "") {
			if (c == quote)
				quote = ""
		} else if (c == "'" || c == "\"") {
			quote = c
		} else if (substr(line, i, 2) == "--") {
			break
		} else if (c == "$") {
			n = substr(line, i + 1)
			if (!match(n, /^[0-9]+/))
				fail(FNR, "'$' without a number")
			used[substr(n, 1, RLENGTH) + 0] = 1
		} else if (c == ";") {
			if (trim(substr(line, i + 1)) !~ /^(--.*)?$/)
				fail(FNR, "text after ';'")
			ended = 1
			break
		}
		kept = kept c
	}
	if (quote == "")
		sub(/[ \t\r]+$/, "", kept)
	return kept
}

function begin_statement(s) {
	if (s !~ /^[a-z][a-z0-9_]*$/)
		fail(FNR, "not a statement name: '" s "'")
	if (s in seen_sql)
		fail(FNR, "statement '" s "' is already named in " seen_sql[s])
	seen_sql[s] = FILENAME
	name = s
	begun = FNR
	text = types = quote = ""
	described = lines = ended = 0
	split("", used)
}

function end_statement(    n, i) {
	if (name == "")
		return
	if (!ended)
		fail(begun, "statement '" name "' does not end in ';'")
	if (!described)
		fail(begun, "statement '" name "' lacks a description")
	for (i in used)
		if (i + 0 < 1 || i + 0 > length(types))
			fail(begun, "statement '" name "' uses $" i \
			    ", which is not declared")
	for (n = 1; n <= length(types); n++)
		if (!(n in used))
			fail(begun, "statement '" name "' declares $" n \
			    " and does not use it")
	sql_name[++sqls] = name
	sql_text[sqls] = text
	sql_types[sqls] = types
	name = ""
}

function comment(s,    n, type) {
	s = trim(substr(s, 3))
	if (s !~ /^\$[0-9]/) {
		if (s != "")
			described = 1
		return
	}
	n = s
	sub(/^\$/, "", n)
	sub(/[ \t].*/, "", n)
	if (n + 0 != length(types) + 1)
		fail(FNR, "$" n " is declared out of order")
	if (split(s, word, /[ \t]+/) < 3)
		fail(FNR, "$" n " needs a name and a type")
	type = letter(word[3])
	if (word[3] == "double" && word[4] == "precision")
		type = "r"
	if (type == "")
		fail(FNR, "$" n ": not a type: '" word[3] "'")
	types = types type
}

function end_bulk(    s, open, i, count, part, type) {
	s = trim(bulk)
	bulk = ""
	open = index(s, "(")
	if (open < 2 || s !~ /\)$/)
		fail(FNR, "bulk: wants name (column type, ...)")
	word[1] = trim(substr(s, 1, open - 1))
	if (word[1] !~ /^[a-z][a-z0-9_]*$/)
		fail(FNR, "not a bulk name: '" word[1] "'")
	if (word[1] in seen_bulk)
		fail(FNR, "bulk '" word[1] "' is already declared in " \
		    seen_bulk[word[1]])
	seen_bulk[word[1]] = FILENAME
	bulk_name[++bulks] = word[1]
	count = split(substr(s, open + 1, length(s) - open - 1), part, ",")
	bulk_columns[bulks] = ""
	for (i = 1; i <= count; i++) {
		s = trim(part[i])
		if (split(s, word, /[ \t]+/) < 2)
			fail(FNR, "bulk column wants a name and a type: '" s "'")
		type = letter(word[2])
		if (word[2] == "double" && word[3] == "precision")
			type = "r"
		if (type == "")
			fail(FNR, "bulk column " word[1] ": not a type: '" \
			    word[2] "'")
		bulk_columns[bulks] = bulk_columns[bulks] \
		    sprintf("\t{ \"%s\", '%s' },\n", word[1], type)
	}
	bulk_count[bulks] = count
}

FNR == 1 && FILENAME != "/dev/null" {
	end_statement()
	parts = split(FILENAME, path, "/")
	self = path[parts - 1] "/" path[parts]
}

in_bulk {
	if ($0 !~ /^--/)
		fail(FNR, "bulk: no closing parenthesis")
	bulk = bulk " " trim(substr($0, 3))
	if (bulk ~ /\)/) {
		in_bulk = 0
		end_bulk()
	}
	next
}

/^-- name:/ {
	end_statement()
	begin_statement(trim(substr($0, 9)))
	next
}

/^-- bulk:/ {
	end_statement()
	bulk = trim(substr($0, 9))
	if (bulk ~ /\)/)
		end_bulk()
	else
		in_bulk = 1
	next
}

quote == "" && /^[ \t]*--/ {
	if (name != "" && lines == 0)
		comment($0)
	next
}

quote == "" && /^[ \t\r]*$/ { next }

{
	if (name == "" || ended)
		fail(FNR, "text outside a named statement")
	kept = scan($0)
	if (kept != "" || quote != "")
		text = text (lines++ ? "\\n\"\n" : "") "\t\"" literal(kept)
	if (ended)
		text = text "\""
}

function declarations(    i) {
	for (i = 1; i <= sqls; i++)
		printf "extern const struct sql sql_%s;\n", sql_name[i]
	for (i = 1; i <= bulks; i++)
		printf "extern const struct bulk_spec bulk_%s;\n", bulk_name[i]
}

function definitions(    i) {
	for (i = 1; i <= sqls; i++)
		printf "const struct sql sql_%s = { \"%s\",\n%s,\n\t\"%s\" };\n\n",
		    sql_name[i], sql_name[i], sql_text[i], sql_types[i]
	for (i = 1; i <= bulks; i++) {
		printf "static const struct bulk_column columns_%s[] = {\n%s};\n",
		    bulk_name[i], bulk_columns[i]
		printf "const struct bulk_spec bulk_%s = { \"%s\",\n" \
		    "\tcolumns_%s, %d };\n\n", bulk_name[i], bulk_name[i],
		    bulk_name[i], bulk_count[i]
	}
}

END {
	if (failed)
		exit 1
	end_statement()
	if (in_bulk)
		fail(FNR, "bulk: no closing parenthesis")
	print "/* Made by scripts/sql2c.awk: change the .sql file instead. */"
	if (mode == "h") {
		guard = "DL_GEN_" toupper(self)
		gsub(/[^A-Z0-9]/, "_", guard)
		printf "#ifndef %s\n#define %s\n\n", guard, guard
		print "#include \"store/store.h\"\n"
		declarations()
		print "\n#endif"
	} else if (mode == "c") {
		printf "#include \"%s.h\"\n\n", self
		definitions()
	} else {
		print "#include <stddef.h>\n#include \"store/store.h\"\n"
		declarations()
		print "\nconst struct sql *const sql_all[] = {"
		for (i = 1; i <= sqls; i++)
			printf "\t&sql_%s,\n", sql_name[i]
		print "\tNULL\n};\n\nconst struct bulk_spec *const bulk_all[] = {"
		for (i = 1; i <= bulks; i++)
			printf "\t&bulk_%s,\n", bulk_name[i]
		print "\tNULL\n};"
	}
}
