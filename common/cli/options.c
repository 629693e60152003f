/* SPDX-License-Identifier: ISC */
/*
 * The parser. The command line is walked twice with one grammar: first to
 * find the verb (options may stand before it, so those of any verb count),
 * then to store the values of that verb's options.
 */
#include <string.h>

#include "cli/cli_priv.h"

/* An option as met on the command line; value NULL when it takes none. */
struct met {
	const struct cli_option *option;
	const char *value;
};

struct parser {
	const struct cli_program *program;
	const struct cli_verb *verb; /* NULL: still looking for it */
	int argc;
	char **argv;
	int verb_words[2]; /* places in argv that name the verb; 0: none */

	/* What the walk finds. */
	struct met *met;
	size_t met_count, met_cap;
	char **operands;
	size_t count, cap;
	int words[2]; /* places of the first operands before any "--" */
	int word_count;
	bool words_end;
};

/* Kept for cli_given() and for the call's life; see cli_parse(). */
static struct parser parsed;

static void
add_operand(struct parser *p, int at)
{
	if (at == p->verb_words[0] || at == p->verb_words[1])
		return;
	if (p->word_count < 2 && !p->words_end)
		p->words[p->word_count++] = at;
	(void)GROW(p->operands, p->cap, p->count + 2);
	p->operands[p->count++] = p->argv[at];
	p->operands[p->count] = NULL;
}

static int
add_option(struct parser *p, const struct cli_option *o, const char *value)
{
	(void)GROW(p->met, p->met_cap, p->met_count + 1);
	p->met[p->met_count++] = (struct met){o, value};
	return 0;
}

static int
missing_value(const struct cli_option *o, struct err *err)
{
	return err_set(
	    err, ERR_USAGE, "--%s needs a value: %s", o->name, o->argument);
}

/* --name, --name=value, --name value. */
static int
walk_long(struct parser *p, int *at, struct err *err)
{
	struct str rest = str_of(p->argv[*at] + 2), name;
	bool has_value = str_cut(&rest, '=', &name);
	const struct cli_option *o;
	const char *value = NULL;

	o = option_by_name(p->program, p->verb, name, err);
	if (o == NULL)
		return p->verb == NULL ? 0 : -1;
	if (has_value)
		value = rest.p;
	if (!option_takes_value(o)) {
		if (has_value && p->verb != NULL)
			return err_set(err, ERR_USAGE,
			    "--%s takes no value: %s", o->name, quoted(rest));
		return add_option(p, o, NULL);
	}
	if (value == NULL && *at + 1 < p->argc)
		value = p->argv[++*at];
	if (value == NULL && p->verb != NULL)
		return missing_value(o, err);
	return add_option(p, o, value);
}

/* -q, -qn, -dFILE, -d FILE. */
static int
walk_letters(struct parser *p, int *at, struct err *err)
{
	const struct cli_option *o;
	const char *s, *value;

	for (s = p->argv[*at] + 1; *s != '\0'; s++) {
		o = option_by_letter(p->program, p->verb, *s);
		if (o == NULL && p->verb == NULL)
			continue;
		if (o == NULL) {
			o = option_by_letter(p->program, NULL, *s);
			if (o != NULL)
				return err_set(err, ERR_USAGE,
				    "-%c (--%s) is no option of \"%s\"", *s,
				    o->name, p->verb->name);
			return err_set(err, ERR_USAGE, "unknown option -%.*s",
			    STR_ARG(utf8_prefix(str_of(s), *s & 0x80 ? 4 : 1)));
		}
		if (!option_takes_value(o)) {
			add_option(p, o, NULL);
			continue;
		}
		value = s[1] != '\0' ? s + 1 : NULL;
		if (value == NULL && *at + 1 < p->argc)
			value = p->argv[++*at];
		if (value == NULL && p->verb != NULL)
			return missing_value(o, err);
		return add_option(p, o, value);
	}
	return 0;
}

static int
walk(struct parser *p, struct err *err)
{
	p->met_count = p->count = 0;
	p->word_count = 0;
	p->words_end = false;
	for (int at = 1; at < p->argc; at++) {
		const char *s = p->argv[at];
		int rc = 0;

		if (p->words_end || s[0] != '-' || s[1] == '\0')
			add_operand(p, at);
		else if (s[1] != '-')
			rc = walk_letters(p, &at, err);
		else if (s[2] == '\0')
			p->words_end = true;
		else
			rc = walk_long(p, &at, err);
		if (rc < 0)
			return -1;
	}
	return 0;
}

