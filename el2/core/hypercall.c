// SPDX-License-Identifier: GPL-2.0-only
/*
 * Dispatch of hypercalls, and the short fids: SYS, IVC, MEDIATED.
 * include/shyper/hypercall.h has the convention, docs/hypercalls.md each call.
 */
#include <el2/errno.h>
#include <el2/hypercall.h>
#include <el2/log.h>
#include <el2/mq_page.h>
#include <el2/options.h>
#include <el2/string.h>
#include <el2/sysreg.h>
#include <el2/vgic.h>
#include <el2/virtio.h>

/* Lines about unknown calls that a VM may cause. */
#define COMPLAINTS	16

int mvm_copy_in(void *dst, u64 ipa, u64 len)
{
	void *src = vm_memory(vm_mvm(), ipa, len);

	if (!src)
		return -EFAULT;
	memcpy(dst, src, len);
	return 0;
}

int mvm_copy_out(u64 ipa, const void *src, u64 len)
{
	void *dst = vm_memory(vm_mvm(), ipa, len);

	if (!dst)
		return -EFAULT;
	memcpy(dst, src, len);
	return 0;
}

static s64 sys_reboot(struct vcpu *vcpu, const u64 *x)
{
	machine_reset();
}

static s64 sys_shutdown(struct vcpu *vcpu, const u64 *x)
{
	machine_off();
}

static s64 sys_test(struct vcpu *vcpu, const u64 *x)
{
	return 0;
}

static const struct hvc_call sys_calls[] = {
	[SHYPER_SYS_REBOOT] = { sys_reboot, HVC_MVM, false },
	[SHYPER_SYS_SHUTDOWN] = { sys_shutdown, HVC_MVM, false },
	[SHYPER_SYS_TEST] = { sys_test, HVC_MVM, true },
};

/*
 * The page that messages go to is the second one; the first only has to be
 * memory. A caller that knows of one page passes it twice.
 */
static s64 ivc_update_mq(struct vcpu *vcpu, const u64 *x)
{
	void *page = vm_memory(vcpu->vm, x[1], SHYPER_PAGE_SIZE);

	if (!vm_memory(vcpu->vm, x[0], 1) || !page ||
	    !IS_ALIGNED(x[1], SHYPER_PAGE_SIZE))
		return -EINVAL;
	mq_set_page(page);
	return 0;
}

static const struct hvc_call ivc_calls[] = {
	[SHYPER_IVC_UPDATE_MQ] = { ivc_update_mq, HVC_MVM, true },
};

static s64 dev_append(struct vcpu *vcpu, const u64 *x)
{
	return mediated_append(x[1]);
}

static s64 dev_notify(struct vcpu *vcpu, const u64 *x)
{
	return mediated_notify(x[0]);
}

static const struct hvc_call mediated_calls[] = {
	[SHYPER_MEDIATED_DEV_APPEND] = { dev_append, HVC_MVM, true },
	[SHYPER_MEDIATED_DEV_NOTIFY] = { dev_notify, HVC_MVM, true },
};

static const struct hvc_table hvc_sys = { sys_calls, ARRAY_SIZE(sys_calls) };
static const struct hvc_table hvc_ivc = { ivc_calls, ARRAY_SIZE(ivc_calls) };
static const struct hvc_table hvc_mediated = {
	mediated_calls, ARRAY_SIZE(mediated_calls)
};

static const struct hvc_table *const tables[] = {
	[SHYPER_FID_SYS] = &hvc_sys,
	[SHYPER_FID_VMM] = &hvc_vmm,
	[SHYPER_FID_IVC] = &hvc_ivc,
	[SHYPER_FID_MEDIATED] = &hvc_mediated,
	[SHYPER_FID_CONFIG] = &hvc_config,
	[SHYPER_FID_DIRECT] = &hvc_direct,
};

static const struct hvc_call *call_find(struct vcpu *vcpu, u64 fid, u64 event)
{
	const struct hvc_call *call;

	if (fid >= ARRAY_SIZE(tables) || !tables[fid] ||
	    event >= tables[fid]->count)
		return NULL;
	call = &tables[fid]->calls[event];
	if (!call->fn || (call->who == HVC_MVM && vcpu->vm->id != 0) ||
	    (options.deployed && !call->deployed))
		return NULL;
	return call;
}

bool hypercall_quick(struct vcpu *vcpu, u64 esr)
{
	u64 *x = vcpu->regs.x;

	if (x[7] != SHYPER_HVC_CODE(SHYPER_FID_DIRECT, SHYPER_DIRECT_IRQ_INJECT) ||
	    vcpu->vm->id != 0 || (esr & 0xffff) || options.deployed)
		return false;
	vcpu->hypercalls++;
	x[0] = (u64)(s64)vgic_inject(x[0], x[1]);
	return true;
}

void hypercall(struct vcpu *vcpu)
{
	u64 code = vcpu->regs.x[7];
	u64 fid = code >> 8, event = code & 0xff;
	const struct hvc_call *call = call_find(vcpu, fid, event);
	u64 nth;
	s64 ret;

	vcpu->hypercalls++;
	if (!call && fid == SHYPER_FID_DIRECT && vcpu->vm->id == 0 &&
	    !options.deployed) {
		vcpu->regs.x[0] = (u64)-EOPNOTSUPP;
		return;
	}
	if (!call || (vcpu->esr & 0xffff)) {
		nth = __atomic_add_fetch(&vcpu->vm->complaints, 1, __ATOMIC_RELAXED);
		if (nth <= COMPLAINTS)
			log_warn("VM %u: unknown hypercall, fid %lx event %lx%s",
				 vcpu->vm->id, fid, event,
				 nth == COMPLAINTS ? " (no more of these)" : "");
		vcpu->regs.x[0] = SHYPER_HVC_ERROR;
		return;
	}
	ret = call->fn(vcpu, vcpu->regs.x);
	if (ret < 0 && fid != SHYPER_FID_DIRECT)
		vcpu->regs.x[0] = SHYPER_HVC_ERROR;
	else
		vcpu->regs.x[0] = (u64)ret;
}
