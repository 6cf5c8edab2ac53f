/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The configuration of one VM. Two forms of file lead to it, Rust-Shyper's and
 * a short one; docs/configuration.md has both.
 */
#ifndef SHYPER_LIB_CONFIG_H
#define SHYPER_LIB_CONFIG_H

#include <linux/shyper.h>

#include "json.h"

#define SHYPER_CONFIG_MEMORIES	16
#define SHYPER_CONFIG_DEVICES	16
#define SHYPER_CONFIG_REGIONS	32
#define SHYPER_CONFIG_DTB_DEVICES 16

/* Addresses in a guest stay below this, as its second stage tables do. */
#define SHYPER_IPA_LIMIT	(1ULL << 40)
#define SHYPER_PAGE		4096ULL

#define SHYPER_MTU_MIN		68
#define SHYPER_MTU_MAX		9216

/* The guest that the short form describes. */
#define SHYPER_RAM_BASE		0x40000000ULL
#define SHYPER_KERNEL_OFFSET	0x200000ULL	/* device tree below it */
#define SHYPER_GICD_BASE	0x08000000ULL
#define SHYPER_GICD_LEN		0x10000ULL
#define SHYPER_GICR_BASE	0x080a0000ULL
#define SHYPER_GICR_LEN		0x20000ULL	/* of each vCPU */
#define SHYPER_VIRTIO_BASE	0x0a000000ULL
#define SHYPER_VIRTIO_LEN	0x1000ULL
#define SHYPER_VIRTIO_IRQ	48

/*
 * The management VM's ends of guest consoles, as the hypervisor of this project
 * has them (include/shyper/hypercall.h): VM n takes the (n - 1)th.
 */
#define SHYPER_CONSOLE_BASE	0x0b000000ULL
#define SHYPER_CONSOLE_STRIDE	0x1000ULL

/* Which way a device's I/O goes: docs/configuration.md, "path". */
enum shyper_path {
	SHYPER_PATH_CLASSIC,	/* the hypervisor is the device */
	SHYPER_PATH_DIRECT,	/* shyper.ko is */
	SHYPER_PATH_AUTO,	/* direct where the hypervisor can */
};

/* Without the key. */
#define SHYPER_PATH_DEFAULT	SHYPER_PATH_AUTO

#define SHYPER_QUEUES_MAX	8	/* a queue, or pair of them, for each vCPU */
#define SHYPER_PORTS_MAX	7
#define SHYPER_SERIAL_LEN	20	/* of virtio-blk */
#define SHYPER_IFNAME_LEN	16	/* Linux's, with the NUL */

/* When shyperd loads and boots the VM again. */
enum shyper_restart {
	SHYPER_RESTART_ON_RESET,	/* it asked for a reset */
	SHYPER_RESTART_ON_CRASH,	/* also when it crashed */
	SHYPER_RESTART_NEVER,
};

/**
 * struct shyper_image - a file that goes into the VM's memory
 * @path:	absolute; NULL: there is none
 * @ipa:	where to
 * @size:	bytes of the file, once shyper_config_place() has seen it; from a
 *		saved configuration: what they have to be (0: any)
 * @extent:	bytes of memory that it takes, its bss included
 * @where:	of its name in the configuration
 */
struct shyper_image {
	char *path;
	uint64_t ipa;
	uint64_t size;
	uint64_t extent;
	struct shyper_where where;
};

struct shyper_config_memory {
	struct shyper_vm_memory mem;
	struct shyper_where where;
};

/**
 * struct shyper_config_device - an emulated device
 * @dev:	what the kernel is told
 * @disk:	name of the mediated disk; "": @dev says which, or any free one
 * @mvm_console: the peer address is still to be derived from the VM's id
 * @path:	settled once the VM is added; what follows is a direct device's
 * @path_where:	of the key that says so; line 0: none does
 * @queues:	of a disk, or pairs of a network device; 0: the module's choice
 * @ports:	of a console; 0: one
 * @serial:	of a disk
 * @ifname:	of a network device in the management VM; "": the module's choice
 * @where:	where it was asked for
 */
struct shyper_config_device {
	struct shyper_vm_device dev;
	char disk[SHYPER_API_NAME_LEN];
	bool mvm_console;
	enum shyper_path path;
	struct shyper_where path_where;
	uint32_t queues;
	uint32_t ports;
	char serial[SHYPER_SERIAL_LEN + 1];
	char ifname[SHYPER_IFNAME_LEN];
	struct shyper_where where;
};

struct shyper_config_region {
	struct shyper_vm_region region;
	char name[SHYPER_API_NAME_LEN];
	struct shyper_where where;
};

struct shyper_config_number {
	uint64_t value;
	struct shyper_where where;
};

struct shyper_config_dtb_device {
	struct shyper_vm_dtb_device dev;
	struct shyper_where where;
};

/**
 * struct shyper_config - a VM's configuration
 * @file:	the file it came from
 * @short_form:	it was written in the short form
 * @name:	of the VM
 * @type:	SHYPER_VM_TYPE_*
 * @restart:	when to boot it again
 * @path:	of devices that do not say
 * @path_where:	of the key; line 0: there is none
 * @cmdline:	of its kernel
 * @kernel:	the kernel
 * @dtb:	a device tree; without a path, only where the hypervisor's goes
 * @initrd:	the initrd
 * @cpus:	CPUs; its mask is 0 if the first free ones are meant
 * @cpus_where:	where they were asked for
 * @memory:	regions of memory
 * @memories:	number of them; the same for the pairs that follow
 */
