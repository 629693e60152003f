/* SPDX-License-Identifier: ISC */
/*
 * Which file systems are no place for a store: the log of a SQLite file is
 * shared through memory, so every program must run on one machine, under one
 * kernel. Unknown file systems are let through.
 */
#ifdef __linux__
#include <sys/vfs.h>
#endif

#include "base/base.h"
#include "store/network.h"

#ifdef __linux__
static const struct {
	unsigned long magic;
	const char *name;
} networks[] = {
    {0x6969, "NFS"},
    {0x517b, "SMB"},
    {0xff534d42, "CIFS"},
    {0xfe534d42, "SMB"},
    {0x01021997, "9p"},
    {0x65735546, "FUSE"},
    {0x5346414f, "AFS"},
    {0x6b414653, "AFS"},
    {0x73757245, "Coda"},
    {0x00c36400, "Ceph"},
    {0x0bd00bd0, "Lustre"},
    {0x01161970, "GFS2"},
    {0x7461636f, "OCFS2"},
    {0x47504653, "GPFS"},
    {0x19830326, "BeeGFS"},
    {0x786f4256, "VirtualBox shared folders"},
};

const char *
network_filesystem(const char *path)
{
	struct statfs fs;
	size_t i;

	if (statfs(path, &fs) < 0)
		return NULL;
	for (i = 0; i < COUNT_OF(networks); i++)
		if (((unsigned long)fs.f_type & 0xffffffff) ==
		    networks[i].magic)
			return networks[i].name;
	return NULL;
}
#else
const char *
network_filesystem(const char *path)
{
	(void)path;
	return NULL;
}
#endif
