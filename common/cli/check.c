/* SPDX-License-Identifier: ISC */
/* Mistakes of our own in a program's tables, found by a test, not a user. */
#include <ctype.h>
#include <string.h>

#include "cli/cli_priv.h"

static int
check_text(
    const char *what, const char *owner, const char *text, struct err *err)
{
	size_t n = text != NULL ? strlen(text) : 0;

	if (n == 0)
		return err_set(err, ERR_FAIL, "%s: no %s", owner, what);
	if (text[n - 1] == '.')
		return err_set(
		    err, ERR_FAIL, "%s: %s ends in a full stop", owner, what);
	if (isupper((unsigned char)text[0]) && islower((unsigned char)text[1]))
		return err_set(
		    err, ERR_FAIL, "%s: %s begins upper case", owner, what);
	if (n > 100)
		return err_set(
		    err, ERR_FAIL, "%s: %s is too long", owner, what);
	return 0;
}

/* The words an option and its argument take in --help. */
static int
check_option(
    const struct cli_verb *v, const struct cli_option *o, struct err *err)
{
	char owner[128];

	if (o->name == NULL || o->name[0] == '\0')
		return err_set(
		    err, ERR_FAIL, "%s: option without a name", v->name);
	snprintf(owner, sizeof owner, "%s: --%s", v->name, o->name);
	if (option_takes_value(o) != (o->argument != NULL))
		return err_set(err, ERR_FAIL,
		    "%s: argument word and kind disagree", owner);
	if (o->value.flag == NULL)
		return err_set(err, ERR_FAIL, "%s: no value", owner);
	if (o->kind == CLI_KIND_CHOICE && o->choices == NULL)
		return err_set(err, ERR_FAIL, "%s: no choices", owner);
	if (strlen(o->name) + (o->argument ? strlen(o->argument) + 1 : 0) > 23)
		return err_set(err, ERR_FAIL, "%s: too wide for --help", owner);
	return check_text("help", owner, o->help, err);
}

/* A letter or name belongs to one option, within a verb with its shared
 * options, and across verbs: same letter, same name, same argument or none. */
static int
check_clash(const struct cli_verb *v, const struct cli_option *a,
    const struct cli_option *b, bool same_verb, struct err *err)
{
	bool letter = a->letter != 0 && a->letter == b->letter;
	bool name = strcmp(a->name, b->name) == 0;

	if (same_verb && (letter || name))
		return err_set(err, ERR_FAIL, "%s: --%s and --%s clash",
		    v->name, a->name, b->name);
	if (letter && !name)
		return err_set(err, ERR_FAIL,
		    "%s: -%c is --%s here and --%s elsewhere", v->name,
		    a->letter, a->name, b->name);
	if (name && (a->letter != b->letter ||
			option_takes_value(a) != option_takes_value(b)))
		return err_set(err, ERR_FAIL,
		    "%s: --%s differs from that of another verb", v->name,
		    a->name);
	return 0;
}

static int
check_options(const struct cli_program *program, const struct cli_verb *v,
    struct err *err)
{
	const struct cli_option *a, *b;

	for (a = v->options; a != NULL && a->kind != CLI_KIND_END; a++) {
		struct option_walk same = {.program = program, .verb = v};
		struct option_walk all = {.program = program, .hidden = true};

		if (check_option(v, a, err) < 0)
			return -1;
		while ((b = option_next(&same)) != NULL)
			if (a != b && check_clash(v, a, b, true, err) < 0)
				return -1;
		while ((b = option_next(&all)) != NULL)
			if (a != b && check_clash(v, a, b, false, err) < 0)
				return -1;
	}
	return 0;
}

static int
check_exclusive(const struct cli_program *program, const struct cli_verb *v,
    struct err *err)
{
	const struct cli_exclusive *row = v->exclusive;

	for (; row != NULL && row->one != NULL; row++)
		if (option_by_name(program, v, str_of(row->one), err) == NULL ||
		    option_by_name(program, v, str_of(row->other), err) == NULL)
			return -1;
	return 0;
}

int
cli_check(const struct cli_program *program, struct err *err)
{
	const struct cli_verb *v, *w;
	size_t least, most;

	if (check_text("summary", program->name, program->summary, err) < 0)
		return -1;
	if (program->default_verb != NULL &&
	    verb_by_name(program, str_of(program->default_verb)) == NULL)
		return err_set(err, ERR_FAIL, "no verb \"%s\" to default to",
		    program->default_verb);
	for (v = program->verbs; v->name != NULL; v++) {
		if (check_text("help", v->name, v->help, err) < 0 ||
		    check_options(program, v, err) < 0 ||
		    check_exclusive(program, v, err) < 0)
			return -1;
		if (v->run == NULL)
			return err_set(
			    err, ERR_FAIL, "%s: cannot be run", v->name);
		if (!verb_operands(v, &least, &most))
			return err_set(err, ERR_FAIL,
			    "%s: operands are not well formed: %s", v->name,
			    v->operands);
		for (w = v + 1; w->name != NULL; w++)
			if (strcmp(v->name, w->name) == 0)
				return err_set(
				    err, ERR_FAIL, "%s: there twice", v->name);
	}
	return 0;
}
