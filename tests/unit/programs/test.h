/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of this test share. */
#ifndef TEST_H
#define TEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/shyper.h>

/** ok() - one result; what it is about in printf's format */
void ok(bool pass, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** test_dir - an empty folder of this run, absolute, removed at its end */
extern char test_dir[256];

/** write_file() - make a file in test_dir; the path is good until the next call */
const char *write_file(const char *name, const char *data, size_t len);

void test_restarts(void);
void test_attach(void);
void test_notify(void);
void test_sysrq(void);
void test_session(void);

/**
 * struct kernel - what stands for the module
 * @vm:		its VMs
 * @vms:	how many
 * @disk:	its disks, by number; one without a name is not attached
 * @loads:	SHYPER_VM_LOADs so far; the same for those that follow
 * @fail_load:	make loads fail
 */
struct kernel {
	struct shyper_vm_info vm[SHYPER_API_MAX_VMS];
	uint32_t vms;
	struct shyper_disk_info disk[SHYPER_API_MAX_DISKS];
	unsigned int loads;
	unsigned int boots;
	unsigned int attaches;
	unsigned int detaches;
	bool fail_load;
};
extern struct kernel kernel;

#endif /* TEST_H */
