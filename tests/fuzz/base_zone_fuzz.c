/* SPDX-License-Identifier: ISC */
/* Any bytes as a TZif file: whatever is accepted answers for every moment. */
#include "base/base_priv.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct zone *z =
	    zone_read("fuzz", (struct str){(const char *)data, size});

	if (!z)
		return 0;
	for (unsigned i = 0; i < 64; i++) {
		int64_t at = TIME_MIN + (TIME_MAX / 64 - TIME_MIN / 64) * i +
			     (int64_t)(hash64(data, size, i) % MS_DAY);
		int64_t offset = zone_offset(z, at);
		struct civil c = zone_civil(z, at);

		if (offset < -26 * MS_HOUR || offset > 26 * MS_HOUR)
			BUG("an offset of %lld ms", (long long)offset);
		if (!date_valid(c.year, c.month, c.day))
			BUG("%d-%u-%u", c.year, c.month, c.day);
		zone_moment(z, c);
		for (int unit = UNIT_HOUR; unit <= UNIT_YEAR; unit++)
			time_bucket(at, (enum time_unit)unit, z);
	}
	zone_free(z);
	return 0;
}
