/* SPDX-License-Identifier: ISC */
/* Typed getters over a document's nodes, and how their complaints read. */
#include "json/json_priv.h"

/* The place of `at`, the path of n. */
static int
complain(const struct json *at, const struct json *n, struct err *err,
    const char *fmt, va_list ap)
{
	struct buf text = {0};

	json_path_add(&text, n);
	if (text.len > 0)
		buf_addstr(&text, ": ");
	buf_vaddf(&text, fmt, ap);
	err_at(err, ERR_USAGE, json_place_of(at), "%s", text.p);
	buf_release(&text);
	return -1;
}

int
json_err(const struct json *n, struct err *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	complain(n, n, err, fmt, ap);
	va_end(ap);
	return -1;
}

/* About an object, at the place of one of its members. */
static int PRINTF_LIKE(4, 5) err_member(const struct json *object,
    const struct json *member, struct err *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	complain(member, object, err, fmt, ap);
	va_end(ap);
	return -1;
}

/* "not a number: "x""; long or nested values are named by their type. */
static int
wrong_type(const struct json *n, const char *wanted, struct err *err)
{
	enum json_type type = json_type_of(n);

	if (type == JSON_TYPE_OBJECT || type == JSON_TYPE_ARRAY)
		return json_err(
		    n, err, "not %s but an %s", wanted, json_type_name(type));
	if (type == JSON_TYPE_NULL)
		return json_err(n, err, "not %s but null", wanted);
	return json_err(n, err, "not %s: %s", wanted, quoted(json_text(n)));
}

int
json_as_text(const struct json *n, struct str *ret, struct err *err)
{
	if (json_type_of(n) != JSON_TYPE_STRING)
		return wrong_type(n, "a string", err);
	*ret = json_text(n);
	return 0;
}

int
json_as_int(const struct json *n, int64_t *ret, struct err *err)
{
	struct str text = json_text(n);
	double v;

	if (json_type_of(n) != JSON_TYPE_NUMBER)
		return wrong_type(n, "a whole number", err);
	if (number_int(text, ret))
		return 0;
	if (memchr(text.p, '.', text.n) || memchr(text.p, 'e', text.n) ||
	    memchr(text.p, 'E', text.n) || !number_real(text, &v))
		return wrong_type(n, "a whole number", err);
	return json_err(n, err, "too large: %s", quoted(text));
}

int
json_as_real(const struct json *n, double *ret, struct err *err)
{
	if (json_type_of(n) != JSON_TYPE_NUMBER)
		return wrong_type(n, "a number", err);
	if (!number_real(json_text(n), ret))
		return json_err(n, err, "too large: %s", quoted(json_text(n)));
	return 0;
}

int
json_as_bool(const struct json *n, bool *ret, struct err *err)
{
	if (json_type_of(n) != JSON_TYPE_BOOL)
		return wrong_type(n, "true or false", err);
	*ret = json_truth(n);
	return 0;
}

int
json_as_object(const struct json *n, struct err *err)
{
	if (json_type_of(n) != JSON_TYPE_OBJECT)
		return wrong_type(n, "an object", err);
	return 0;
}

int
json_as_array(const struct json *n, struct err *err)
{
	if (json_type_of(n) != JSON_TYPE_ARRAY)
		return wrong_type(n, "an array", err);
	return 0;
}

static int
as_object_node(const struct json *n, const struct json **ret, struct err *err)
{
	if (json_as_object(n, err) < 0)
		return -1;
	*ret = n;
	return 0;
}

static int
as_array_node(const struct json *n, const struct json **ret, struct err *err)
{
	if (json_as_array(n, err) < 0)
		return -1;
	*ret = n;
	return 0;
}

static int
need(const struct json *object, const char *name, const struct json **ret,
    struct err *err)
{
	if (json_as_object(object, err) < 0)
		return -1;
	*ret = json_find(object, name);
	if (!*ret)
		return json_err(object, err, "\"%s\" is missing", name);
	return 0;
}

/* 1 when the member is there and not null. */
static int
take(const struct json *object, const char *name, const struct json **ret,
    struct err *err)
{
	if (json_as_object(object, err) < 0)
		return -1;
	*ret = json_find(object, name);
	return *ret && json_type_of(*ret) != JSON_TYPE_NULL;
}

/* The two families, member by name, over json_as_X. */
#define GETTERS(kind, type, as)                                           \
	int json_need_##kind(const struct json *object, const char *name, \
	    type *ret, struct err *err)                                   \
	{                                                                 \
		const struct json *n;                                     \
                                                                          \
		if (need(object, name, &n, err) < 0)                      \
			return -1;                                        \
		return as(n, ret, err);                                   \
	}                                                                 \
	int json_take_##kind(const struct json *object, const char *name, \
	    type *ret, struct err *err)                                   \
	{                                                                 \
		const struct json *n;                                     \
		int found = take(object, name, &n, err);                  \
                                                                          \
		return found <= 0 ? found : as(n, ret, err);              \
	}

GETTERS(text, struct str, json_as_text)
GETTERS(int, int64_t, json_as_int)
GETTERS(real, double, json_as_real)
GETTERS(bool, bool, json_as_bool)
GETTERS(object, const struct json *, as_object_node)
GETTERS(array, const struct json *, as_array_node)

int
json_take_duration(
    const struct json *object, const char *name, int64_t *ret, struct err *err)
{
	struct str text = {0};

	if (json_take_text(object, name, &text, err) < 0)
		return -1;
	if (text.p && !duration_parse(text, ret))
		return json_err(json_find(object, name), err,
		    "not a duration like \"30d\": %s", quoted(text));
	return 0;
}

static bool
listed(struct str name, const char *const *names)
{
	for (; *names; names++)
		if (str_is(name, *names))
			return true;
	return false;
}

int
json_only(const struct json *object, const char *const *names, struct err *err)
{
	if (json_as_object(object, err) < 0)
		return -1;
	for (size_t i = 0; i < json_count(object); i++) {
		const struct json *n = json_item(object, i);
		struct str name = json_name(n);
		struct nearest near;

		if (listed(name, names))
			continue;
		nearest_start(&near, name);
		for (size_t k = 0; names[k]; k++)
			nearest_offer(&near, str_of(names[k]));
		if (near.name.p)
			return err_member(object, n, err,
			    "unknown member %s: did you mean \"%s\"?",
			    quoted(name), near.name.p);
		return err_member(
		    object, n, err, "unknown member %s", quoted(name));
	}
	return 0;
}
