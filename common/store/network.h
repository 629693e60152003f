/* SPDX-License-Identifier: ISC */
#ifndef DL_STORE_NETWORK_H
#define DL_STORE_NETWORK_H

/* The name of the network file system that holds path ("NFS"), or NULL when
 * it is a local one or cannot be told. */
const char *network_filesystem(const char *path);

#endif
