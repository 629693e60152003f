/* SPDX-License-Identifier: ISC */
/*
 * Settings of which there are as many as somebody names: goals, features,
 * quiet hours and limits of channels. In the document each family is an object.
 */
#include <stdlib.h>

#include "tenant/tenant_priv.h"

/* Features, and whether the smaller plans have them. */
static const struct feature {
	const char *name;
	bool free, starter;
} features[] = {
    {"scoring", false, true},
    {"segments", false, true},
    {"tasks", false, true},
    {"campaigns", false, false},
    {"automations", false, false},
    {"notifications", false, false},
    {"stages", false, false},
    {"crm", false, false},
    {"reports", false, false},
    {"forecast", false, false},
    {"exports", false, false},
};

struct family {
	const char *prefix; /* of what one types: "goal." */
	const char *member; /* of the document */
	const char *fallback, *help;
	/* The value as JSON. */
	int (*value)(struct str name, struct str value, struct buf *ret,
	    struct err *err);
};

static int
goal_value(struct str name, struct str value, struct buf *ret, struct err *err)
{
	double number;

	if (!number_real(value, &number))
		return err_set(err, ERR_USAGE, "goal.%.*s: not a number: %s",
		    STR_ARG(name), quoted(value));
	if (name_check("goal", name, err) < 0)
		return -1;
	buf_addreal(ret, number);
	return 0;
}

static int
feature_value(
    struct str name, struct str value, struct buf *ret, struct err *err)
{
	if (!str_is(value, "on") && !str_is(value, "off"))
		return err_set(err, ERR_USAGE,
		    "feature.%.*s: not on or off: %s", STR_ARG(name),
		    quoted(value));
	buf_addstr(ret, str_is(value, "on") ? "true" : "false");
	return 0;
}

static int
quiet_value(struct str name, struct str value, struct buf *ret, struct err *err)
{
	struct quiet quiet;

	if (name_check("channel", name, err) < 0)
		return err_prefix(err, "quiet");
	if (quiet_parse("quiet", value, &quiet, err) < 0)
		return -1;
	json_quote(ret, value);
	return 0;
}

static int
per_recipient_value(
    struct str name, struct str value, struct buf *ret, struct err *err)
{
	struct rates rates;

	if (name_check("channel", name, err) < 0)
		return err_prefix(err, "per_recipient");
	if (rates_parse("per_recipient", value, &rates, err) < 0)
		return -1;
	json_quote(ret, value);
	return 0;
}

static const struct family families[] = {
    {"goal.", "goals", "", "to be reached; of a metric: in a month",
	goal_value},
    {"feature.", "features", "by plan", "on or off", feature_value},
    {"quiet.", "quiet", "quiet_hours", "the same of one channel of dl-notify",
	quiet_value},
    {"per_recipient.", "per_recipient", "",
	"most that one recipient gets: 5/1h,20/1d", per_recipient_value},
};

const struct family *
family_of(struct str key, struct str *ret_name)
{
	for (size_t i = 0; i < COUNT_OF(families); i++) {
		struct str prefix = str_of(families[i].prefix);

		if (!str_starts(key, prefix))
			continue;
		*ret_name = (struct str){key.p + prefix.n, key.n - prefix.n};
		return &families[i];
	}
	return NULL;
}

const struct json *
family_find(
    const struct json *doc, const struct family *family, struct str name)
{
	return json_find_str(json_find(doc, family->member), name);
}

static int
feature_check(struct str name, struct err *err)
{
	struct buf known = {0};

	for (size_t i = 0; i < COUNT_OF(features); i++) {
		if (str_is(name, features[i].name)) {
			buf_release(&known);
			return 0;
		}
		buf_addf(&known, "%s%s", i ? ", " : "", features[i].name);
	}
	err_set(err, ERR_USAGE, "no such feature: %s (there is %s)",
	    quoted(name), known.p);
	buf_release(&known);
	return -1;
}

int
family_value(const struct family *family, struct str name, struct str value,
    struct buf *ret, struct err *err)
{
	if (name.n == 0)
		return err_set(err, ERR_USAGE, "%.*s: name missing",
		    (int)strlen(family->prefix) - 1, family->prefix);
	if (family->value == feature_value && feature_check(name, err) < 0)
		return -1;
	return value.n ? family->value(name, value, ret, err) : 0;
}

static void
open_family(struct json_writer *w, const struct family *family, bool *open)
{
	if (*open)
		return;
	json_put_name(w, family->member);
	json_put_object(w);
	*open = true;
}

/* Names in their order, the changed one at its place; without a value it is
 * left out. */
