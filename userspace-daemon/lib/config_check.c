// SPDX-License-Identifier: GPL-2.0-only
/*
 * What does not fit together in a VM's configuration: regions that overlap,
 * interrupts, disks and MAC addresses used twice, numbers out of range. It is
 * found here, before the hypervisor is asked.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "config.h"

#define MIN_SPI		32
#define MIN_PPI		16

struct checker {
	const struct shyper_config *config;
	struct shyper_diag *diag;
};

/* Something at an address in the guest. */
struct range {
	uint64_t ipa;
	uint64_t length;
	const struct shyper_where *where;
	const char *what;
};

#define MAX_RANGES	(SHYPER_CONFIG_MEMORIES + SHYPER_CONFIG_DEVICES + \
			 SHYPER_CONFIG_REGIONS)

#define error(check, where, ...) \
	shyper_config_error((check)->config, where, (check)->diag, __VA_ARGS__)

static void check_range(const struct checker *check, const struct range *range,
			uint64_t align)
{
	if (!range->length)
		error(check, range->where, "the length is 0");
	else if (range->ipa + range->length > SHYPER_IPA_LIMIT)
		error(check, range->where, "0x%llx + 0x%llx: expected it to end below 0x%llx",
		      (unsigned long long)range->ipa,
		      (unsigned long long)range->length, SHYPER_IPA_LIMIT);
	else if ((range->ipa | range->length) & (align - 1))
		error(check, range->where, "0x%llx + 0x%llx: expected multiples of 0x%llx",
		      (unsigned long long)range->ipa,
		      (unsigned long long)range->length,
		      (unsigned long long)align);
}

static bool overlap(const struct range *a, const struct range *b)
{
	return a->length && b->length && a->ipa < b->ipa + b->length &&
	       b->ipa < a->ipa + a->length;
}

static void report_overlap(const struct checker *check, const struct range *a,
			   const struct range *b)
{
	error(check, b->where, "%s 0x%llx + 0x%llx overlaps %s 0x%llx + 0x%llx of %s (line %u)",
	      b->what, (unsigned long long)b->ipa,
	      (unsigned long long)b->length, a->what,
	      (unsigned long long)a->ipa, (unsigned long long)a->length,
	      a->where->path[0] ? a->where->path : "the VM", a->where->line);
}

static void check_overlaps(const struct checker *check,
			   const struct range *range, size_t num)
{
	size_t i, j;

	for (i = 0; i < num; i++) {
		for (j = 0; j < i; j++) {
			if (overlap(&range[j], &range[i])) {
				report_overlap(check, &range[j], &range[i]);
				break;
			}
		}
	}
}

/* The interrupt controller's frames, where no other device may be. */
static void check_gic_frames(const struct checker *check,
			     const struct range *frames)
{
	const struct shyper_config *config = check->config;
	size_t i;

	for (i = 0; i < config->devices; i++) {
		const struct shyper_config_device *device = &config->device[i];
		struct range range = { device->dev.base, device->dev.length,
				       &device->where, device->dev.name };

		if (device->dev.type != SHYPER_DEV_GICD &&
		    device->dev.type != SHYPER_DEV_GPPT &&
		    overlap(frames, &range))
			report_overlap(check, frames, &range);
	}
}

/*
 * A device tree node describes what is there by another entry, or what the
 * hypervisor has by itself: it may lie on a device, but not on memory, and not
 * on another node.
 */
static void check_dtb_devices(const struct checker *check,
			      const struct range *memory, size_t memories)
{
	const struct shyper_config *config = check->config;
	struct range range[SHYPER_CONFIG_DTB_DEVICES];
	size_t i, j;

	for (i = 0; i < config->dtb_devices; i++) {
		const struct shyper_config_dtb_device *device =
			&config->dtb_device[i];

		range[i] = (struct range){ device->dev.ipa, device->dev.length,
					   &device->where, device->dev.name };
		if (range[i].length)
			check_range(check, &range[i], SHYPER_PAGE);
		if (device->dev.type != SHYPER_DTB_DEV_SERIAL)
			check_gic_frames(check, &range[i]);
		for (j = 0; j < memories; j++) {
			if (overlap(&memory[j], &range[i]))
				report_overlap(check, &memory[j], &range[i]);
		}
		for (j = 0; j < device->dev.irq_num; j++) {
			if (device->dev.irqs[j] < MIN_PPI)
				error(check, &device->where,
				      "interrupt %llu: expected %d to 1019",
				      (unsigned long long)device->dev.irqs[j],
				      MIN_PPI);
		}
	}
	check_overlaps(check, range, config->dtb_devices);
}

static void check_regions(const struct checker *check)
{
	const struct shyper_config *config = check->config;
	struct range range[MAX_RANGES];
	size_t i, n = 0;

	for (i = 0; i < config->memories; i++) {
		range[n++] = (struct range){ config->memory[i].mem.ipa,
					     config->memory[i].mem.length,
					     &config->memory[i].where,
					     "memory" };
	}
	if (!n)
		error(check, NULL, "no memory");
	for (i = 0; i < config->devices; i++) {
		range[n++] = (struct range){ config->device[i].dev.base,
					     config->device[i].dev.length,
					     &config->device[i].where,
					     config->device[i].dev.name };
	}
	for (i = 0; i < config->regions; i++) {
		range[n++] = (struct range){ config->region[i].region.ipa,
					     config->region[i].region.length,
					     &config->region[i].where,
					     config->region[i].name };
		if (config->region[i].region.pa & (SHYPER_PAGE - 1))
			error(check, &config->region[i].where,
			      "physical address 0x%llx: expected a multiple of 0x1000",
			      (unsigned long long)config->region[i].region.pa);
	}
	for (i = 0; i < n; i++)
		check_range(check, &range[i], i >= config->memories &&
			    i < config->memories + config->devices ? 4 :
			    SHYPER_PAGE);
	check_overlaps(check, range, n);
	check_dtb_devices(check, range, config->memories);
}