/* --help and its like win over everything else on the line. */
static enum cli_special
find_special(const struct parser *p)
{
	for (size_t i = 0; i < p->met_count; i++) {
		const struct cli_option *o = p->met[i].option;

		if (o->value.flag == &shared_words.help)
			return CLI_SPECIAL_HELP;
		if (o->value.flag == &shared_words.version)
			return CLI_SPECIAL_VERSION;
		if (o->value.flag == &shared_words.options)
			return CLI_SPECIAL_OPTIONS;
		if (o->value.text == &shared_words.completion) {
			shared_words.completion = p->met[i].value;
			return CLI_SPECIAL_COMPLETION;
		}
	}
	return CLI_SPECIAL_NONE;
}

/* Appends the names of the verbs that begin with `prefix`, comma separated. */
static void
list_verbs(
    struct buf *out, const struct cli_program *program, struct str prefix)
{
	const struct cli_verb *v;
	size_t start = out->len;

	for (v = program->verbs; v->name != NULL; v++)
		if (str_starts(str_of(v->name), prefix))
			buf_addf(out, "%s%s", out->len > start ? ", " : "",
			    v->name + prefix.n);
}

/* The verb whose name is nearest to the word; NULL when none is near. */
static const struct cli_verb *
nearest_verb(const struct cli_program *program, struct str word)
{
	const struct cli_verb *v, *best = NULL;
	struct nearest near;

	nearest_start(&near, word);
	for (v = program->verbs; v->name != NULL; v++)
		if (nearest_offer(&near, str_of(v->name)))
			best = v;
	return best;
}

static int
unknown_verb(
    const struct cli_program *program, struct str word, struct err *err)
{
	const struct cli_verb *near = nearest_verb(program, word);
	struct buf text = {0};

	if (near != NULL) {
		buf_addf(&text, "; did you mean \"%s\"?", near->name);
	} else {
		buf_addstr(&text, "; one of: ");
		list_verbs(&text, program, STR(""));
	}
	err_set(err, ERR_USAGE, "unknown verb %s%s", quoted(word), text.p);
	buf_release(&text);
	return -1;
}

/* "dl-db tenant": the first of two words. */
static int
half_verb(const struct cli_program *program, const char *word, struct err *err)
{
	struct buf prefix = {0}, names = {0};
	int rc = 0;

	buf_addf(&prefix, "%s ", word);
	list_verbs(&names, program, buf_str(&prefix));
	if (names.len > 0)
		rc = err_set(
		    err, ERR_USAGE, "\"%s\" needs one of: %s", word, names.p);
	buf_release(&prefix);
	buf_release(&names);
	return rc;
}

/* The verb the words name, else the default one. Two words before one, so
 * that "tenant add" is found where "tenant" is a verb too. */
static int
find_verb(struct parser *p, struct err *err)
{
	const struct cli_program *program = p->program;
	const char *one = p->word_count > 0 ? p->argv[p->words[0]] : NULL;
	const struct cli_verb *v = NULL, *by_default = NULL;
	struct buf two = {0};

	if (program->default_verb != NULL)
		by_default =
		    verb_by_name(program, str_of(program->default_verb));
	if (p->word_count > 1) {
		buf_addf(&two, "%s %s", one, p->argv[p->words[1]]);
		v = verb_by_name(program, buf_str(&two));
		buf_release(&two);
		if (v != NULL)
			p->verb_words[1] = p->words[1];
	}
	if (v == NULL && one != NULL)
		v = verb_by_name(program, str_of(one));
	if (v != NULL) {
		p->verb_words[0] = p->words[0];
		p->verb = v;
		return 0;
	}
	if (one != NULL && half_verb(program, one, err) < 0)
		return -1;
	if (one != NULL && (by_default == NULL || by_default->operands == NULL))
		return unknown_verb(program, str_of(one), err);
	if (by_default == NULL) {
		struct buf names = {0};
		list_verbs(&names, program, STR(""));
		err_set(err, ERR_USAGE, "which verb? one of: %s", names.p);
		buf_release(&names);
		return -1;
	}
	/* An operand that is nearly a verb is more likely a slip. */
	if (one != NULL && strlen(one) > 3 &&
	    (v = nearest_verb(program, str_of(one))) != NULL)
		return err_set(err, ERR_USAGE,
		    "unknown verb %s; did you mean \"%s\"? "
		    "(an operand of that name: -- %s)",
		    quoted(str_of(one)), v->name, one);
	p->verb = by_default;
	return 0;
}

