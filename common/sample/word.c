/* SPDX-License-Identifier: ISC */
/*
 * What columns mean to a condition: their names, their numbers, and in which
 * order their texts are worth asking for.
 */
#include <stdlib.h>

#include "sample/sample.h"

const int64_t sample_lately[4] = {1, 7, 30, 90};

void
sample_add_subject(struct buf *out, const struct sample_column *k)
{
	switch (k->kind) {
	case SAMPLE_ATTR:
		buf_addstr(out, "attrs.");
		buf_adddoubled(out, k->name, '"');
		break;
	case SAMPLE_COUNT:
	case SAMPLE_LAST:
		buf_addstr(out, k->kind == SAMPLE_COUNT ? "count(" : "last(");
		buf_adddoubled(out, k->name, '"');
		if (k->window) {
			buf_addstr(out, ", ");
			duration_add(out, k->window);
		}
		buf_addc(out, ')');
		break;
	case SAMPLE_FIELD:
	case SAMPLE_ACTIVITY:
		buf_adds(out, k->name);
		break;
	}
}

double *
sample_numbers(const struct sample_column *k)
{
	double *number =
	    xreallocarray(NULL, k->text_count + 1, sizeof(*number));
	size_t good = 0;

	while (
	    good < k->text_count && number_real(k->text[good], &number[good]))
		good++;
	if (good && good == k->text_count)
		return number;
	free(number);
	return NULL;
}

static const struct sample_column *sorting; /* qsort takes no context */

static int
most_used_first(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	if (sorting->uses[x] != sorting->uses[y])
		return sorting->uses[x] > sorting->uses[y] ? -1 : 1;
	return str_cmp(sorting->text[x], sorting->text[y]);
}

uint32_t *
sample_by_use(const struct sample_column *k)
{
	uint32_t *order =
	    xreallocarray(NULL, k->text_count + 1, sizeof(*order));

	for (size_t i = 0; i < k->text_count; i++)
		order[i] = (uint32_t)i;
	sorting = k;
	qsort(order, k->text_count, sizeof(*order), most_used_first);
	return order;
}

bool
sample_is_bare(const struct sample_column *k)
{
	double *number;
	bool numbers;

	if (k->kind == SAMPLE_FIELD)
		return lead_catalogue.fields[k->field].type != COND_TEXT;
	if (k->bools)
		return true;
	number = sample_numbers(k);
	numbers = number != NULL;
	free(number);
	return numbers;
}
