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
}

static int
unknown_name(struct str name, struct place where, struct err *err)
{
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (str_distance(name, str_of(names[i]), 2) <= 2)
			return err_at(err, ERR_USAGE, where,
			    "unknown name %s; did you mean \"%s\"?",
			    quoted(name), names[i]);
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
	return unknown_name(name, where, err);
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
	if (st.st_uid != geteuid())
		return err_set(
		    err, ERR_USAGE, "%s: belongs to somebody else", path);
	if ((st.st_mode & 077) != 0)
		return err_set(err, ERR_USAGE,
		    "%s: others may read or write it; chmod 600 it", path);
	return 0;
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
