/* SPDX-License-Identifier: ISC */
/* cli: the grammar of the command line and the pages made from its tables. */
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/cli_priv.h"
#include "unit.h"

static struct {
	bool all;
	int64_t top, within, at;
	double share;
	int mode;
	const char *rules;
	struct cli_list lead;
} arg;

static int
run_nothing(const struct cli_call *call, struct err *err)
{
	return CLI_DONE;
}

static const char *const modes[] = {"fast", "careful", NULL};
static const struct cli_option apply_options[] = {
    CLI_FLAG('a', "all", &arg.all, "score every lead"),
    CLI_INT('k', "top", "N", &arg.top, 1, 1000, "print the best N"),
    CLI_LIST('l', "lead", "LEAD", &arg.lead, "only this lead"),
    CLI_CHOICE(0, "mode", "M", &arg.mode, modes, "how to work"),
    CLI_MOMENT(0, "at", "TIME", &arg.at, "as of this moment"),
    CLI_DURATION(0, "within", "LENGTH", &arg.within, "how far back"),
    CLI_REAL(0, "share", "X", &arg.share, 0, 1, "share of the leads"),
    CLI_FILE(0, "rules", "FILE", &arg.rules, "take the rules from FILE"),
    CLI_END,
};
static const struct cli_exclusive apply_exclusive[] = {{"all", "lead"}, {0}};
static const struct cli_verb verbs[] = {
    {.name = "apply",
	.help = "score the leads that changed",
	.operands = "[LEAD...]",
	.options = apply_options,
	.exclusive = apply_exclusive,
	.shared = CLI_CHANGING,
	.run = run_nothing},
    {.name = "list",
	.help = "list the rule sets",
	.shared = CLI_READING,
	.run = run_nothing},
    {.name = "tenant add",
	.help = "add a tenant",
	.operands = "NAME",
	.shared = CLI_DB,
	.run = run_nothing},
    {.name = "tenant list",
	.help = "list the tenants",
	.shared = CLI_DB | CLI_PRINTS,
	.formats = "ndjson xml",
	.run = run_nothing},
    {.name = "read",
	.help = "read leads",
	.operands = "[FILE [FILE]]",
	.shared = CLI_FORMAT_IN | CLI_WHERE,
	.run = run_nothing},
    {0},
};
static const struct cli_program program = {.name = "dl-unit",
    .summary = "be tested",
    .verbs = verbs,
    .default_verb = "apply"};
static const struct cli_program no_default = {
    .name = "dl-unit", .summary = "be tested", .verbs = verbs};

static struct cli_call call;
static enum cli_special special;
static struct err err;

/* Parses a line of words separated by blanks; no quoting. */
static int
parse_as(const struct cli_program *p, const char *line)
{
	static char text[512], *argv[32];
	int argc = 0;
	char *s;

	free(arg.lead.items);
	memset(&arg, 0, sizeof arg);
	memset(&err, 0, sizeof err);
	snprintf(text, sizeof text, "dl-unit %s", line);
	for (s = text; *s != '\0'; argc++) {
		argv[argc] = s;
		while (*s != '\0' && *s != ' ')
			s++;
		while (*s == ' ')
			*s++ = '\0';
	}
	argv[argc] = NULL;
	return cli_parse(p, argc, argv, &call, &special, &err);
}

static int
parse(const char *line)
{
	return parse_as(&program, line);
}

static bool
refuses(const char *line, const char *message)
{
	if (parse(line) == 0 || err.kind != ERR_USAGE ||
	    strcmp(err.text, message) != 0) {
		printf("%s: \"%s\"\n", line, err.text);
		return false;
	}
	return true;
}

static bool
ran(const char *line, const char *verb, size_t operands)
{
	return parse(line) == 0 && call.verb != NULL &&
	       strcmp(call.verb->name, verb) == 0 && call.count == operands &&
	       call.operands[operands] == NULL;
}

