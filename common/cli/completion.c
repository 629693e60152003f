/* SPDX-License-Identifier: ISC */
/*
 * Shell completion, written from the tables: verbs first, then the options of
 * the verb on the line; values of choices and formats; file names.
 */
#include <string.h>

#include "cli/cli_priv.h"

/* Single-quoted for a shell: ' becomes '\''. */
static void
add_shell(struct buf *out, const char *s)
{
	buf_addc(out, '\'');
	for (; *s != '\0'; s++) {
		if (*s == '\'')
			buf_addstr(out, "'\\''");
		else
			buf_addc(out, *s);
	}
	buf_addc(out, '\'');
}

/* dl-score -> _dl_score */
static void
add_function(struct buf *out, const char *name)
{
	buf_addc(out, '_');
	for (; *name != '\0'; name++)
		buf_addc(out, *name == '-' ? '_' : *name);
}

/* The words an option's value is one of, space separated; nothing when its
 * value is free. */
static void
add_values(
    struct buf *out, const struct cli_option *o, const struct cli_verb *verb)
{
	if (o->value.text == &shared_words.format)
		buf_addstr(out, shared_formats(verb));
	else if (o->kind == CLI_KIND_CHOICE)
		for (int i = 0; o->choices[i] != NULL; i++)
			buf_addf(out, "%s%s", i > 0 ? " " : "", o->choices[i]);
}

/* Offers words: bash wants one argument, zsh one each. Names of verbs, options
 * and choices need no quotes. */
static void
add_offer(struct buf *out, bool zsh, const char *words)
{
	if (zsh)
		buf_addf(out, "compadd -- %s", words);
	else
		buf_addf(out, "_offer -W '%s'", words);
}

/* bash and zsh share the case statements. First: what the word before the
 * cursor wants. */
static void
add_value_cases(struct buf *out, const struct cli_program *program, bool zsh)
{
	const struct cli_verb *v;
	const struct cli_option *o;
	struct buf values = {0};

	buf_addstr(out, "\tcase \"$verb:$previous\" in\n");
	for (v = program->verbs; v->name != NULL; v++) {
		struct option_walk w = {.program = program, .verb = v};
		while ((o = option_next(&w)) != NULL) {
			if (!option_takes_value(o))
				continue;
			buf_addc(out, '\t');
			buf_addf(out, "'%s:--%s'", v->name, o->name);
			if (o->letter != 0)
				buf_addf(out, "|'%s:-%c'", v->name, o->letter);
			buf_clear(&values);
			add_values(&values, o, v);
			buf_addstr(out, ") ");
			if (values.len > 0)
				add_offer(out, zsh, values.p);
			else if (o->kind == CLI_KIND_FILE)
				buf_addstr(out, zsh ? "_files" : "_offer -f");
			buf_addstr(
			    out, values.len > 0 || o->kind == CLI_KIND_FILE
				     ? "; return;;\n"
				     : "return;;\n");
		}
	}
	buf_addstr(out, "\tesac\n");
	buf_release(&values);
}

static void
add_option_cases(struct buf *out, const struct cli_program *program, bool zsh)
{
	const struct cli_verb *v;
	const struct cli_option *o;
	struct buf names = {0};

	buf_addstr(out, "\tcase \"$verb\" in\n");
	for (v = program->verbs; v->name != NULL; v++) {
		struct option_walk w = {.program = program, .verb = v};
		buf_clear(&names);
		while ((o = option_next(&w)) != NULL)
			buf_addf(&names, "%s--%s", names.len > 0 ? " " : "",
			    o->name);
		buf_addf(out, "\t'%s') ", v->name);
		add_offer(out, zsh, names.p);
		buf_addstr(out, ";;\n");
	}
	buf_addstr(out, "\tesac\n");
	buf_release(&names);
}

/* Finds the verb among the words before the cursor; `array` is the shell's
 * name for them, `first` the index after the program's. */
