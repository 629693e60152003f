/* SPDX-License-Identifier: ISC */
/*
 * What text_fold knows of single characters, laid open for an engine that has
 * to fold inside a database. The folding itself is next door in fold.c.
 */
#include <utf8proc.h>

#include "base/base.h"

bool
fold_parts(uint32_t code, uint32_t ret[FOLD_PARTS], size_t *ret_count)
{
	const utf8proc_option_t how = UTF8PROC_STABLE | UTF8PROC_COMPOSE |
				      UTF8PROC_COMPAT | UTF8PROC_CASEFOLD |
				      UTF8PROC_IGNORE;
	utf8proc_int32_t parts[FOLD_PARTS];
	utf8proc_ssize_t n;
	int before = 0;

	n = utf8proc_decompose_char(
	    (utf8proc_int32_t)code, parts, COUNT_OF(parts), how, &before);
	if (n < 0 || n > (utf8proc_ssize_t)COUNT_OF(parts))
		BUG("character %x folds to %zd", code, (ssize_t)n);
	if (n == 1 && parts[0] == (utf8proc_int32_t)code)
		return false;
	for (utf8proc_ssize_t i = 0; i < n; i++)
		ret[i] = (uint32_t)parts[i];
	*ret_count = (size_t)n;
	return true;
}

unsigned
fold_class(uint32_t code)
{
	return (unsigned)utf8proc_get_property((utf8proc_int32_t)code)
	    ->combining_class;
}

/* Composes what is decomposed already; how many are left. */
static utf8proc_ssize_t
compose(utf8proc_int32_t *codes, utf8proc_ssize_t n)
{
	return utf8proc_normalize_utf32(
	    codes, n, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
}

bool
fold_pair(uint32_t whole, uint32_t *ret_a, uint32_t *ret_b)
{
	utf8proc_int32_t codes[FOLD_PARTS], pair[2];
	utf8proc_ssize_t n;
	int before = 0;

	if (whole >= 0xac00 && whole <= 0xd7a3)
		return false; /* Korean syllables follow a formula */
	n = utf8proc_decompose_char((utf8proc_int32_t)whole, codes,
	    COUNT_OF(codes), UTF8PROC_STABLE | UTF8PROC_DECOMPOSE, &before);
	if (n < 2 || n > (utf8proc_ssize_t)COUNT_OF(codes))
		return false;
	pair[1] = codes[n - 1];
	if (compose(codes, n - 1) != 1)
		return false;
	pair[0] = codes[0];
	*ret_a = (uint32_t)pair[0];
	*ret_b = (uint32_t)pair[1];
	return compose(pair, 2) == 1 && pair[0] == (utf8proc_int32_t)whole;
}

const char *
fold_version(void)
{
	return utf8proc_unicode_version();
}
