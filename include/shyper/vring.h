/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The device's side of a split virtqueue (VIRTIO 1.2, 2.7), for whoever is a
 * virtio device here: EL2's classic devices, shyper.ko's direct ones, the host's
 * unit tests. It knows neither devices nor VMs: memory is reached through a
 * translate callback, and all it needs of its surroundings is in
 * shyper/types.h and in the accessors below. Code: el2/virtio/vring.c.
 * All names begin with shyper_, so that linux/virtio_ring.h can be there too.
 *
 * The other side is not trusted. What it writes is copied once, checked, and
 * then used; every loop is bounded by the queue's size.
 *
 * One virtqueue is used by one context at a time: the caller serialises.
 */
#ifndef SHYPER_VRING_H
#define SHYPER_VRING_H

#include <shyper/types.h>
#ifdef __KERNEL__
#include <asm/barrier.h>
#include <asm/byteorder.h>
#include <linux/compiler.h>
#endif

#define SHYPER_VRING_DESC_F_NEXT		1
#define SHYPER_VRING_DESC_F_WRITE		2
#define SHYPER_VRING_DESC_F_INDIRECT		4
#define SHYPER_VRING_USED_F_NO_NOTIFY		1
#define SHYPER_VRING_AVAIL_F_NO_INTERRUPT	1

/* Feature bits that change how a split ring works. */
#define SHYPER_VRING_F_INDIRECT_DESC	((u64)1 << 28)
#define SHYPER_VRING_F_EVENT_IDX		((u64)1 << 29)

/* 2.7.5, 2.7.6, 2.7.8: as they lie in memory. */
struct shyper_vring_desc {
	__le64 addr;
	__le32 len;
	__le16 flags;
	__le16 next;
};
static_assert(sizeof(struct shyper_vring_desc) == 16);

struct shyper_vring_avail {
	__le16 flags;
	__le16 idx;
	__le16 ring[];		/* [num] is used_event */
};
static_assert(sizeof(struct shyper_vring_avail) == 4);

struct shyper_vring_used_elem {
	__le32 id;
	__le32 len;
};
static_assert(sizeof(struct shyper_vring_used_elem) == 8);

struct shyper_vring_used {
	__le16 flags;
	__le16 idx;
	struct shyper_vring_used_elem ring[];	/* [num] begins with avail_event */
};
static_assert(sizeof(struct shyper_vring_used) == 4);

/* Accessors of memory that the driver reads and writes at the same time. */
#ifdef __KERNEL__

static inline u16 shyper_vring_ld16(const __le16 *p)
{
	return le16_to_cpu(READ_ONCE(*p));
}

static inline u16 shyper_vring_ld16_acquire(const __le16 *p)
{
	return le16_to_cpu(smp_load_acquire(p));
}

static inline u64 shyper_vring_ld64(const __le64 *p)
{
	return le64_to_cpu(READ_ONCE(*p));
}

static inline void shyper_vring_st16(__le16 *p, u16 v)
{
	WRITE_ONCE(*p, cpu_to_le16(v));
}

static inline void shyper_vring_st16_release(__le16 *p, u16 v)
{
	smp_store_release(p, cpu_to_le16(v));
}

static inline void shyper_vring_st32(__le32 *p, u32 v)
{
	WRITE_ONCE(*p, cpu_to_le32(v));
}

static inline void shyper_vring_mb(void)
{
	smp_mb();
}

/* For the compiler only: what has been copied is not looked up again. */
static inline void shyper_vring_barrier(void)
{
	barrier();
}

#else /* !__KERNEL__: little-endian */

static inline u16 shyper_vring_ld16(const __le16 *p)
{
	return __atomic_load_n(p, __ATOMIC_RELAXED);
}

static inline u16 shyper_vring_ld16_acquire(const __le16 *p)
{
	return __atomic_load_n(p, __ATOMIC_ACQUIRE);
}

static inline u64 shyper_vring_ld64(const __le64 *p)
{
	return __atomic_load_n(p, __ATOMIC_RELAXED);
}

static inline void shyper_vring_st16(__le16 *p, u16 v)
{
	__atomic_store_n(p, v, __ATOMIC_RELAXED);
}

static inline void shyper_vring_st16_release(__le16 *p, u16 v)
{
	__atomic_store_n(p, v, __ATOMIC_RELEASE);
}

static inline void shyper_vring_st32(__le32 *p, u32 v)
{
	__atomic_store_n(p, v, __ATOMIC_RELAXED);
}

static inline void shyper_vring_mb(void)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

static inline void shyper_vring_barrier(void)
{
	__asm__ volatile("" : : : "memory");
}

#endif /* __KERNEL__ */

/* What can be wrong with a ring; the device then needs a reset (2.1.2). */
enum shyper_vring_error {
	SHYPER_VRING_E_AVAIL	= -1,	/* more available than there are entries */
	SHYPER_VRING_E_INDEX	= -2,	/* a descriptor outside its table */
	SHYPER_VRING_E_LONG	= -3,	/* a loop, or a chain above the queue size */
	SHYPER_VRING_E_INDIRECT	= -4,	/* nested, with NEXT, or not negotiated */
	SHYPER_VRING_E_TABLE	= -5,	/* indirect table: size, or not memory */
	SHYPER_VRING_E_ZERO	= -6,	/* an empty buffer */
	SHYPER_VRING_E_ORDER	= -7,	/* a readable buffer after a writable one */
	SHYPER_VRING_E_LENGTH	= -8,	/* more than 2^32 bytes (2.7.5.2) */
	SHYPER_VRING_E_SETUP	= -9,	/* queue size, or where the parts lie */
};

