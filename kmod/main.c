// SPDX-License-Identifier: GPL-2.0-only
/*
 * shyper.ko: the management VM's side of the Shyper hypervisor. Finds
 * /vm_service, starts the parts from the bottom up.
 */
#define pr_fmt(fmt) "shyper: " fmt

#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/platform_device.h>

#include "chardev.h"
#include "debugfs.h"
#include "disk.h"
#include "hypercall.h"
#include "notify.h"
#include "stash.h"
#include "vconsole.h"
#include "vdev.h"
#include "vm.h"

/* Why there is no device: module loading has to fail with it. */
static int probe_result = -ENODEV;

/* Nothing of it is asked before the device tree has said that it is there. */
static int hypervisor_check(struct device *dev)
{
	u64 vmid;
	int ret = shyper_hypercall_probe(&vmid);

	if (ret == -ENODEV)
		dev_err(dev, "no Shyper hypervisor answers\n");
	if (ret)
		return ret;
	if (vmid) {
		dev_err(dev, "this is VM %llu: only the management VM, VM 0, needs this module\n",
			vmid);
		return -EPERM;
	}
	return 0;
}

static int parts_start(struct device *dev, int irq, struct shyper_stash *stash)
{
	u64 alive;
	int ret;

	ret = shyper_consoles_start();
	if (ret)
		return ret;
	ret = shyper_vms_start(&alive);
	if (ret)
		goto err_consoles;
	ret = shyper_disks_start(stash, dev, alive);
	if (ret)
		goto err_vms;
	ret = shyper_vdevs_start(alive);
	if (ret)
		goto err_disks;
	ret = shyper_notify_start(dev, irq, stash->mq);
	if (ret)
		goto err_vdevs;
	ret = shyper_chardev_start();
	if (ret)
		goto err_notify;
	shyper_debugfs_start();
	return 0;

err_notify:
	shyper_notify_stop();
err_vdevs:
	shyper_vdevs_stop();
err_disks:
	shyper_disks_stop();
err_vms:
	shyper_vms_stop();
err_consoles:
	shyper_consoles_stop();
	return ret;
}

static int start(struct device *dev, int irq)
{
	struct shyper_stash *stash;
	int ret;

	ret = hypervisor_check(dev);
	if (ret)
		return ret;
	stash = shyper_stash_find(dev);
	if (IS_ERR(stash))
		return PTR_ERR(stash);
	/* The management VM is identity-mapped: every address will do. */
	ret = dma_coerce_mask_and_coherent(dev, DMA_BIT_MASK(64));
	return ret ?: parts_start(dev, irq, stash);
}

static int shyper_probe(struct platform_device *pdev)
{
	int irq = platform_get_irq(pdev, 0);

	probe_result = irq < 0 ? irq : start(&pdev->dev, irq);
	if (!probe_result)
		dev_info(&pdev->dev, "management VM of a hypervisor with features %#llx, HVC_IRQ is %d\n",
			 shyper_features(), irq);
	return probe_result;
}

static void stop(void)
{
	shyper_debugfs_stop();
	shyper_chardev_stop();
	shyper_notify_stop();
	shyper_vdevs_stop();
	shyper_disks_stop();
	shyper_vms_stop();
	shyper_consoles_stop();
}

static const struct of_device_id shyper_of_match[] = {
	{ .compatible = "shyper" },
	{ }
};
MODULE_DEVICE_TABLE(of, shyper_of_match);

static struct platform_driver shyper_driver = {
	.probe = shyper_probe,
	.driver = {
		.name = "shyper",
		.of_match_table = shyper_of_match,
		/* Bound and unbound with the module, whose users it counts. */
		.suppress_bind_attrs = true,
	},
};

static int __init shyper_init(void)
{
	struct device_node *node;
	int ret;

	node = of_find_matching_node(NULL, shyper_of_match);
	if (!node) {
		pr_err("no node compatible with \"shyper\" in the device tree: this kernel does not run on a Shyper hypervisor\n");
		return -ENODEV;
	}
	of_node_put(node);
	ret = platform_driver_register(&shyper_driver);
	if (ret)
		return ret;
	if (probe_result)
		platform_driver_unregister(&shyper_driver);
	return probe_result;
}
module_init(shyper_init);

static void __exit shyper_exit(void)
{
	stop();
	platform_driver_unregister(&shyper_driver);
}
module_exit(shyper_exit);

MODULE_DESCRIPTION("Management VM's side of the Shyper hypervisor");
MODULE_AUTHOR("The Shyper project");
MODULE_LICENSE("GPL");
