/* SPDX-License-Identifier: ISC */
/*
 * The operator's configuration: lines of "name = value". It may come to hold
 * what must not be in a store (secrets, commands), so from the first day it
 * is taken only from a file that nobody else can read or write.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli_priv.h"

enum { CONFIG_MOST = 1 << 16 };

static const char *const names[] = {
    [CONFIG_DB] = "db",
    [CONFIG_TENANT] = "tenant",
    [CONFIG_USER] = "user",
};
static char *values[CONFIG__MAX];

/* Names that begin with one of these belong to who asks by cli_settings. */
static const char *const prefixes[] = {"channel.", "export."};

static struct setting {
	char *name, *value;
	uint64_t line;
} * settings;
static size_t setting_count, setting_cap;
static char *settings_path;

const char *
config_value(enum config_name name)
{
	return values[name];
}

void
config_forget(void)
{
	for (size_t i = 0; i < COUNT_OF(values); i++) {
		free(values[i]);
		values[i] = NULL;
	}
	for (size_t i = 0; i < setting_count; i++) {
		free(settings[i].name);
		free(settings[i].value);
	}
	free(settings);
	free(settings_path);
	settings = NULL;
	settings_path = NULL;
	setting_count = setting_cap = 0;
}

int
cli_settings(const char *prefix,
    int (*each)(void *context, struct str name, struct str value,
	struct place where, struct err *err),
    void *context, struct err *err)
{
	for (size_t i = 0; i < setting_count; i++) {
		const struct setting *s = &settings[i];
		struct str name = str_of(s->name);
		struct place where = {.file = settings_path, .line = s->line};

		if (!str_starts(name, str_of(prefix)))
			continue;
		name.p += strlen(prefix);
		name.n -= strlen(prefix);
		if (each(context, name, str_of(s->value), where, err) < 0)
			return -1;
	}
	return 0;
}

static bool
has_prefix(struct str name)
{
	for (size_t i = 0; i < COUNT_OF(prefixes); i++)
		if (str_starts(name, str_of(prefixes[i])))
			return true;
	return false;
}

static void
keep_setting(struct str name, struct str value, struct place where)
{
	GROW(settings, setting_cap, setting_count + 1);
	settings[setting_count++] =
	    (struct setting){str_dup(name), str_dup(value), where.line};
	if (!settings_path)
		settings_path = xstrdup(where.file);
}

static int
unknown_name(struct str name, struct place where, struct err *err)
{
	struct nearest near;

	nearest_start(&near, name);
	for (size_t i = 0; i < COUNT_OF(names); i++)
		nearest_offer(&near, str_of(names[i]));
	if (near.name.p)
		return err_at(err, ERR_USAGE, where,
		    "unknown name %s; did you mean \"%s\"?", quoted(name),
		    near.name.p);
	return err_at(err, ERR_USAGE, where, "unknown name %s", quoted(name));
}

static int
read_line(struct str line, struct place where, struct err *err)
{
	struct str name, value = str_trim(line);

	if (value.n == 0 || value.p[0] == '#')
		return 0;
	/* Not shown: it may be half a secret. */
	if (!str_cut(&value, '=', &name))
		return err_at(err, ERR_USAGE, where, "expected name = value");
	name = str_trim(name);
	value = str_trim(value);
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		if (!str_is(name, names[i]))
			continue;
		if (value.n == 0)
			return err_at(
			    err, ERR_USAGE, where, "%s has no value", names[i]);
		free(values[i]);
		values[i] = str_dup(value);
		return 0;
	}
	if (!has_prefix(name))
		return unknown_name(name, where, err);
	if (value.n == 0)
		return err_at(
		    err, ERR_USAGE, where, "%s has no value", quoted(name));
	keep_setting(name, value, where);
	return 0;
}

int
config_read_text(struct str text, const char *path, struct err *err)
{
	struct place where = {.file = path};
	struct str line;
	bool more;

	if (utf8_valid(text) < text.n || memchr(text.p, '\0', text.n) != NULL)
		return err_set(err, ERR_USAGE, "%s: not UTF-8 text", path);
	do {
		more = str_cut(&text, '\n', &line);
		where.line++;
		if (read_line(line, where, err) < 0)
			return -1;
	} while (more);
	return 0;
}

/* Ours alone, or not at all. A device (/dev/null) switches it off. */
static int
check_owner(int fd, const char *path, bool *ret_regular, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_sys(err, "%s", path);
	*ret_regular = S_ISREG(st.st_mode);
	if (S_ISCHR(st.st_mode))
		return 0;
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_USAGE, "%s: not a file", path);
	return fd_check_private(fd, path, err);
}

/* $DL_CONFIG, or dl/config in the user's configuration folder. */
static char *
config_path(bool *ret_asked)
{
	const char *path = getenv("DL_CONFIG");
	const char *home = getenv("XDG_CONFIG_HOME");
	struct buf b = {0};

	*ret_asked = path != NULL && *path != '\0';
	if (*ret_asked)
		return xstrdup(path);
	if (home != NULL && *home == '/')
		buf_addf(&b, "%s/dl/config", home);
	else if ((home = getenv("HOME")) != NULL && *home == '/')
		buf_addf(&b, "%s/.config/dl/config", home);
	else
		return NULL;
	return buf_detach(&b);
}

int
config_read(struct err *err)
{
	struct buf text = {0};
	bool asked, regular = false;
	char *path = config_path(&asked);
	int fd = -1, rc = -1;

	config_forget();
	if (path == NULL)
		return 0;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0) {
		bool absent = errno == ENOENT || errno == ENOTDIR;

		if (!asked && (absent || errno == EACCES))
			rc = 0;
		else if (err_sys(err, "%s", path) < 0 && absent)
			err->kind = ERR_USAGE;
		goto out;
	}
	if (check_owner(fd, path, &regular, err) < 0)
		goto out;
	rc = 0;
	if (regular &&
	    (rc = fd_read_all(fd, path, &text, CONFIG_MOST, err)) == 0 &&
	    text.len > 0)
		rc = config_read_text(buf_str(&text), path, err);
out:
	if (fd >= 0)
		close(fd);
	buf_release(&text);
	free(path);
	return rc;
}

/* ---- what belongs to a user on a machine ----------------------------------
 */

const char *
cli_state_folder(void)
{
	static char *folder;
	const char *state = getenv("XDG_STATE_HOME");
	const char *home = getenv("HOME");
	struct buf b = {0};

	if (folder)
		return folder;
	if (state && *state == '/')
		buf_addf(&b, "%s/dl", state);
	else if (home && *home == '/')
		buf_addf(&b, "%s/.local/state/dl", home);
	else
		return NULL;
	return folder = buf_detach(&b);
}