static void
test_verbs(void)
{
	CHECK(ran("", "apply", 0));
	CHECK(ran("L1 L2", "apply", 2));
	CHECK(ran("apply L1", "apply", 1));
	CHECK(ran("list", "list", 0));
	CHECK(ran("-d x.db list", "list", 0));
	CHECK(ran("--top 3 apply L1", "apply", 1));
	CHECK(ran("tenant add acme", "tenant add", 1));
	CHECK(ran("tenant -d x add acme", "tenant add", 1));
	CHECK(ran("tenant list", "tenant list", 0));
	CHECK(ran("-- list", "apply", 1));
	CHECK(ran("apply -- -a --all", "apply", 2));
	CHECK(!arg.all);
	CHECK(ran("apply -", "apply", 1));
	CHECK(ran("lst", "apply", 1)); /* short: more likely a lead */
	CHECK_INT(parse_as(&no_default, "L1"), -1);
	CHECK(strncmp(err.text, "unknown verb \"L1\"; one of: apply, list",
		  38) == 0);
	CHECK_INT(parse_as(&no_default, "lits"), -1);
	CHECK_TEXT(err.text, "unknown verb \"lits\"; did you mean \"list\"?");
	CHECK_INT(parse_as(&no_default, ""), -1);
	CHECK(strncmp(err.text, "which verb? one of: apply", 25) == 0);
}

static void
test_options(void)
{
	CHECK_INT(parse("-ak3 L1 --rules=r.json -l x -ly --lead z"), -1);
	CHECK_INT(parse("-k3 L1 --rules=r.json -l x -ly --lead z"), 0);
	CHECK_INT(arg.top, 3);
	CHECK_TEXT(arg.rules, "r.json");
	CHECK_INT(arg.lead.count, 3);
	CHECK_TEXT(arg.lead.items[1], "y");
	CHECK(cli_given(&call, "lead"));
	CHECK(!cli_given(&call, "all"));
	CHECK_INT(parse("-anq"), 0);
	CHECK(arg.all && call.shared->dry_run && call.shared->quiet);
	CHECK_INT(parse("--mode careful --within 7d --share 25%"), 0);
	CHECK_INT(arg.mode, 1);
	CHECK_INT(arg.within, 7 * MS_DAY);
	CHECK(arg.share == 0.25);
	CHECK_INT(parse("-vv -v"), 0);
	CHECK_INT(call.shared->verbose, 3);
	CHECK_INT(parse("--rul x --dry"), 0); /* shortened */
	CHECK_TEXT(arg.rules, "x");
	CHECK_INT(parse("--db="), 0); /* an empty value is a value */
	CHECK_TEXT(call.shared->db, "");
	CHECK_INT(parse("--rules -k"), 0); /* the next word, whatever it is */
	CHECK_TEXT(arg.rules, "-k");
}

static void
test_refusals(void)
{
	CHECK(refuses("--tpo 3", "unknown option --tpo; did you mean --top?"));
	CHECK(refuses("--zzzz", "unknown option --zzzz"));
	CHECK(refuses("-z", "unknown option -z"));
	CHECK(refuses("-qzyx", "unknown option -z"));
	CHECK(refuses("-日本", "unknown option -日"));
	CHECK(refuses("--d x", "--d could be --db, --dry-run"));
	CHECK(refuses("--top", "--top needs a value: N"));
	CHECK(refuses("-k", "--top needs a value: N"));
	CHECK(refuses("-k 0", "--top: must be from 1 to 1000: \"0\""));
	CHECK(refuses("-k 3x", "--top: not a whole number: \"3x\""));
	CHECK(refuses("--share 2", "--share: must be from 0 to 1: \"2\""));
	CHECK(refuses("--share x", "--share: not a number: \"x\""));
	CHECK(refuses(
	    "--mode slow", "--mode: not one of fast careful: \"slow\""));
	CHECK(refuses("--all --lead x", "--all and --lead exclude each other"));
	CHECK(refuses("--quiet=1", "--quiet takes no value: \"1\""));
	CHECK(refuses("list --top 3", "--top is no option of \"list\""));
	CHECK(refuses("list -k 3", "-k (--top) is no option of \"list\""));
	CHECK(refuses("list x", "list: one operand too many: \"x\""));
	CHECK(refuses("read a b c", "read: one operand too many: \"c\""));
	CHECK(refuses("tenant add", "tenant add needs NAME"));
	CHECK(refuses("tenant", "\"tenant\" needs one of: add, list"));
	CHECK(refuses("tenant ad x", "\"tenant\" needs one of: add, list"));
	CHECK(refuses("aply", "unknown verb \"aply\"; did you mean \"apply\"? "
			      "(an operand of that name: -- aply)"));
	CHECK(refuses("-f xml", "--format: not one of ndjson csv tsv json "
				"table: \"xml\""));
	CHECK(refuses("--within 5", "--within: not a length of time (30s, 15m, "
				    "12h, 7d, 2w): \"5\""));
	CHECK(refuses("--now then", "--now: not a moment (2026-11-22T09:00:00Z,"
				    " today, -3d): \"then\""));
}

