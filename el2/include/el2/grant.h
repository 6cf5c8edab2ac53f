/* SPDX-License-Identifier: GPL-2.0-only */
/* A guest's memory in the MVM's stage 2. */
#ifndef EL2_GRANT_H
#define EL2_GRANT_H

#include <el2/util.h>

/**
 * mem_grant() - SHYPER_DIRECT_MEM_GRANT: map a VM's memory for the MVM
 * @ipa: a page of the MVM's, for struct shyper_mem_table
 *
 * Read-write, never executable, at IPA = PA. A second grant fills the table.
 * Context: takes vm_table_lock, which serialises changes of the MVM's stage 2.
 * Return: 0; -EFAULT; -ENOENT; -EAGAIN the VM is being configured; -ENOMEM.
 */
int mem_grant(u64 vmid, u64 ipa);

/**
 * mem_revoke() - SHYPER_DIRECT_MEM_REVOKE: take it away again
 *
 * On return no CPU has a translation of it. Until then vm_remove() is refused.
 * Return: 0; -ENOENT; -ENXIO nothing was granted.
 */
int mem_revoke(u64 vmid);

#endif /* EL2_GRANT_H */
