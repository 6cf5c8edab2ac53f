/* SPDX-License-Identifier: GPL-2.0-only */
/* The part of el2/sysreg.h that logic under test uses, for the host. */
#ifndef EL2_SYSREG_H
#define EL2_SYSREG_H

#include <el2/util.h>

#define IPA_BITS	40

static inline void dsb_ishst(void)
{
}

static inline void dc_cvac(const void *p)
{
}

static inline void isb(void)
{
}

#endif /* EL2_SYSREG_H */