static void
test_environment(void)
{
	setenv("DL_DB", "env.db", 1);
	setenv("DL_TENANT", "acme", 1);
	setenv("DL_USER", "sato", 1);
	setenv("DL_NOW", "2026-01-15T00:00:00Z", 1);
	CHECK_INT(parse("list --as=me"), 0);
	CHECK_TEXT(call.shared->db, "env.db");
	CHECK_TEXT(call.shared->tenant, "acme");
	CHECK_TEXT(call.shared->user, "me");
	CHECK(call.shared->now_given);
	CHECK_INT(call.shared->now, INT64_C(1768435200000));
	CHECK_INT(parse("apply --at -1d --now 2026-01-20T00:00:00Z"), 0);
	CHECK_INT(arg.at, INT64_C(1768435200000) + 4 * MS_DAY);
	CHECK_INT(parse("list --now +1d"), 0);
	CHECK_INT(call.shared->now, INT64_C(1768435200000) + MS_DAY);
	/* A verb that has no such option does not look at its variable. */
	CHECK_INT(parse("read"), 0);
	CHECK_TEXT(call.shared->db, "dl.db");
	CHECK(!call.shared->now_given);
	setenv("DL_NOW", "soon", 1);
	CHECK(refuses("list", "$DL_NOW: not a moment (2026-11-22T09:00:00Z, "
			      "today, -3d): \"soon\""));
	CHECK(refuses("list --now +1d", "$DL_NOW: not a moment (2026-11-22T09:"
					"00:00Z, today, -3d): \"soon\""));
	/* What stands by itself does without it. */
	CHECK_INT(parse("list --now 2026-01-15"), 0);
	CHECK_INT(call.shared->now, INT64_C(1768435200000));
	unsetenv("DL_DB");
	unsetenv("DL_TENANT");
	setenv("DL_USER", "", 1); /* empty is unset */
	unsetenv("DL_NOW");
	CHECK_INT(parse("list"), 0);
	CHECK_TEXT(call.shared->db, "dl.db");
	CHECK(call.shared->tenant == NULL);
	CHECK(call.shared->user != NULL && call.shared->user[0] != '\0');
	CHECK(!call.shared->now_given);
}

static bool
config_refuses(const char *text, const char *message)
{
	memset(&err, 0, sizeof err);
	if (config_read_text(str_of(text), "c", &err) == 0 ||
	    strcmp(err.text, message) != 0) {
		printf("%s: \"%s\"\n", text, err.text);
		return false;
	}
	return true;
}

static void
test_config(void)
{
	char path[] = "/tmp/cli_test.XXXXXX";
	int fd = mkstemp(path);
	const char text[] = "# mine\n\n db = conf.db\r\ntenant=a = b\n";

	CHECK(config_refuses("db", "c:1: expected name = value"));
	CHECK(config_refuses(
	    "#\nbd = x", "c:2: unknown name \"bd\"; did you mean \"db\"?"));
	CHECK(config_refuses("colour = x", "c:1: unknown name \"colour\""));
	CHECK(config_refuses("db =", "c:1: db has no value"));
	CHECK(config_refuses("db = \377", "c: not UTF-8 text"));
	CHECK(fd >= 0);
	CHECK(write(fd, text, sizeof text - 1) == (ssize_t)sizeof text - 1);
	setenv("DL_CONFIG", path, 1);
	CHECK_INT(parse("list"), 0);
	CHECK_TEXT(call.shared->db, "conf.db");
	CHECK_TEXT(call.shared->tenant, "a = b");
	setenv("DL_DB", "env.db", 1);
	CHECK_INT(parse("list -t mine"), 0);
	CHECK_TEXT(call.shared->db, "env.db");
	CHECK_TEXT(call.shared->tenant, "mine");
	unsetenv("DL_DB");
	CHECK(fchmod(fd, 0640) == 0);
	CHECK_INT(parse("list"), -1);
	CHECK_INT(err.kind, ERR_USAGE);
	CHECK(strstr(err.text, ": others may read or write it; chmod 600 it"));
	close(fd);
	unlink(path);
	CHECK_INT(parse("list"), -1); /* asked for, but not there */
	setenv("DL_CONFIG", "/dev/null", 1);
	CHECK_INT(parse("list"), 0);
	CHECK_TEXT(call.shared->db, "dl.db");
}

