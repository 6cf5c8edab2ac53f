/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Classic virtio in EL2: what the core calls. Everything that knows what
 * virtio is lives in el2/virtio/.
 */
#ifndef EL2_VIRTIO_H
#define EL2_VIRTIO_H

#include <el2/util.h>

struct vm;
struct shyper_net_stats;

/**
 * virtio_blk_create() - give a VM a mediated virtio-blk device
 * @base: IPA of its registers (0x200 bytes used of the page)
 * @intid: SPI, 32 ..
 * @cfg: SHYPER_CFG_LIST_LEN words, see SHYPER_CFG_DISK_*
 *
 * Takes the disk that cfg names, or the first free one, for this VM.
 * Context: before the VM runs, vm lock held; devices are created and destroyed
 * by one caller at a time (vm_table_lock).
 * Return: 0; -ENODEV no such or no free disk; -ERANGE the piece leaves the
 * disk; -ENOSPC; what mmio_register() returns.
 */
int virtio_blk_create(struct vm *vm, u64 base, u32 intid, const u64 *cfg);

/**
 * virtio_console_create() - give a VM a virtio-console, or the MVM its end
 * @peer_vm: id of the VM at the other end
 * @peer_base: IPA of the other end's registers
 *
 * The two ends find each other by {VM id, register base}, in either order of
 * creation; bytes written with no peer, or with no room there, are dropped and
 * counted. The MVM's ends (peer_base 0) take whatever guest names them.
 * Return: as virtio_blk_create().
 */
int virtio_console_create(struct vm *vm, u64 base, u32 intid, u32 peer_vm,
			  u64 peer_base);

/**
 * virtio_net_create() - give a guest a virtio-net device: a port of the switch
 * @cfg: SHYPER_CFG_LIST_LEN words, see SHYPER_CFG_NET_*
 *
 * Context: as virtio_blk_create().
 * Return: 0; -EINVAL no unicast address, or an MTU out of range; -EEXIST another
 * port has the address; -ENOSPC; what mmio_register() returns.
 */
int virtio_net_create(struct vm *vm, u64 base, u32 intid, const u64 *cfg);

/**
 * virtio_net_create_uplink() - the MVM's port, through which the world is reached
 *
 * It gets every frame that no guest's port has the address of, and may send
 * from any address.
 * Return: as virtio_blk_create().
 */
int virtio_net_create_uplink(struct vm *vm, u64 base, u32 intid);

/**
 * virtio_net_stats() - a port and its counters
 * @port: from 0 on; the MVM's is among them
 *
 * Return: 0; -ENODEV no such port at present; -ENOENT there never is one.
 */
int virtio_net_stats(u64 port, struct shyper_net_stats *stats);

/**
 * virtio_vm_reset() - the guest's devices as after power-on
 *
 * A request in flight is orphaned: its answer touches no guest memory.
 * Context: no vCPU of the VM runs, vm lock held.
 */
void virtio_vm_reset(struct vm *vm);

/**
 * virtio_vm_destroy() - free the VM's devices and the disks it had
 *
 * Context: as virtio_vm_reset(). On return nothing in virtio refers to the VM.
 */
void virtio_vm_destroy(struct vm *vm);

/**
 * mediated_append() - MEDIATED dev_append of the MVM
 * @ipa: of the MediatedBlkContent page
 *
 * Appending the same page twice adds nothing: it resets nreq and refreshes
 * what is read from the page (with abi=deployed it adds the disk twice).
 * Return: 0; -EINVAL bad address, alignment, or limits in the page; -EBUSY
 * a request of it is in flight; -ENOSPC.
 */
int mediated_append(u64 ipa);

/**
 * mediated_notify() - MEDIATED dev_notify of the MVM: the request is finished
 *
 * Copies a read's data out, completes the descriptor chain, and starts the
 * next request.
 * Return: 0; -EINVAL no such page, or no request of it is in flight.
 */
int mediated_notify(u64 ipa);

/**
 * mediated_work() - start a request if none is in flight
 *
 * Context: the MVM's first CPU, no locks held.
 */
void mediated_work(void);

/* Disks known, for whoever lists them. */
u32 mediated_disks(void);

#endif /* EL2_VIRTIO_H */
