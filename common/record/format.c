/* SPDX-License-Identifier: ISC */
/* The formats' names, and how a file shows its own. */
#include "record/record_priv.h"

static const struct {
	const char *name;
	enum record_format format;
} formats[] = {
    /* The first name of a format is the one shown. */
    {"ndjson", RECORD_NDJSON},
    {"jsonl", RECORD_NDJSON},
    {"csv", RECORD_CSV},
    {"tsv", RECORD_TSV},
    {"json", RECORD_JSON},
    {"table", RECORD_TABLE},
};

bool
record_format_find(struct str name, enum record_format *ret)
{
	for (size_t i = 0; i < COUNT_OF(formats); i++)
		if (str_is(name, formats[i].name)) {
			*ret = formats[i].format;
			return true;
		}
	return false;
}

const char *
record_format_name(enum record_format f)
{
	for (size_t i = 0; i < COUNT_OF(formats); i++)
		if (formats[i].format == f)
			return formats[i].name;
	return "auto";
}

enum record_format
format_of_name(const char *path)
{
	static const struct {
		const char *ending;
		enum record_format format;
	} rows[] = {
	    {".ndjson", RECORD_NDJSON},
	    {".jsonl", RECORD_NDJSON},
	    {".csv", RECORD_CSV},
	    {".tsv", RECORD_TSV},
	    {".tab", RECORD_TSV},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (str_ends(str_of(path), str_of(rows[i].ending)))
			return rows[i].format;
	return RECORD_AUTO; /* .json is any of two: its text says */
}

/* How often a character stands in the first line outside of quotes. */
static size_t
count_in_header(struct str text, char ch)
{
	bool in_quotes = false;
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '"')
			in_quotes = !in_quotes;
		else if (in_quotes)
			continue;
		else if (text.p[i] == '\n' || text.p[i] == '\r')
			break;
		else if (text.p[i] == ch)
			n++;
	}
	return n;
}

char
format_delimiter(struct str beginning)
{
	static const char candidates[] = {',', ';', '\t'};
	size_t most = 0;
	char best = ',';

	for (size_t i = 0; i < COUNT_OF(candidates); i++) {
		size_t n = count_in_header(beginning, candidates[i]);

		if (n > most) {
			most = n;
			best = candidates[i];
		}
	}
	return best;
}

enum record_format
format_of_text(struct str beginning)
{
	struct str text = str_trim(beginning), first;

	if (text.n == 0)
		return RECORD_NDJSON;
	if (text.p[0] == '[')
		return RECORD_JSON;
	if (text.p[0] == '{') {
		/* An object laid out over lines is no line of NDJSON. */
		str_cut(&text, '\n', &first);
		return str_is(str_trim(first), "{") ? RECORD_JSON
						    : RECORD_NDJSON;
	}
	return format_delimiter(text) == '\t' ? RECORD_TSV : RECORD_CSV;
}