static void
test_format(void)
{
	CHECK_INT(parse("list -f tsv"), 0);
	CHECK_TEXT(call.shared->format, "tsv");
	CHECK_INT(parse("list -o out.csv"), 0);
	CHECK_TEXT(call.shared->format, "csv");
	CHECK_INT(parse("list -o out.csv -f json"), 0);
	CHECK_TEXT(call.shared->format, "json");
	CHECK_INT(parse("list -o dir.csv/out"), 0);
	CHECK_TEXT(call.shared->format, "ndjson");
	CHECK_INT(parse("tenant list -f xml"), 0);
	CHECK_TEXT(call.shared->format, "xml");
	CHECK_INT(parse("read"), 0);
	CHECK(call.shared->format == NULL);
	CHECK_INT(parse("list -o x.jsonl"), 0);
	CHECK_TEXT(call.shared->format, "ndjson");
	CHECK_INT(parse("list -o x.txt"), 0);
	CHECK_TEXT(call.shared->format, "table");
	CHECK_INT(parse("tenant list -o x.csv"), 0);
	CHECK_TEXT(call.shared->format, "ndjson");
	CHECK_INT(parse("list -o -"), 0);
	CHECK(call.shared->output == NULL);
}

static void
test_special(void)
{
	CHECK_INT(parse("--help"), 0);
	CHECK_INT(special, CLI_SPECIAL_HELP);
	CHECK(call.verb == NULL);
	CHECK_INT(parse("--nonsense tenant add -h"), 0);
	CHECK_INT(special, CLI_SPECIAL_HELP);
	CHECK_TEXT(call.verb->name, "tenant add");
	CHECK_INT(parse("-V"), 0);
	CHECK_INT(special, CLI_SPECIAL_VERSION);
	CHECK_INT(parse("--options"), 0);
	CHECK_INT(special, CLI_SPECIAL_OPTIONS);
	CHECK_INT(parse("--completion zsh"), 0);
	CHECK_INT(special, CLI_SPECIAL_COMPLETION);
	CHECK_INT(parse("-- --help"), 0);
	CHECK_INT(special, CLI_SPECIAL_NONE);
	CHECK_INT(parse("--rules --help"), 0); /* a value, not an option */
	CHECK_INT(special, CLI_SPECIAL_NONE);
}

static void
test_help(void)
{
	struct buf out = {0};
	struct str rest, line;
	int lines = 0;
	bool narrow = true, more;

	cli_help(&out, &program, NULL);
	rest = buf_str(&out);
	do {
		more = str_cut(&rest, '\n', &line);
		lines++;
		narrow = narrow && text_width(line) <= 80;
	} while (more);
	CHECK(narrow);
	CHECK(lines <= 41);
	CHECK(strstr(out.p, "Usage: dl-unit [VERB] [options] [operands]\n"
			    "Be tested.\n") == out.p);
	CHECK(strstr(out.p, "\n  tenant add NAME ") != NULL);
	CHECK(strstr(out.p, "  -k, --top N ") != NULL);
	buf_clear(&out);
	cli_help(&out, &program, &verbs[3]);
	CHECK(strstr(out.p, "Usage: dl-unit tenant list [options]\n"
			    "List the tenants.\n") == out.p);
	CHECK(strstr(out.p, "format of the output: ndjson xml\n") != NULL);
	CHECK(strstr(out.p, "--where") == NULL);
	buf_clear(&out);
	cli_list_options(&out, &program);
	CHECK(strncmp(out.p, "apply\ta\tall\t-\napply\tk\ttop\tN\n", 28) == 0);
	CHECK(strstr(out.p, "read\tw\twhere\tCOND\n") != NULL);
	CHECK(strstr(out.p, "completion") == NULL);
	buf_release(&out);
}

