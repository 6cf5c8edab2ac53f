/* SPDX-License-Identifier: GPL-2.0-only */
/* EL2's own boot options, from /chosen/bootargs. */
#ifndef EL2_OPTIONS_H
#define EL2_OPTIONS_H

#include <el2/log.h>

/**
 * struct options - what the command line says
 * @mvm_mem:	bytes of the MVM's memory
 * @mvm_cpus:	how many physical CPUs, from 0 on, the MVM has
 * @pool:	most bytes of the guest pool; 0: all that is left
 * @loglevel:	what log_print() lets through
 * @deployed:	abi=deployed: behave as a deployed hypervisor, faults included
 */
struct options {
	u64 mvm_mem;
	u32 mvm_cpus;
	u64 pool;
	enum log_level loglevel;
	bool deployed;
};

extern struct options options;

/**
 * options_parse() - set `options` from a command line; complaints are logged
 */
void options_parse(const char *cmdline);

#endif /* EL2_OPTIONS_H */
