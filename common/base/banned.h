/* SPDX-License-Identifier: ISC */
/*
 * Calls this house does not use, made compile errors. Each has a strict or
 * bounded replacement in base.h. Included before nothing else: system headers
 * come first where they declare these names.
 */
#ifndef DL_BASE_BANNED_H
#define DL_BASE_BANNED_H

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BANNED(f) use_base_instead_of_##f
#undef strcpy
#define strcpy(a, b) BANNED(strcpy)
#undef strcat
#define strcat(a, b) BANNED(strcat)
#undef strncpy
#define strncpy(a, b, n) BANNED(strncpy)
#undef strncat
#define strncat(a, b, n) BANNED(strncat)
#undef sprintf
#define sprintf BANNED(sprintf)
#undef vsprintf
#define vsprintf BANNED(vsprintf)
#undef strtok
#define strtok(a, b) BANNED(strtok)
#undef atoi
#define atoi(a) BANNED(atoi)
#undef atol
#define atol(a) BANNED(atol)
#undef atof
#define atof(a) BANNED(atof)
#undef gmtime
#define gmtime(a) BANNED(gmtime)
#undef localtime
#define localtime(a) BANNED(localtime)
#undef ctime
#define ctime(a) BANNED(ctime)
#undef asctime
#define asctime(a) BANNED(asctime)

#endif
