// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module: runs all tests when it is loaded. /dev/el2test gives their results as
 * TAP, and maps a piece of the guest's memory for a test from user space.
 */
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "el2test.h"

#define TAP_SIZE	65536
#define PAGES		32

static char *image = "/data/direct.bin";
module_param(image, charp, 0444);

static char *tap;
static size_t tap_len;
static u32 tests;
static void *pages[PAGES];
static u32 npages;

static void __printf(1, 0) append(const char *fmt, va_list args)
{
	tap_len += vscnprintf(tap + tap_len, TAP_SIZE - tap_len, fmt, args);
}

static void __printf(1, 2) append_line(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	append(fmt, args);
	va_end(args);
}

bool el2test_report(bool good, const char *fmt, ...)
{
	va_list args;

	append_line("%sok %u - ", good ? "" : "not ", ++tests);
	va_start(args, fmt);
	append(fmt, args);
	va_end(args);
	append_line("\n");
	return good;
}

void el2test_diag(const char *fmt, ...)
{
	va_list args;

	append_line("# ");
	va_start(args, fmt);
	append(fmt, args);
	va_end(args);
	append_line("\n");
}

u64 el2test_hvc(u64 code, const u64 args[7])
{
	register u64 x0 asm("x0") = args[0];
	register u64 x1 asm("x1") = args[1];
	register u64 x2 asm("x2") = args[2];
	register u64 x3 asm("x3") = args[3];
	register u64 x4 asm("x4") = args[4];
	register u64 x5 asm("x5") = args[5];
	register u64 x6 asm("x6") = args[6];
	register u64 x7 asm("x7") = code;

	asm volatile("hvc #0" : "+r" (x0)
		     : "r" (x1), "r" (x2), "r" (x3), "r" (x4), "r" (x5),
		       "r" (x6), "r" (x7) : "memory");
	return x0;
}

void *el2test_page(void)
{
	if (npages == PAGES)
		return NULL;
	pages[npages] = (void *)get_zeroed_page(GFP_KERNEL);
	return pages[npages++];
}

static ssize_t el2test_read(struct file *file, char __user *buf, size_t size,
			    loff_t *pos)
{
	return simple_read_from_buffer(buf, size, pos, tap, tap_len);
}

/* Writing lets the MVM's own mistake happen: the grant goes, the mapping stays. */
static ssize_t el2test_write(struct file *file, const char __user *buf,
			     size_t size, loff_t *pos)
{
	return direct(SHYPER_DIRECT_MEM_REVOKE, board.vmid) ? -EIO : size;
}

static int el2test_mmap(struct file *file, struct vm_area_struct *vma)
{
	u64 pa = le64_to_cpu(board.table->region[0].pa);

	if (vma->vm_end - vma->vm_start > PAGE_SIZE)
		return -EINVAL;
	return remap_pfn_range(vma, vma->vm_start, pa >> PAGE_SHIFT, PAGE_SIZE,
			       vma->vm_page_prot);
}

static const struct file_operations el2test_fops = {
	.owner = THIS_MODULE,
	.read = el2test_read,
	.write = el2test_write,
	.mmap = el2test_mmap,
};

static struct miscdevice el2test_dev = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "el2test",
	.fops = &el2test_fops,
};

static void give_back(void)
{
	while (npages)
		free_page((unsigned long)pages[--npages]);
	kfree(tap);
}

static int __init el2test_init(void)
{
	int ret;

	tap = kzalloc(TAP_SIZE, GFP_KERNEL);
	if (!tap)
		return -ENOMEM;
	ret = board_init(image);
	if (!ret)
		ret = misc_register(&el2test_dev);
	if (ret) {
		give_back();
		return ret;
	}
	calls_test();
	guest_test();
	append_line("1..%u\n", tests);
	return 0;
}

static void __exit el2test_exit(void)
{
	misc_deregister(&el2test_dev);
	direct(SHYPER_DIRECT_EVENT_PAGE, ~0UL);
	direct(SHYPER_DIRECT_VM_EVENT_RING, ~0UL);
	direct(SHYPER_DIRECT_MEM_REVOKE, board.vmid);
	board_remove();
	give_back();
}

module_init(el2test_init);
module_exit(el2test_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Tests of the EL2 monitor's direct path");
