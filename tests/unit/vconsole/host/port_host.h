/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What kmod/vconsole_port.c needs of the kernel, on the host: one thread, whose locks
 * complain when they are taken twice.
 */
#ifndef PORT_HOST_H
#define PORT_HOST_H

#include <assert.h>
#include <stddef.h>
#include <sys/ioctl.h>

#include <linux/types.h>

#define __aligned(n)	__attribute__((aligned(n)))
#define BIT_ULL(n)	(1ULL << (n))
#define HZ		250
#define time_after_eq(a, b)	((long)((a) - (b)) >= 0)
#define min_t(type, a, b)	((type)(a) < (type)(b) ? (type)(a) : (type)(b))
#define max_t(type, a, b)	((type)(a) > (type)(b) ? (type)(a) : (type)(b))
#define min(a, b)		((a) < (b) ? (a) : (b))
#define container_of(ptr, type, member) \
	((type *)((char *)(ptr) - offsetof(type, member)))

extern unsigned long jiffies;

struct mutex {
	bool held;
};

typedef struct mutex spinlock_t;

static inline void mutex_lock(struct mutex *lock)
{
	assert(!lock->held);
	lock->held = true;
}

static inline void mutex_unlock(struct mutex *lock)
{
	assert(lock->held);
	lock->held = false;
}

#define spin_lock_irq(lock)	mutex_lock(lock)
#define spin_unlock_irq(lock)	mutex_unlock(lock)

struct work_struct {
	int unused;
};

struct delayed_work {
	struct work_struct work;
};

#define to_delayed_work(w)	container_of(w, struct delayed_work, work)

struct tty_port {
	u32 wakeups;
};

static inline void tty_port_tty_wakeup(struct tty_port *port)
{
	port->wakeups++;
}

/* As the kernel's, of bytes: the size is a power of two. */
#define DECLARE_KFIFO(name, type, size) \
	struct { u32 in, out; type data[size]; } name

#define kfifo_is_empty(fifo)	((fifo)->in == (fifo)->out)

#define kfifo_out(fifo, buf, max) ({					\
	u32 n_ = 0, max_ = (max);					\
	while (n_ < max_ && !kfifo_is_empty(fifo))			\
		(buf)[n_++] = (fifo)->data[(fifo)->out++ %		\
					   sizeof((fifo)->data)];	\
	n_; })

#define kfifo_in(fifo, buf, max) ({					\
	u32 n_ = 0, max_ = (max);					\
	while (n_ < max_ && (fifo)->in - (fifo)->out <			\
			    sizeof((fifo)->data))			\
		(fifo)->data[(fifo)->in++ % sizeof((fifo)->data)] =	\
			(u8)(buf)[n_++];				\
	n_; })

#endif /* PORT_HOST_H */