static void
add_find_verb(struct buf *out, const struct cli_program *program,
    const char *array, int first)
{
	const struct cli_verb *v;

	buf_addf(out,
	    "\tfor ((i = %d; i < at; i++)); do\n"
	    "\t\tcase \"${%s[i]} ${%s[i+1]}\" in\n",
	    first, array, array);
	for (v = program->verbs; v->name != NULL; v++)
		if (strchr(v->name, ' ') != NULL)
			buf_addf(out, "\t\t'%s') verb='%s'; named=1; break;;\n",
			    v->name, v->name);
	buf_addf(out,
	    "\t\tesac\n"
	    "\t\tcase \"${%s[i]}\" in\n",
	    array);
	for (v = program->verbs; v->name != NULL; v++)
		if (strchr(v->name, ' ') == NULL)
			buf_addf(out, "\t\t'%s') verb='%s'; named=1; break;;\n",
			    v->name, v->name);
	buf_addstr(out, "\t\tesac\n\tdone\n");
}

/* Is it the first verb that begins with this word ("tenant ")? */
static bool
first_of_group(
    const struct cli_program *program, const struct cli_verb *verb, size_t n)
{
	const struct cli_verb *v;

	for (v = program->verbs; v != verb; v++)
		if (strncmp(v->name, verb->name, n) == 0)
			return false;
	return true;
}

/* Where no verb is named yet: first words, or after "tenant" the second. */
static void
add_verb_cases(struct buf *out, const struct cli_program *program, bool zsh)
{
	const struct cli_verb *v, *w;
	struct buf first = {0}, second = {0};
	const char *space;
	size_t n;

	buf_addstr(out, "\tcase \"$previous\" in\n");
	for (v = program->verbs; v->name != NULL; v++) {
		space = strchr(v->name, ' ');
		n = space != NULL ? (size_t)(space - v->name) + 1
				  : strlen(v->name);
		if (!first_of_group(program, v, n))
			continue;
		buf_addf(&first, "%s%.*s", first.len > 0 ? " " : "",
		    (int)(space != NULL ? n - 1 : n), v->name);
		if (space == NULL)
			continue;
		buf_clear(&second);
		for (w = v; w->name != NULL; w++)
			if (strncmp(w->name, v->name, n) == 0)
				buf_addf(&second, "%s%s",
				    second.len > 0 ? " " : "", w->name + n);
		buf_addf(out, "\t%.*s) ", (int)n - 1, v->name);
		add_offer(out, zsh, second.p);
		buf_addstr(out, "; return;;\n");
	}
	buf_addstr(out, "\tesac\n\t");
	add_offer(out, zsh, first.p);
	buf_addc(out, '\n');
	buf_release(&first);
	buf_release(&second);
}

static void
complete_bash(struct buf *out, const struct cli_program *program)
{
	add_function(out, program->name);
	buf_addf(out,
	    "()\n{\n"
	    "\tlocal current=${COMP_WORDS[COMP_CWORD]} at=$COMP_CWORD i\n"
	    "\tlocal previous=${COMP_WORDS[COMP_CWORD-1]} named= verb='%s'\n"
	    "\tCOMPREPLY=()\n",
	    program->default_verb != NULL ? program->default_verb : "");
	add_find_verb(out, program, "COMP_WORDS", 1);
	buf_addstr(out,
	    "\t_offer() { local IFS=$' \\n'; COMPREPLY+=($(compgen \"$@\" -- "
	    "\"$current\")); }\n");
	add_value_cases(out, program, false);
	buf_addstr(out, "\tif [[ $current == -* ]]; then\n");
	add_option_cases(out, program, false);
	buf_addstr(out, "\treturn\n\tfi\n\tif [[ -z $named ]]; then\n");
	add_verb_cases(out, program, false);
	buf_addstr(out, "\tfi\n\t_offer -f\n}\ncomplete -o filenames -F ");
	add_function(out, program->name);
	buf_addf(out, " %s\n", program->name);
}

