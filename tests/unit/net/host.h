/* SPDX-License-Identifier: GPL-2.0-only */
/* What of EL2 the switch calls, on the host: VMs, their memory, interrupts. */
#ifndef HOST_H
#define HOST_H

#include <el2/mmio.h>
#include <el2/vm.h>

#define HOST_VMS	6
#define HOST_DEVICES	4

/* Two regions of memory, which touch in the guest's eyes and not in the host's. */
#define MEM_IPA		0x40000000UL
#define MEM_REGION	0x100000UL
#define MEM_SIZE	(2 * MEM_REGION)

struct host_device {
	u64 ipa;
	mmio_handler *handler;
	void *priv;
};

struct vm {
	u32 id;
	u8 *mem[2];
	struct host_device dev[HOST_DEVICES];
	u32 ndevs;
	u32 irqs;		/* atomic */
};

struct vcpu {
	struct vm *vm;
};

extern struct vm host_vm[HOST_VMS];
extern struct vcpu host_vcpu[HOST_VMS];

/* Fresh memory, no devices. */
void host_init(void);
void host_exit(void);

/* What the guest has at an address: all of it in one region. */
void *host_at(struct vm *vm, u64 ipa);

/* An access to a register, made again as often as the handler wants it. */
u32 host_read(struct vm *vm, u64 base, u32 offset);
void host_write(struct vm *vm, u64 base, u32 offset, u32 val);
/* The same for once: what the handler says. */
int host_write_once(struct vm *vm, u64 base, u32 offset, u32 val);

#endif /* HOST_H */