struct shyper_config {
	char *file;
	bool short_form;
	char name[SHYPER_API_NAME_LEN];
	uint32_t type;
	enum shyper_restart restart;
	enum shyper_path path;
	struct shyper_where path_where;
	char *cmdline;
	struct shyper_image kernel;
	struct shyper_image dtb;
	struct shyper_image initrd;
	struct shyper_vm_cpus cpus;
	struct shyper_where cpus_where;
	struct shyper_config_memory memory[SHYPER_CONFIG_MEMORIES];
	size_t memories;
	struct shyper_config_device device[SHYPER_CONFIG_DEVICES];
	size_t devices;
	struct shyper_config_region region[SHYPER_CONFIG_REGIONS];
	size_t regions;
	struct shyper_config_number irq[SHYPER_API_MAX_IRQS];
	size_t irqs;
	struct shyper_config_number stream_id[SHYPER_API_MAX_IRQS];
	size_t stream_ids;
	struct shyper_config_dtb_device dtb_device[SHYPER_CONFIG_DTB_DEVICES];
	size_t dtb_devices;
};

/**
 * shyper_config_load() - read a configuration and check it
 * @path:	the file
 * @diag:	gets all that is wrong with it
 *
 * No image is looked at and nothing is asked of the kernel.
 *
 * Return: the configuration, for shyper_config_free(), or NULL.
 */
struct shyper_config *shyper_config_load(const char *path,
					 struct shyper_diag *diag);

void shyper_config_free(struct shyper_config *config);

/**
 * shyper_config_place() - look at the images and settle where they go
 * @config:	a checked configuration
 * @diag:	gets all that is wrong
 *
 * Fills in sizes, and in the short form addresses; makes the command line
 * complete ("initrd=", "console=").
 *
 * Return: 0 or -EINVAL.
 */
int shyper_config_place(struct shyper_config *config, struct shyper_diag *diag);

/**
 * shyper_config_text() - write a configuration down again
 * @config:	one that shyper_config_place() has completed
 *
 * The text is in Rust-Shyper's form, with our additions to it, all paths
 * absolute; reading it gives the same configuration.
 *
 * Return: a string to be freed, or NULL without memory.
 */
char *shyper_config_text(const struct shyper_config *config);

/** shyper_config_can_direct() - whether a device is of a kind that can be direct */
bool shyper_config_can_direct(const struct shyper_config_device *device);

/**
 * shyper_config_settle() - make each device classic or direct
 * @config:	a checked configuration
 * @can:	the hypervisor has the direct path
 * @diag:	gets the error, if a device has to be direct and cannot
 *
 * Return: 0 or -EOPNOTSUPP.
 */
int shyper_config_settle(struct shyper_config *config, bool can,
			 struct shyper_diag *diag);

/**
 * shyper_config_direct() - what the kernel is told of a direct device
 * @device:	the device
 * @dev:	a copy of what a classic one would be; completed
 */
void shyper_config_direct(const struct shyper_config_device *device,
			  struct shyper_vm_device *dev);

/** shyper_config_error() - complain about something the configuration asks for */
void shyper_config_error(const struct shyper_config *config,
			 const struct shyper_where *where,
			 struct shyper_diag *diag, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* ---- between the files of the parser ---- */

/**
 * shyper_config_path() - make a path absolute
 * @config:	whose file's directory relative ones start from
 * @path:	the path
 *
 * Return: a string to be freed, or NULL without memory.
 */
char *shyper_config_path(const struct shyper_config *config, const char *path);

/** shyper_config_long() - take over a document in Rust-Shyper's form */
void shyper_config_long(struct shyper_config *config,
			const struct shyper_node *root);

/** shyper_config_short() - take over a document in the short form */
void shyper_config_short(struct shyper_config *config,
			 const struct shyper_node *root);

/** shyper_config_check() - find what does not fit together */
void shyper_config_check(const struct shyper_config *config,
			 struct shyper_diag *diag);

/** shyper_config_restart() - read the key "restart", where it is there */
void shyper_config_restart(struct shyper_config *config,
			   const struct shyper_node *root);

/** shyper_config_path_key() - read the VM's key "path", where it is there */
void shyper_config_path_key(struct shyper_config *config,
			    const struct shyper_node *root);

/**
 * shyper_config_device_keys() - read a device's "path" and what goes with it
 * @config:	whose "path" is the device's without one
 * @device:	its type and peer are known
 * @node:	the device; need not be an object
 */
void shyper_config_device_keys(const struct shyper_config *config,
			       struct shyper_config_device *device,
			       const struct shyper_node *node);

/** shyper_config_check_paths() - find what a direct device cannot be */
void shyper_config_check_paths(const struct shyper_config *config,
			       struct shyper_diag *diag);

/**
 * shyper_config_numbers() - append the numbers of a JSON array to a list
 * @node:	the array
 * @max:	the largest one
 * @list:	the list, with room for SHYPER_API_MAX_IRQS
 * @num:	entries in it
 */
void shyper_config_numbers(const struct shyper_node *node, uint64_t max,
			   struct shyper_config_number *list, size_t *num);

/**
 * shyper_config_room() - complain if a list is full
 * @node:	what should go into it
 * @num:	entries in it
 * @max:	room in it
 *
 * Return: true if there is room.
 */
bool shyper_config_room(const struct shyper_node *node, size_t num, size_t max);

#endif /* SHYPER_LIB_CONFIG_H */