static void
complete_zsh(struct buf *out, const struct cli_program *program)
{
	buf_addf(out, "#compdef %s\n", program->name);
	add_function(out, program->name);
	buf_addf(out,
	    "()\n{\n"
	    "\tlocal current=${words[CURRENT]} at=$CURRENT i\n"
	    "\tlocal previous=${words[CURRENT-1]} named= verb='%s'\n",
	    program->default_verb != NULL ? program->default_verb : "");
	add_find_verb(out, program, "words", 2);
	add_value_cases(out, program, true);
	buf_addstr(out, "\tif [[ $current == -* ]]; then\n");
	add_option_cases(out, program, true);
	buf_addstr(out, "\treturn\n\tfi\n\tif [[ -z $named ]]; then\n");
	add_verb_cases(out, program, true);
	/* The file is the function's body when zsh loads it from $fpath, and a
	 * script when it is sourced. */
	buf_addstr(out, "\tfi\n\t_files\n}\nif [[ ${funcstack[1]-} = ");
	add_function(out, program->name);
	buf_addstr(out, " ]]; then\n\t");
	add_function(out, program->name);
	buf_addstr(out, " \"$@\"\nelse\n\tcompdef ");
	add_function(out, program->name);
	buf_addf(out, " %s\nfi\n", program->name);
}

/* fish: one line an option, under the condition that its verb was seen. */
static void
complete_fish(struct buf *out, const struct cli_program *program)
{
	const struct cli_verb *v;
	const struct cli_option *o;
	struct buf values = {0};

	for (v = program->verbs; v->name != NULL; v++) {
		struct option_walk w = {.program = program, .verb = v};
		const char *second = strchr(v->name, ' ');
		size_t n = second != NULL ? (size_t)(second - v->name) : 0;

		if (second != NULL && first_of_group(program, v, n + 1))
			buf_addf(out,
			    "complete -c %s -n __fish_use_subcommand -a "
			    "'%.*s'\n",
			    program->name, (int)n, v->name);
		buf_addf(out, "complete -c %s ", program->name);
		if (second == NULL)
			buf_addf(out, "-n __fish_use_subcommand -a '%s' -d ",
			    v->name);
		else
			buf_addf(out,
			    "-n '__fish_seen_subcommand_from %.*s' -a '%s' -d ",
			    (int)n, v->name, second + 1);
		add_shell(out, v->help);
		buf_addc(out, '\n');
		while ((o = option_next(&w)) != NULL) {
			buf_addf(out,
			    "complete -c %s -n '__fish_seen_subcommand_from "
			    "%s' -l %s",
			    program->name,
			    second != NULL ? second + 1 : v->name, o->name);
			if (o->letter != 0)
				buf_addf(out, " -s %c", o->letter);
			buf_clear(&values);
			add_values(&values, o, v);
			if (values.len > 0)
				buf_addf(out, " -x -a '%s'", values.p);
			else if (o->kind == CLI_KIND_FILE)
				buf_addstr(out, " -r -F");
			else if (option_takes_value(o))
				buf_addstr(out, " -x");
			if (o->help[0] != '\0') {
				buf_addstr(out, " -d ");
				add_shell(out, o->help);
			}
			buf_addc(out, '\n');
		}
	}
	buf_release(&values);
}

int
cli_completion(struct buf *out, const struct cli_program *program,
    const char *shell, struct err *err)
{
	if (shell != NULL && strcmp(shell, "bash") == 0)
		complete_bash(out, program);
	else if (shell != NULL && strcmp(shell, "zsh") == 0)
		complete_zsh(out, program);
	else if (shell != NULL && strcmp(shell, "fish") == 0)
		complete_fish(out, program);
	else
		return err_set(err, ERR_USAGE,
		    "--completion: not one of bash zsh fish: %s",
		    quoted(str_of(shell)));
	return 0;
}
