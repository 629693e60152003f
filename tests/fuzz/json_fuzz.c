/* SPDX-License-Identifier: ISC */
/*
 * Our checker against jansson: both take a text or both refuse it, but for
 * what we refuse by design (depth, our limit of 256) and what jansson cannot
 * hold (reals out of range, NUL in names). What the scanner takes apart must
 * be what jansson holds. Documents and the splitter run along.
 */
#include <jansson.h>

#include "json/json.h"
#include "fuzz.h"

static void
compare_member(const struct json_member *m, const json_t *value)
{
	MUST(value != NULL);
	switch (m->type) {
	case JSON_TYPE_STRING:
		MUST(json_is_string(value));
		MUST(json_string_length(value) == m->text.n);
		MUST(memcmp(json_string_value(value), m->text.p, m->text.n) ==
		     0);
		break;
	case JSON_TYPE_NUMBER:
		MUST(json_is_number(value));
		break;
	case JSON_TYPE_BOOL:
		MUST(json_is_boolean(value));
		MUST(str_is(m->text, json_is_true(value) ? "true" : "false"));
		break;
	case JSON_TYPE_NULL:
		MUST(json_is_null(value));
		break;
	case JSON_TYPE_OBJECT:
		MUST(json_is_object(value) && m->raw.p[0] == '{');
		break;
	case JSON_TYPE_ARRAY:
		MUST(json_is_array(value) && m->raw.p[0] == '[');
		break;
	}
}

/* The scanner's members are jansson's, in its order. */
static void
compare_object(struct str text, json_t *object)
{
	struct json_scanner s = {0};
	void *it = json_object_iter(object);

	if (json_scan_object(&s, text) < 0) {
		MUST(s.fault.code == JSON_CODE_NUL);
		MUST(s.count == 0 && s.fault.offset <= text.n);
	} else {
		MUST(s.count == json_object_size(object));
		for (size_t i = 0; i < s.count; i++) {
			MUST(
			    str_is(s.member[i].name, json_object_iter_key(it)));
			compare_member(
			    &s.member[i], json_object_iter_value(it));
			it = json_object_iter_next(object, it);
		}
	}
	json_scanner_release(&s);
}

static void
run_document(struct str text, bool good)
{
	struct json *doc = NULL, *again = NULL;
	struct buf out = {0};
	struct json_writer w = {.out = &out, .pretty = true};
	struct err err = {0};

	MUST((json_doc_parse(text, "f", &doc, &err) == 0) == good);
	if (!good)
		return;
	json_put_node(&w, doc);
	MUST(json_doc_parse(buf_str(&out), "g", &again, &err) == 0);
	MUST(json_doc_equal(doc, again));
	json_doc_free(again);
	MUST(json_doc_own(text, "h", &again, &err) == 0);
	MUST(json_doc_equal(doc, again));
	json_doc_free(doc);
	json_doc_free(again);
	buf_release(&out);
}

/* The same begins and ends whether the text comes at once or byte by byte. */
static void
run_splitter(struct str text)
{
	uint64_t first = 0;

	for (size_t piece = 1; piece <= 64; piece *= 8) {
		struct json_splitter s = {0};
		uint64_t all = 0;
		size_t idle = 0;

		for (size_t at = 0; at < text.n;) {
			size_t n = text.n - at < piece ? text.n - at : piece;
			size_t used = 0;
			enum json_split_got got =
			    json_split(&s, (struct str){text.p + at, n}, &used);

			MUST(used <= n);
			MUST(used == n || got != JSON_SPLIT_MORE);
			idle = used == 0 ? idle + 1 : 0;
			MUST(idle < 8); /* it must get on */
			at += used;
			if (got != JSON_SPLIT_MORE) {
				uint64_t seen[2] = {got, at};

				all = hash64(seen, sizeof(seen), all);
			}
		}
		json_split_end(&s);
		MUST(piece == 1 || all == first);
		first = all;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = malloc(size + 1);
	struct str text = {copy, size};
	struct json_fault fault = {0};
	json_error_t why;
	json_t *value;
	bool ours;

	/* Long texts are slow here and only longer. */
	if (!copy || size > 8192) {
		free(copy);
		return 0;
	}
	if (size > 0)
		memcpy(copy, data, size);
	copy[size] = '\0';
	ours = json_check(text, true, &fault) == 0;
	value = json_loadb(copy, size,
	    JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, &why);
	MUST(ours || fault.offset <= size);
	MUST(ours || fault.what != NULL);
	if (ours != (value != NULL)) {
		enum json_error_code code = json_error_code(&why);

		if (ours)
			MUST(code == json_error_numeric_overflow ||
			     code == json_error_null_byte_in_key);
		else /* jansson takes a NUL byte for the end of the text */
			MUST(fault.code == JSON_CODE_DEEP ||
			     memchr(copy, '\0', size) != NULL);
	} else {
		run_document(text, ours);
	}
	if (ours && json_is_object(value))
		compare_object(text, value);
	json_decref(value);
	run_splitter(text);
	free(copy);
	return 0;
}