/**
 * typedef shyper_vring_translate - find a piece of the driver's memory
 * @priv: of the ring
 * @addr: as the driver gave it
 * @len: in: bytes wanted, not 0; out: how many of them are contiguous here
 *
 * Return: NULL if @addr is not the driver's memory.
 */
typedef void *shyper_vring_translate(void *priv, u64 addr, u32 *len);

/**
 * struct shyper_vring - a split virtqueue, seen from its device
 * @desc:	descriptor table, in the driver's memory as the next two
 * @avail:	the driver writes it
 * @used:	the device writes it
 * @num:	entries, a power of two
 * @last_avail:	the next one to take from @avail
 * @next_used:	the next one to fill in @used
 * @signalled:	@next_used when the need for an interrupt was last looked at
 * @indirect:	SHYPER_VRING_F_INDIRECT_DESC is negotiated
 * @event_idx:	SHYPER_VRING_F_EVENT_IDX is negotiated
 * @no_kick:	notifications are suppressed by a flag in @used
 * @translate:	reaches the driver's memory
 * @priv:	for @translate
 */
struct shyper_vring {
	const struct shyper_vring_desc *desc;
	const struct shyper_vring_avail *avail;
	struct shyper_vring_used *used;
	u16 num;
	u16 last_avail;
	u16 next_used;
	u16 signalled;
	bool indirect;
	bool event_idx;
	bool no_kick;
	shyper_vring_translate *translate;
	void *priv;
};

/* Contiguous bytes of a buffer; @addr is NULL if they are no memory. */
struct shyper_seg {
	u8 *addr;
	u32 len;
};

/**
 * struct shyper_chain - one buffer of the driver: readable, then writable parts
 * @seg:	room for the parts, of the caller
 * @max:	of @seg; one per queue entry, and a few for parts that are
 *		contiguous for the driver only
 * @nread:	seg[0 .. nread) is what the device may read
 * @nwrite:	seg[nread .. nread + nwrite) is what it may write
 * @read_len:	bytes
 * @write_len:	bytes
 * @head:	its name in the used ring
 * @fault:	some of it is no memory: fail this request
 */
struct shyper_chain {
	struct shyper_seg *seg;
	u32 max;
	u32 nread;
	u32 nwrite;
	u64 read_len;
	u64 write_len;
	u16 head;
	bool fault;
};

/**
 * shyper_vring_need_event() - whether the step from @old to @new passes @event
 *
 * The arithmetic of EVENT_IDX, modulo 2^16: 2.7.7.2, 2.7.10.
 */
static inline bool shyper_vring_need_event(u16 event, u16 new, u16 old)
{
	return (u16)(new - event - 1) < (u16)(new - old);
}

/**
 * shyper_vring_init() - begin to use a virtqueue that the driver has set up
 * @features: the negotiated ones
 *
 * Sets all of @vr. The parts' addresses stay in use until the device forgets
 * the ring; their memory must stay as long.
 * Return: 0, or SHYPER_VRING_E_SETUP: @num is no power of two up to 32768, or a
 * part is misaligned (2.7) or not contiguous memory.
 */
int shyper_vring_init(struct shyper_vring *vr, u32 num, u64 desc, u64 avail,
		      u64 used, u64 features, shyper_vring_translate *translate,
		      void *priv);

/**
 * shyper_vring_pop() - take the next available buffer
 *
 * Return: 1 and @chain filled; 0 if there is none; a shyper_vring_error.
 */
int shyper_vring_pop(struct shyper_vring *vr, struct shyper_chain *chain);

/**
 * shyper_vring_push() - give a buffer back, 2.7.8
 * @head: shyper_chain.head
 * @len: bytes written from the beginning of its writable part on
 */
void shyper_vring_push(struct shyper_vring *vr, u16 head, u32 len);

/**
 * shyper_vring_unpop() - make as if the last buffers had not been taken
 * @count: how many; none of them pushed
 */
void shyper_vring_unpop(struct shyper_vring *vr, u16 count);

/**
 * shyper_vring_fill() - as push, but the driver does not see it yet
 * @ahead: buffers filled before it since the last publish or push
 */
void shyper_vring_fill(struct shyper_vring *vr, u16 ahead, u16 head, u32 len);

/**
 * shyper_vring_publish() - give back what was filled, all at once
 */
void shyper_vring_publish(struct shyper_vring *vr, u16 count);

/**
 * shyper_vring_want_irq() - whether the driver wants to hear of what was pushed
 *
 * Once after one or more pushes; 2.7.7.
 */
bool shyper_vring_want_irq(struct shyper_vring *vr);

/**
 * shyper_vring_disable_kick() - no notifications, please, 2.7.10
 *
 * With EVENT_IDX there is nothing to do: the index at which the driver shall
 * notify is behind it until shyper_vring_enable_kick() moves it.
 */
void shyper_vring_disable_kick(struct shyper_vring *vr);

/**
 * shyper_vring_enable_kick() - ask to be notified of the next buffer
 *
 * Return: true if one is there already: it may have come without a
 * notification, so take it.
 */
bool shyper_vring_enable_kick(struct shyper_vring *vr);

/**
 * shyper_chain_read() - copy bytes of the readable part, from @offset on
 *
 * Return: false if there are not as many, or some are no memory.
 */
bool shyper_chain_read(const struct shyper_chain *chain, u64 offset, void *dst,
		       u64 len);

/**
 * shyper_chain_write() - copy bytes to the writable part, from @offset on
 *
 * Return: as shyper_chain_read().
 */
bool shyper_chain_write(const struct shyper_chain *chain, u64 offset,
			const void *src, u64 len);

#endif /* SHYPER_VRING_H */