static const struct met *
find_met(const struct parser *p, const char *name)
{
	for (size_t i = 0; i < p->met_count; i++)
		if (strcmp(p->met[i].option->name, name) == 0)
			return &p->met[i];
	return NULL;
}

static int
check_exclusive(const struct parser *p, struct err *err)
{
	const struct cli_exclusive *row = p->verb->exclusive;

	for (; row != NULL && row->one != NULL; row++)
		if (find_met(p, row->one) != NULL &&
		    find_met(p, row->other) != NULL)
			return err_set(err, ERR_USAGE,
			    "--%s and --%s exclude each other", row->one,
			    row->other);
	return 0;
}

static int
check_operands(const struct parser *p, struct err *err)
{
	const struct cli_verb *v = p->verb;
	size_t least, most;

	if (!verb_operands(v, &least, &most))
		BUG("%s: operands %s", v->name, v->operands);
	if (p->count < least)
		return err_set(
		    err, ERR_USAGE, "%s needs %s", v->name, v->operands);
	if (p->count > most)
		return err_set(err, ERR_USAGE, "%s: one operand too many: %s",
		    v->name, quoted(str_of(p->operands[most])));
	return 0;
}

/* Stores all values; moments last, since they are relative to --now. */
static int
store_values(const struct parser *p, struct cli_shared *shared, struct err *err)
{
	const struct cli_option *o;

	for (size_t i = 0; i < p->met_count; i++) {
		o = p->met[i].option;
		if (o->kind == CLI_KIND_MOMENT)
			continue;
		if (option_store(o, p->met[i].value, 0, err) < 0)
			return -1;
		/* Of these two the last one given wins. */
		if (o->value.flag == &shared_words.progress)
			shared_words.no_progress = false;
		if (o->value.flag == &shared_words.no_progress)
			shared_words.progress = false;
	}
	if (shared_settle(p->verb, shared, err) < 0)
		return -1;
	for (size_t i = 0; i < p->met_count; i++)
		if (p->met[i].option->kind == CLI_KIND_MOMENT &&
		    option_store(p->met[i].option, p->met[i].value, shared->now,
			err) < 0)
			return -1;
	return 0;
}

int
cli_parse(const struct cli_program *program, int argc, char **argv,
    struct cli_call *ret_call, enum cli_special *ret_special, struct err *err)
{
	static char *none[1];
	struct parser *p = &parsed;
	struct err verb_err = {0};

	*p = (struct parser){.program = program,
	    .argc = argc,
	    .argv = argv,
	    .met = p->met,
	    .met_cap = p->met_cap,
	    .operands = p->operands,
	    .cap = p->cap};
	memset(&shared_words, 0, sizeof shared_words);
	*ret_call = (struct cli_call){.program = program};
	walk(p, NULL);
	*ret_special = find_special(p);
	if (find_verb(p, &verb_err) < 0 && *ret_special == CLI_SPECIAL_NONE) {
		if (err != NULL)
			*err = verb_err;
		return -1;
	}
	/* A verb that was only assumed is not what help is asked about. */
	if (p->verb_words[0] > 0)
		ret_call->verb = p->verb;
	if (*ret_special != CLI_SPECIAL_NONE)
		return 0;
	if (walk(p, err) < 0 || check_exclusive(p, err) < 0 ||
	    store_values(p, &cli_shared, err) < 0 || check_operands(p, err) < 0)
		return -1;
	ret_call->verb = p->verb;
	ret_call->shared = &cli_shared;
	ret_call->operands = p->count > 0 ? p->operands : none;
	ret_call->count = p->count;
	return 0;
}

bool
cli_given(const struct cli_call *call, const char *name)
{
	return find_met(&parsed, name) != NULL;
}
