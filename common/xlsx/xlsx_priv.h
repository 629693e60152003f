/* SPDX-License-Identifier: ISC */
/* What the files of this room share. */
#ifndef DL_XLSX_PRIV_H
#define DL_XLSX_PRIV_H

#include "xlsx/xlsx.h"

/* verify.c: the workbook in fd is whole, and each of its sheets has at least so
 * many bytes. */
int xlsx_verify(int fd, const uint64_t *least, size_t sheets, struct err *err);

#endif
