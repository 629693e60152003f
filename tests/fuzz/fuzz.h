/* SPDX-License-Identifier: ISC */
/* What every harness begins with: libFuzzer's entry, and what must hold. */
#ifndef DL_FUZZ_H
#define DL_FUZZ_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(x)                  \
	do {                     \
		if (!(x))        \
			abort(); \
	} while (0)

#endif