/* The table of one verb with one mistake in it. */
static const char *
mistake(const struct cli_option *options)
{
	struct cli_verb v[] = {
	    {.name = "go",
		.help = "go there",
		.options = options,
		.shared = CLI_DB,
		.run = run_nothing},
	    {.name = "come",
		.help = "come back",
		.options = apply_options,
		.run = run_nothing},
	    {0},
	};
	const struct cli_program p = {
	    .name = "dl-unit", .summary = "be tested", .verbs = v};

	memset(&err, 0, sizeof err);
	return cli_check(&p, &err) < 0 ? err.text : "nothing";
}

/* What cli_check says of a program with this verb, and with it twice. */
static const char *
verb_mistake(struct cli_verb verb, bool twice, const char *by_default)
{
	static struct cli_verb two[3];
	struct cli_program p = {.name = "dl-x",
	    .summary = "be checked",
	    .verbs = two,
	    .default_verb = by_default};

	memset(two, 0, sizeof two);
	two[0] = verb;
	if (twice)
		two[1] = verb;
	memset(&err, 0, sizeof err);
	return cli_check(&p, &err) < 0 ? err.text : "nothing";
}

static void
test_check_verbs(void)
{
	static const char *text;
	static int kind;
	const struct cli_option nameless[] = {
	    CLI_TEXT('x', NULL, "X", &text, "which"), CLI_END};
	const struct cli_option wordless[] = {
	    CLI_TEXT('x', "extra", NULL, &text, "which"), CLI_END};
	const struct cli_option valueless[] = {
	    CLI_FLAG('x', "extra", NULL, "which"), CLI_END};
	const struct cli_option helpless[] = {
	    CLI_TEXT('x', "extra", "X", &text, NULL), CLI_END};
	const struct cli_option choiceless[] = {
	    CLI_CHOICE('x', "extra", "X", &kind, NULL, "which"), CLI_END};
	const struct cli_exclusive unknown[] = {{"extra", "no-such"}, {0}};
	static const char *const malformed[] = {
	    "", "[NAME", "NAME]", "A  B", "[A[B]]", "[]", "...", "A [B]]"};
	struct cli_verb good = {
	    .name = "go", .help = "go there", .run = run_nothing};
	struct cli_verb v = good;

	CHECK_TEXT(verb_mistake(good, false, "go"), "nothing");
	CHECK_TEXT(verb_mistake(good, true, NULL), "go: there twice");
	CHECK_TEXT(verb_mistake(good, false, "come"),
	    "no verb \"come\" to default to");
	v.help = "Go there";
	CHECK_TEXT(verb_mistake(v, false, NULL), "go: help begins upper case");
	v.help = "go on and on and on and on and on and on and on and on and "
		 "on and on and on and on and on and on and on and on";
	CHECK_TEXT(verb_mistake(v, false, NULL), "go: help is too long");
	v.help = NULL;
	CHECK_TEXT(verb_mistake(v, false, NULL), "go: no help");
	v = good;
	v.run = NULL;
	CHECK_TEXT(verb_mistake(v, false, NULL), "go: cannot be run");
	v = good;
	for (size_t i = 0; i < COUNT_OF(malformed); i++) {
		struct buf want = {0};

		v.operands = malformed[i];
		buf_addf(&want, "go: operands are not well formed: %s",
		    malformed[i]);
		CHECK_TEXT(verb_mistake(v, false, NULL), want.p);
		buf_release(&want);
	}
	v = good;
	v.exclusive = unknown;
	CHECK_TEXT(verb_mistake(v, false, NULL), "unknown option --extra");
	v.exclusive = NULL;
	v.options = nameless;
	CHECK_TEXT(verb_mistake(v, false, NULL), "go: option without a name");
	v.options = wordless;
	CHECK_TEXT(verb_mistake(v, false, NULL),
	    "go: --extra: argument word and kind disagree");
	v.options = valueless;
	CHECK_TEXT(verb_mistake(v, false, NULL), "go: --extra: no value");
	v.options = helpless;
	CHECK_TEXT(verb_mistake(v, false, NULL), "go: --extra: no help");
	v.options = choiceless;
	CHECK_TEXT(verb_mistake(v, false, NULL), "go: --extra: no choices");
}

