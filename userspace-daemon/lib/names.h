/* SPDX-License-Identifier: GPL-2.0-only */
/* Names for numbers of the ioctl ABI, in files and on the screen. */
#ifndef SHYPER_LIB_NAMES_H
#define SHYPER_LIB_NAMES_H

#include <stddef.h>
#include <stdint.h>

/**
 * struct shyper_name - a number and what it is called
 * @name:	NULL ends a table
 * @value:	the number; where several names have it, the first is written
 */
struct shyper_name {
	const char *name;
	uint32_t value;
};

/* EMU_DEVICE_T_GICR of later files: there is nothing to be told about it. */
#define SHYPER_DEV_GICR		0x100

extern const struct shyper_name shyper_vm_types[];
extern const struct shyper_name shyper_dev_types[];
extern const struct shyper_name shyper_dtb_types[];
extern const struct shyper_name shyper_restarts[];
extern const struct shyper_name shyper_paths[];
extern const struct shyper_name shyper_vm_states[];
extern const struct shyper_name shyper_events[];
extern const struct shyper_name shyper_crash_causes[];

/** shyper_name_find() - the entry called @name, or NULL */
const struct shyper_name *shyper_name_find(const struct shyper_name *table,
					   const char *name);

/** shyper_name_of() - what @value is called; "unknown" if it is not in the table */
const char *shyper_name_of(const struct shyper_name *table, uint32_t value);

/**
 * shyper_name_list() - all names of a table, for a message
 * @table:	the table
 * @out:	gets "A, B or C"
 * @size:	bytes of @out
 */
void shyper_name_list(const struct shyper_name *table, char *out, size_t size);

#endif /* SHYPER_LIB_NAMES_H */