/* Who has which interrupt so far. */
struct irqs {
	const struct shyper_where *owner[1020];
};

static void claim_irq(const struct checker *check, struct irqs *irqs,
		      uint64_t irq, const struct shyper_where *where)
{
	const struct shyper_where *owner = irqs->owner[irq];

	if (owner)
		error(check, where, "interrupt %llu is also that of %s (line %u)",
		      (unsigned long long)irq, owner->path, owner->line);
	else
		irqs->owner[irq] = where;
}

static bool needs_irq(uint32_t type)
{
	return type == SHYPER_DEV_VIRTIO_BLK || type == SHYPER_DEV_VIRTIO_NET ||
	       type == SHYPER_DEV_VIRTIO_CONSOLE ||
	       type == SHYPER_DEV_VIRTIO_BLK_MEDIATED;
}

static void check_irqs(const struct checker *check)
{
	const struct shyper_config *config = check->config;
	struct irqs irqs = { 0 };
	size_t i;

	for (i = 0; i < config->devices; i++) {
		const struct shyper_config_device *device = &config->device[i];
		uint32_t irq = device->dev.irq;

		if (!irq && !needs_irq(device->dev.type))
			continue;
		if (irq < MIN_SPI)
			error(check, &device->where,
			      "interrupt %u: expected %d to 1019", irq, MIN_SPI);
		else
			claim_irq(check, &irqs, irq, &device->where);
	}
	for (i = 0; i < config->irqs; i++) {
		const struct shyper_config_number *irq = &config->irq[i];

		if (irq->value < MIN_PPI)
			error(check, &irq->where,
			      "interrupt %llu: expected %d to 1019",
			      (unsigned long long)irq->value, MIN_PPI);
		else
			claim_irq(check, &irqs, irq->value, &irq->where);
	}
}

static void check_disk(const struct checker *check, size_t index)
{
	const struct shyper_config *config = check->config;
	const struct shyper_config_device *device = &config->device[index];
	size_t i;

	if (device->dev.cfg_num < 2)
		error(check, &device->where, "cfg_list: expected first sector and number of sectors");
	for (i = 0; i < index && device->disk[0]; i++) {
		if (!strcmp(config->device[i].disk, device->disk)) {
			error(check, &device->where, "disk \"%s\" is also that of %s (line %u)",
			      device->disk, config->device[i].where.path,
			      config->device[i].where.line);
			return;
		}
	}
}

static void check_net(const struct checker *check, size_t index)
{
	const struct shyper_config *config = check->config;
	const struct shyper_config_device *device = &config->device[index];
	const __u64 *mac = device->dev.cfg;
	__u64 all = 0;
	size_t i;

	if (device->dev.cfg_num != 6 && device->dev.cfg_num != 7) {
		error(check, &device->where, "MAC address: expected six bytes");
		return;
	}
	if (device->dev.cfg_num == 7 && mac[6] &&
	    (mac[6] < SHYPER_MTU_MIN || mac[6] > SHYPER_MTU_MAX))
		error(check, &device->where, "MTU: expected %d to %d",
		      SHYPER_MTU_MIN, SHYPER_MTU_MAX);
	for (i = 0; i < 6; i++)
		all |= mac[i];
	if (all > 0xff || !all || mac[0] & 1) {
		error(check, &device->where, "MAC address: expected a unicast address of six bytes");
		return;
	}
	for (i = 0; i < index; i++) {
		if (config->device[i].dev.type == SHYPER_DEV_VIRTIO_NET &&
		    !memcmp(config->device[i].dev.cfg, mac, 6 * sizeof(*mac)))
			error(check, &device->where, "MAC address is also that of %s (line %u)",
			      config->device[i].where.path,
			      config->device[i].where.line);
	}
}

static void check_devices(const struct checker *check)
{
	const struct shyper_config *config = check->config;
	const struct shyper_config_device *device;
	size_t i;

	for (i = 0; i < config->devices; i++) {
		device = &config->device[i];
		if (device->dev.type == SHYPER_DEV_VIRTIO_BLK_MEDIATED)
			check_disk(check, i);
		else if (device->dev.type == SHYPER_DEV_VIRTIO_NET)
			check_net(check, i);
		else if (device->dev.type == SHYPER_DEV_VIRTIO_CONSOLE &&
			 !device->mvm_console && device->dev.cfg_num < 2)
			error(check, &device->where, "cfg_list: expected peer VM and peer address");
	}
}

static void check_cmdline(const struct checker *check)
{
	const char *p;

	for (p = check->config->cmdline; p && *p; p++) {
		if ((unsigned char)*p < ' ' || *p == 0x7f) {
			error(check, NULL, "cmdline: control character 0x%02x",
			      (unsigned char)*p);
			return;
		}
	}
}

void shyper_config_check(const struct shyper_config *config,
			 struct shyper_diag *diag)
{
	struct checker check = { config, diag };

	check_regions(&check);
	check_irqs(&check);
	check_devices(&check);
	shyper_config_check_paths(config, diag);
	check_cmdline(&check);
}