static void
family_put(struct json_writer *w, const struct json *doc,
    const struct family *family, struct str changed, struct str value)
{
	const struct json *node = json_find(doc, family->member);
	size_t count = json_count(node);
	bool open = false, done = !changed.p;

	for (size_t i = 0; i <= count; i++) {
		bool end = i == count;
		struct str name =
		    end ? (struct str){0} : json_name(json_item(node, i));
		bool here = !done && (end || str_cmp(name, changed) >= 0);

		if (here && value.n) {
			open_family(w, family, &open);
			json_put_key(w, changed);
			json_put_raw(w, value);
		}
		if (here)
			done = true;
		if (end || (changed.p && str_eq(name, changed)))
			continue;
		open_family(w, family, &open);
		json_put_key(w, name);
		json_put_node(w, json_item(node, i));
	}
	if (open)
		json_put_end(w);
}

void
families_put(struct json_writer *w, const struct json *doc,
    const struct family *changed, struct str name, struct str value)
{
	for (size_t i = 0; i < COUNT_OF(families); i++)
		family_put(w, doc, &families[i],
		    changed == &families[i] ? name : (struct str){0}, value);
}

void
families_help(struct buf *out)
{
	for (size_t i = 0; i < COUNT_OF(families); i++) {
		struct buf name = {0};

		buf_addf(&name, "%sNAME", families[i].prefix);
		buf_addf(out, "%-18s  %-12s  %s\n", name.p,
		    families[i].fallback, families[i].help);
		buf_release(&name);
	}
}

/* ---- what they say --------------------------------------------------------
 */

/* False when there is none of the name; the document is the caller's. */
static bool
look_up(const struct tenant *t, const char *prefix, struct str name,
    struct json **ret_doc, const struct json **ret)
{
	struct str rest;

	if (json_doc_parse(str_of(t->document), "settings", ret_doc, NULL) < 0)
		return false;
	*ret = family_find(*ret_doc, family_of(str_of(prefix), &rest), name);
	if (*ret)
		return true;
	json_doc_free(*ret_doc);
	return false;
}

bool
tenant_goal(const struct tenant *t, const char *name, double *ret)
{
	const struct json *node;
	struct json *doc;
	bool found;

	if (!look_up(t, "goal.", str_of(name), &doc, &node))
		return false;
	found = number_real(json_text(node), ret);
	json_doc_free(doc);
	return found;
}

int
tenant_goals(const struct tenant *t,
    int (*each)(void *context, const char *name, double goal, struct err *err),
    void *context, struct err *err)
{
	const struct json *goals;
	struct json *doc;
	int rc = json_doc_parse(str_of(t->document), "settings", &doc, err);

	if (rc < 0)
		return -1;
	goals = json_find(doc, "goals");
	for (size_t i = 0; rc == 0 && i < json_count(goals); i++) {
		const struct json *n = json_item(goals, i);
		char *name = str_dup(json_name(n));
		double goal;

		if (number_real(json_text(n), &goal))
			rc = each(context, name, goal, err);
		free(name);
	}
	json_doc_free(doc);
	return rc;
}

bool
tenant_feature(const struct tenant *t, const char *feature)
{
	const struct json *node;
	struct json *doc;
	bool on;

	if (look_up(t, "feature.", str_of(feature), &doc, &node)) {
		on = json_truth(node);
		json_doc_free(doc);
		return on;
	}
	for (size_t i = 0; i < COUNT_OF(features); i++) {
		if (strcmp(features[i].name, feature) != 0)
			continue;
		if (strcmp(t->settings.plan, "free") == 0)
			return features[i].free;
		if (strcmp(t->settings.plan, "starter") == 0)
			return features[i].starter;
		return true;
	}
	return false;
}

int
tenant_require(const struct tenant *t, const char *feature, struct err *err)
{
	if (tenant_feature(t, feature))
		return 0;
	return err_set(err, ERR_USAGE,
	    "feature \"%s\" is off for tenant \"%s\" (plan %s): "
	    "dl-db tenant set %s feature.%s=on",
	    feature, t->name, t->settings.plan, t->name, feature);
}

void
tenant_quiet(const struct tenant *t, struct str channel, struct quiet *ret)
{
	const struct json *node;
	struct json *doc;

	*ret = (struct quiet){0};
	if (look_up(t, "quiet.", channel, &doc, &node)) {
		/* It was checked when it was set. */
		quiet_parse("quiet", json_text(node), ret, NULL);
		json_doc_free(doc);
	} else if (!str_is(channel, "inbox")) {
		*ret = t->settings.quiet;
	}
}

void
tenant_per_recipient(
    const struct tenant *t, struct str channel, struct rates *ret)
{
	const struct json *node;
	struct json *doc;

	*ret = (struct rates){0};
	if (!look_up(t, "per_recipient.", channel, &doc, &node))
		return;
	rates_parse("per_recipient", json_text(node), ret, NULL);
	json_doc_free(doc);
}
