/* SPDX-License-Identifier: ISC */
/* Finding verbs and options in the tables, by letter, name or beginning. */
#include <string.h>

#include "cli/cli_priv.h"

const struct cli_option *
option_next(struct option_walk *w)
{
	const struct cli_verb *verb;

	/* The verb's own, or those of every verb in turn. */
	for (;;) {
		verb =
		    w->verb != NULL ? w->verb : &w->program->verbs[w->verb_at];
		if (w->verb != NULL ? w->verb_at > 0 : verb->name == NULL)
			break;
		if (verb->options != NULL &&
		    verb->options[w->option_at].kind != CLI_KIND_END) {
			w->row = NULL;
			return &verb->options[w->option_at++];
		}
		w->option_at = 0;
		w->verb_at++;
	}
	for (;;) {
		const struct shared_row *row = &shared_rows[w->shared_at];
		if (row->option.kind == CLI_KIND_END)
			return NULL;
		w->shared_at++;
		if (row->hidden && !w->hidden)
			continue;
		if (w->verb == NULL || shared_applies(row, w->verb)) {
			w->row = row;
			return &row->option;
		}
	}
}

bool
option_takes_value(const struct cli_option *o)
{
	return o->kind != CLI_KIND_FLAG && o->kind != CLI_KIND_COUNT;
}

const struct cli_option *
option_by_letter(
    const struct cli_program *program, const struct cli_verb *verb, char letter)
{
	struct option_walk w = {.program = program, .verb = verb};
	const struct cli_option *o;

	while ((o = option_next(&w)) != NULL)
		if (o->letter == letter && letter != 0)
			return o;
	return NULL;
}

/* The nearest name, for a message; NULL when nothing is near. */
static const char *
nearest_option(const struct cli_program *program, const struct cli_verb *verb,
    struct str name)
{
	struct option_walk w = {.program = program, .verb = verb};
	const struct cli_option *o;
	struct nearest near;

	nearest_start(&near, name);
	while ((o = option_next(&w)) != NULL)
		nearest_offer(&near, str_of(o->name));
	return near.name.p;
}

static int
unknown_option(const struct cli_program *program, const struct cli_verb *verb,
    struct str name, struct err *err)
{
	struct option_walk w = {.program = program};
	const struct cli_option *o;
	const char *near;

	if (verb == NULL)
		return err_set(
		    err, ERR_USAGE, "unknown option --%.*s", STR_ARG(name));
	while ((o = option_next(&w)) != NULL)
		if (str_is(name, o->name))
			return err_set(err, ERR_USAGE,
			    "--%s is no option of \"%s\"", o->name, verb->name);
	near = nearest_option(program, verb, name);
	if (near != NULL)
		return err_set(err, ERR_USAGE,
		    "unknown option --%.*s; did you mean --%s?", STR_ARG(name),
		    near);
	return err_set(err, ERR_USAGE, "unknown option --%.*s", STR_ARG(name));
}

const struct cli_option *
option_by_name(const struct cli_program *program, const struct cli_verb *verb,
    struct str name, struct err *err)
{
	struct option_walk w = {
	    .program = program, .verb = verb, .hidden = true};
	const struct cli_option *o, *found = NULL;
	struct buf several = {0};

	while ((o = option_next(&w)) != NULL) {
		if (str_is(name, o->name)) {
			buf_release(&several);
			return o;
		}
		if ((w.row != NULL && w.row->hidden) || name.n == 0 ||
		    !str_starts(str_of(o->name), name))
			continue;
		if (found != NULL && strcmp(found->name, o->name) != 0) {
			if (several.len == 0)
				buf_addf(&several, "--%s", found->name);
			buf_addf(&several, ", --%s", o->name);
		}
		if (found == NULL)
			found = o;
	}
	if (several.len > 0) {
		err_set(err, ERR_USAGE, "--%.*s could be %s", STR_ARG(name),
		    several.p);
		found = NULL;
	} else if (found == NULL) {
		unknown_option(program, verb, name, err);
	}
	buf_release(&several);
	return found;
}

const struct cli_verb *
verb_by_name(const struct cli_program *program, struct str name)
{
	const struct cli_verb *v;

	for (v = program->verbs; v->name != NULL; v++)
		if (str_is(name, v->name))
			return v;
	return NULL;
}

bool
verb_operands(const struct cli_verb *verb, size_t *ret_least, size_t *ret_most)
{
	struct str rest = str_of(verb->operands), word;
	size_t open = 0, least = 0, most = 0;
	bool many = false;

	for (bool more = verb->operands; more;) {
		more = str_cut(&rest, ' ', &word);
		while (str_starts(word, STR("["))) {
			word.p++;
			word.n--;
			open++;
		}
		most++;
		least += open == 0;
		while (str_ends(word, STR("]"))) {
			word.n--;
			if (open-- == 0)
				return false;
		}
		if (str_ends(word, STR("..."))) {
			word.n -= 3;
			many = true;
		}
		if (!word.n || memchr(word.p, '[', word.n) ||
		    memchr(word.p, ']', word.n))
			return false;
	}
	*ret_least = least;
	*ret_most = many ? SIZE_MAX : most;
	return open == 0;
}
