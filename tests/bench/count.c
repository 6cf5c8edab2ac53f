// SPDX-License-Identifier: GPL-2.0-only
/*
 * A plugin of QEMU's for tests/bench/profile: counts how often each translated block
 * runs on each CPU between two marks (tests/tools/mark.c). Argument: out=FILE.
 *
 * The file has lines "CPU ADDRESS RUNS INSTRUCTIONS" of blocks. Debian has no package with
 * QEMU's header, so what is used of its interface (version 1) is declared here.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct qemu_info_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;

enum { NO_REGISTERS = 0 };

void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id,
		void (*cb)(uint64_t id, struct qemu_plugin_tb *tb));
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb,
		void (*cb)(unsigned int cpu, void *data), int flags, void *data);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
		void (*cb)(unsigned int cpu, void *data), int flags, void *data);
void qemu_plugin_register_atexit_cb(uint64_t id,
		void (*cb)(uint64_t id, void *data), void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb,
						 size_t index);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);

__attribute__((visibility("default"))) int qemu_plugin_version = 1;

#define CPUS		8
#define MARK_START	0xd5032e1fU	/* hint #0x70 */
#define MARK_STOP	0xd5032e3fU	/* hint #0x71 */

/* Kept for ever: a block may be forgotten by QEMU and translated again. */
struct block {
	struct block *next;
	uint64_t address;
	size_t instructions;
	uint64_t runs[CPUS];
};

static struct block *blocks;
static bool counting;
static const char *out;

static void ran(unsigned int cpu, void *data)
{
	struct block *block = data;

	if (counting && cpu < CPUS)
		block->runs[cpu]++;
}

static void marked(unsigned int cpu, void *data)
{
	(void)cpu;
	counting = data;
}

static void translated(uint64_t id, struct qemu_plugin_tb *tb)
{
	struct block *block = calloc(1, sizeof(*block));
	struct qemu_plugin_insn *insn;
	uint32_t code;
	size_t i;

	(void)id;
	if (!block)
		abort();
	block->address = qemu_plugin_tb_vaddr(tb);
	block->instructions = qemu_plugin_tb_n_insns(tb);
	block->next = blocks;
	blocks = block;
	for (i = 0; i < block->instructions; i++) {
		insn = qemu_plugin_tb_get_insn(tb, i);
		memcpy(&code, qemu_plugin_insn_data(insn), sizeof(code));
		if (code == MARK_START || code == MARK_STOP)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, marked, NO_REGISTERS,
				code == MARK_START ? &counting : NULL);
	}
	qemu_plugin_register_vcpu_tb_exec_cb(tb, ran, NO_REGISTERS, block);
}

static void ended(uint64_t id, void *data)
{
	const struct block *block;
	FILE *file = fopen(out, "w");
	unsigned int cpu;

	(void)id;
	(void)data;
	if (!file) {
		perror(out);
		return;
	}
	for (block = blocks; block; block = block->next) {
		for (cpu = 0; cpu < CPUS; cpu++) {
			if (block->runs[cpu])
				fprintf(file, "%u %" PRIx64 " %" PRIu64 " %zu\n", cpu,
					block->address, block->runs[cpu],
					block->instructions);
		}
	}
	fclose(file);
}

__attribute__((visibility("default")))
int qemu_plugin_install(uint64_t id, const struct qemu_info_t *info, int argc,
			char **argv)
{
	(void)info;
	if (argc != 1 || strncmp(argv[0], "out=", 4)) {
		fprintf(stderr, "count: argument: out=FILE\n");
		return -1;
	}
	out = strdup(argv[0] + 4);
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	qemu_plugin_register_atexit_cb(id, ended, NULL);
	return 0;
}
