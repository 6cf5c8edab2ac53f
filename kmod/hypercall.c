// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hypercall itself, its counters, and the probe of who answers it; and the
 * other instruction that there is no function for.
 */
#include <linux/percpu.h>
#include <linux/slab.h>

#include <asm/sysreg.h>

#include "hypercall.h"
#include "trace.h"

struct hypercall_counts {
	u64 calls;
	u64 errors;
};

static DEFINE_PER_CPU(struct hypercall_counts, counts);

/* Written by the probe, before anybody else looks. */
static u64 features;

u64 shyper_hvc(u64 code, const u64 args[7])
{
	register u64 x0 asm("x0") = args[0];
	register u64 x1 asm("x1") = args[1];
	register u64 x2 asm("x2") = args[2];
	register u64 x3 asm("x3") = args[3];
	register u64 x4 asm("x4") = args[4];
	register u64 x5 asm("x5") = args[5];
	register u64 x6 asm("x6") = args[6];
	register u64 x7 asm("x7") = code;

	this_cpu_inc(counts.calls);
	asm volatile("hvc #0"
		     : "+r" (x0)
		     : "r" (x1), "r" (x2), "r" (x3), "r" (x4), "r" (x5),
		       "r" (x6), "r" (x7)
		     : "memory");
	return x0;
}

/* arm64 has this for itself only: drivers get it with a struct device. */
void shyper_clean_poc(const void *start, size_t size)
{
	/* DminLine: words of the smallest line. */
	unsigned long line = 4UL << ((read_sysreg(ctr_el0) >> 16) & 0xf);
	unsigned long addr = ALIGN_DOWN((unsigned long)start, line);

	for (; addr < (unsigned long)start + size; addr += line)
		asm volatile("dc cvac, %0" : : "r" (addr) : "memory");
	dsb(sy);
}

static s64 failed(u64 code, const u64 args[7], s64 err)
{
	this_cpu_inc(counts.errors);
	trace_shyper_hypercall_error(code, args[0], args[1], err);
	return err;
}

s64 shyper_hvc_classic(enum shyper_fid fid, u32 event, const u64 args[7])
{
	u64 code = SHYPER_HVC_CODE(fid, event);
	u64 ret = shyper_hvc(code, args);

	if (unlikely(ret == SHYPER_HVC_ERROR))
		return failed(code, args, -EIO);
	return min_t(u64, ret, S64_MAX);
}

s64 shyper_hvc_direct(enum shyper_direct_event event, const u64 args[7])
{
	u64 code = SHYPER_HVC_CODE(SHYPER_FID_DIRECT, event);
	s64 ret = shyper_hvc(code, args);

	if (likely(ret >= 0))
		return ret;
	/* What is no errno must not be mistaken for one. */
	return failed(code, args, ret >= -MAX_ERRNO ? ret : -EIO);
}

u64 shyper_features(void)
{
	return features;
}

void shyper_hypercall_counts(u64 *calls, u64 *errors)
{
	int cpu;

	*calls = 0;
	*errors = 0;
	for_each_possible_cpu(cpu) {
		*calls += READ_ONCE(per_cpu(counts.calls, cpu));
		*errors += READ_ONCE(per_cpu(counts.errors, cpu));
	}
}

int shyper_hypercall_probe(u64 *vmid)
{
	__le64 *id = kzalloc(sizeof(*id), GFP_KERNEL);
	u64 ret;

	if (!id)
		return -ENOMEM;
	if (shyper_hvc_get_vm_id(id)) {
		kfree(id);
		return -ENODEV;
	}
	*vmid = le64_to_cpu(*id);
	kfree(id);

	/* A hypervisor without the direct fid says so on its console, once. */
	ret = shyper_hvc(SHYPER_HVC_CODE(SHYPER_FID_DIRECT,
					 SHYPER_DIRECT_FEATURES),
			 shyper_hvc_args(0));
	features = 0;
	if ((s64)ret > 0 &&
	    (ret & SHYPER_FEATURE_VERSION_MASK) == SHYPER_DIRECT_VERSION)
		features = ret;
	return 0;
}