static void
test_check(void)
{
	static const char *text;
	static bool flag;
	const struct cli_option fine[] = {
	    CLI_FLAG('x', "extra", &flag, "more"), CLI_END};
	const struct cli_option shared_letter[] = {
	    CLI_TEXT('d', "day", "DAY", &text, "which"), CLI_END};
	const struct cli_option elsewhere[] = {
	    CLI_FLAG('k', "kind", &flag, "be kind"), CLI_END};
	const struct cli_option reserved[] = {
	    CLI_FLAG('w', "wide", &flag, "be wide"), CLI_END};
	const struct cli_option other_kind[] = {
	    CLI_FLAG(0, "rules", &flag, "with rules"), CLI_END};
	const struct cli_option stop[] = {
	    CLI_FLAG(0, "stop", &flag, "stop."), CLI_END};
	const struct cli_option wide[] = {
	    CLI_TEXT(0, "a-very-long-name", "ARGUMENT", &text, "too much"),
	    CLI_END};

	CHECK_INT(cli_check(&program, &err), 0);
	CHECK_TEXT(mistake(fine), "nothing");
	CHECK_TEXT(mistake(shared_letter), "go: --day and --db clash");
	CHECK_TEXT(
	    mistake(elsewhere), "go: -k is --kind here and --top elsewhere");
	CHECK_TEXT(
	    mistake(reserved), "go: -w is --wide here and --where elsewhere");
	CHECK_TEXT(mistake(other_kind),
	    "go: --rules differs from that of another verb");
	CHECK_TEXT(mistake(stop), "go: --stop: help ends in a full stop");
	CHECK_TEXT(
	    mistake(wide), "go: --a-very-long-name: too wide for --help");
}

static void
test_completion(void)
{
	struct buf out = {0};

	CHECK_INT(cli_completion(&out, &program, "bash", &err), 0);
	CHECK(strstr(out.p, "complete -o filenames -F _dl_unit dl-unit\n"));
	CHECK(strstr(out.p, "_offer -W 'fast careful'"));
	buf_clear(&out);
	CHECK_INT(cli_completion(&out, &program, "zsh", &err), 0);
	CHECK(strncmp(out.p, "#compdef dl-unit\n", 17) == 0);
	CHECK(strstr(out.p, "tenant) compadd -- add list; return;;"));
	buf_clear(&out);
	CHECK_INT(cli_completion(&out, &program, "fish", &err), 0);
	CHECK(strstr(out.p, "-l mode -x -a 'fast careful' -d 'how to work'\n"));
	CHECK_INT(cli_completion(&out, &program, "csh", &err), -1);
	CHECK_INT(err.kind, ERR_USAGE);
	CHECK_INT(cli_completion(&out, &program, NULL, &err), -1);
	buf_release(&out);
}

static void
test_progress_line(void)
{
	struct buf out = {0};

	progress_line(&out, "events", 2000, 10000, 25, 100);
	CHECK_TEXT(out.p, "10,000 events  5,000/s  25 %  0:06 left");
	buf_clear(&out);
	progress_line(&out, "events", 7200000, 7200, 1, 3);
	CHECK_TEXT(out.p, "7,200 events  1/s  33 %  4:00:00 left");
	buf_clear(&out);
	progress_line(&out, "leads", 0, 5, 0, 0);
	CHECK_TEXT(out.p, "5 leads");
	buf_release(&out);
}

static void
test_status(void)
{
	struct err e = {0};

	CHECK_INT(cli_status_of(&e), 0);
	err_set(&e, ERR_FAIL, "x");
	CHECK_INT(cli_status_of(&e), 1);
	err_set(&e, ERR_USAGE, "x");
	CHECK_INT(cli_status_of(&e), 2);
	err_set(&e, ERR_BUSY, "x");
	CHECK_INT(cli_status_of(&e), 75);
}

int
main(void)
{
	static const char *const variables[] = {
	    "DL_DB", "DL_TENANT", "DL_USER", "DL_NOW", "COLUMNS"};

	for (size_t i = 0; i < COUNT_OF(variables); i++)
		unsetenv(variables[i]);
	setenv("DL_CONFIG", "/dev/null", 1);
	/* Records never go to a terminal here. */
	if (freopen("/dev/null", "r", stdin) == NULL)
		return 1;
	test_verbs();
	test_options();
	test_refusals();
	test_environment();
	test_config();
	if (!isatty(STDOUT_FILENO))
		test_format();
	test_special();
	test_help();
	test_check();
	test_check_verbs();
	test_completion();
	test_progress_line();
	test_status();
	free(arg.lead.items);
	config_forget();
	return unit_done("cli");
}
