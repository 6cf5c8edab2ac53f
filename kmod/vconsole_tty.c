// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/ttySHn: terminals of guests' consoles. Locks: vconsole.h; ttys_lock is a leaf.
 *
 * What a guest says goes to the line discipline directly, as a paste on a virtual
 * terminal does, not through flip buffers: so we learn how much of it was taken,
 * and the last close loses no more than what the line discipline had.
 */
#include <linux/bitmap.h>
#include <linux/serial.h>
#include <linux/slab.h>
#include <linux/tty_driver.h>
#include <linux/tty_flip.h>

#include "compat.h"
#include "vconsole.h"

#define TTYS	64

static struct tty_driver *ttys;
static struct workqueue_struct *wq;

static DEFINE_MUTEX(ttys_lock);		/* of the next two */
static DECLARE_BITMAP(ttys_used, TTYS);
static struct shyper_console_port *ttys_port[TTYS];

static struct shyper_console_port *to_port(struct tty_port *tty)
{
	return container_of(tty, struct shyper_console_port, tty);
}

void shyper_console_port_kick(struct shyper_console_port *port)
{
	mod_delayed_work(wq, &port->work, 0);
}

void shyper_console_port_kick_later(struct shyper_console_port *port,
				    unsigned long delay)
{
	queue_delayed_work(wq, &port->work, delay);
}

void shyper_console_queue_work(struct work_struct *work)
{
	queue_work(wq, work);
}

/* ---- operations of a terminal ---- */

static int console_install(struct tty_driver *driver, struct tty_struct *tty)
{
	struct shyper_console_port *port;
	int ret;

	mutex_lock(&ttys_lock);
	port = ttys_port[tty->index];
	if (port && !tty_port_get(&port->tty))
		port = NULL;
	mutex_unlock(&ttys_lock);
	if (!port)
		return -ENODEV;
	ret = tty_port_install(&port->tty, driver, tty);
	if (ret)
		tty_port_put(&port->tty);
	else
		tty->driver_data = port;
	return ret;
}

/* The last thing of a terminal that was installed. */
static void console_cleanup(struct tty_struct *tty)
{
	struct shyper_console_port *port = tty->driver_data;

	tty_port_put(&port->tty);
}

static int console_open(struct tty_struct *tty, struct file *file)
{
	struct shyper_console_port *port = tty->driver_data;

	return tty_port_open(&port->tty, tty, file);
}

static void console_close(struct tty_struct *tty, struct file *file)
{
	struct shyper_console_port *port = tty->driver_data;

	tty_port_close(&port->tty, tty, file);
}

static void console_hangup(struct tty_struct *tty)
{
	struct shyper_console_port *port = tty->driver_data;

	tty_port_hangup(&port->tty);
}

/* Also called out of our own call of the line discipline, by its echo. */
static shyper_tty_ret_t console_write(struct tty_struct *tty, const u8 *buf,
				      shyper_tty_len_t count)
{
	struct shyper_console_port *port = tty->driver_data;
	shyper_tty_ret_t ret = -EIO;
	unsigned long flags;

	spin_lock_irqsave(&port->state_lock, flags);
	if (port->con) {
		ret = kfifo_in(&port->input, buf, count);
		shyper_console_port_kick(port);
	}
	spin_unlock_irqrestore(&port->state_lock, flags);
	return ret;
}

static unsigned int console_write_room(struct tty_struct *tty)
{
	struct shyper_console_port *port = tty->driver_data;

	return kfifo_avail(&port->input);
}

static unsigned int console_chars_in_buffer(struct tty_struct *tty)
{
	struct shyper_console_port *port = tty->driver_data;

	return kfifo_len(&port->input);
}

static void console_flush_buffer(struct tty_struct *tty)
{
	struct shyper_console_port *port = tty->driver_data;
	unsigned long flags;

	spin_lock_irqsave(&port->state_lock, flags);
	kfifo_reset(&port->input);
	spin_unlock_irqrestore(&port->state_lock, flags);
	tty_wakeup(tty);
}

static void console_unthrottle(struct tty_struct *tty)
{
	shyper_console_port_kick(tty->driver_data);
}

static int console_resize(struct tty_struct *tty, struct winsize *ws)
{
	struct shyper_console_port *port = tty->driver_data;
	unsigned long flags;

	tty_do_resize(tty, ws);
	spin_lock_irqsave(&port->state_lock, flags);
	port->winsize = *ws;
	shyper_console_port_told(port, true);
	spin_unlock_irqrestore(&port->state_lock, flags);
	return 0;
}

static const struct tty_operations console_ops = {
	.install = console_install,
	.cleanup = console_cleanup,
	.open = console_open,
	.close = console_close,
	.hangup = console_hangup,
	.write = console_write,
	.write_room = console_write_room,
	.chars_in_buffer = console_chars_in_buffer,
	.flush_buffer = console_flush_buffer,
	.unthrottle = console_unthrottle,
	.resize = console_resize,
};

/* ---- operations of a port ---- */

/* The first opener. The size that the guest knows is the terminal's again. */
static int port_activate(struct tty_port *tty_port, struct tty_struct *tty)
{
	struct shyper_console_port *port = to_port(tty_port);
	struct winsize ws;
	unsigned long flags;
	bool alive;

	spin_lock_irqsave(&port->state_lock, flags);
	alive = port->con;
	ws = port->winsize;
	if (alive)
		shyper_console_port_told(port, true);
	spin_unlock_irqrestore(&port->state_lock, flags);
	/* After this test shyper_console_port_remove() finds, and hangs up, @tty. */
	if (!alive)
		return -ENODEV;
	mutex_lock(&tty->winsize_mutex);
	tty->winsize = ws;
	mutex_unlock(&tty->winsize_mutex);
	shyper_console_port_kick(port);
	return 0;
}

/* The last one has closed it. What it has written stays for the guest. */
static void port_shutdown(struct tty_port *tty_port)
{
	struct shyper_console_port *port = to_port(tty_port);
	unsigned long flags;

	spin_lock_irqsave(&port->state_lock, flags);
	shyper_console_port_told(port, false);
	spin_unlock_irqrestore(&port->state_lock, flags);
	/* The guest does not wait for this reader any more. */
	shyper_console_port_kick(port);
}

static void port_destruct(struct tty_port *tty_port)
{
	struct shyper_console_port *port = to_port(tty_port);

	/* Who could kick had a reference. */
	cancel_delayed_work_sync(&port->work);
	mutex_lock(&ttys_lock);
	__clear_bit(port->index, ttys_used);
	mutex_unlock(&ttys_lock);
	mutex_destroy(&port->lock);
	kvfree(port);
}

static const struct tty_port_operations port_ops = {
	.activate = port_activate,
	.shutdown = port_shutdown,
	.destruct = port_destruct,
};

/* ---- lives ---- */

static void chain_init(struct shyper_vcon_chain *chain)
{
	chain->chain.seg = chain->seg;
	chain->chain.max = ARRAY_SIZE(chain->seg);
}

static struct shyper_console_port *port_alloc(struct shyper_console *con,
					      u32 id, u32 index)
{
	struct shyper_console_port *port = kvzalloc(sizeof(*port), GFP_KERNEL);

	if (!port)
		return NULL;
	tty_port_init(&port->tty);
	port->tty.ops = &port_ops;
	/* A guest that takes no input delays no close: the rest stays for it. */
	port->tty.closing_wait = ASYNC_CLOSING_WAIT_NONE;
	port->index = index;
	port->id = id;
	port->con = con;
	spin_lock_init(&port->state_lock);
	mutex_init(&port->lock);
	INIT_DELAYED_WORK(&port->work, shyper_console_port_work);
	INIT_KFIFO(port->input);
	chain_init(&port->in);
	chain_init(&port->out);
	return port;
}

static int numbers_alloc(u32 count)
{
	unsigned long first;

	mutex_lock(&ttys_lock);
	first = bitmap_find_next_zero_area(ttys_used, TTYS, 0, count, 0);
	if (first < TTYS)
		bitmap_set(ttys_used, first, count);
	mutex_unlock(&ttys_lock);
	return first < TTYS ? first : -ENOSPC;
}

static void numbers_free(u32 first, u32 count)
{
	mutex_lock(&ttys_lock);
	bitmap_clear(ttys_used, first, count);
	mutex_unlock(&ttys_lock);
}

int shyper_console_ports_alloc(struct shyper_console *con, u32 count,
			       struct shyper_console_port **port)
{
	int first = numbers_alloc(count);
	u32 n;

	if (first < 0)
		return first;
	for (n = 0; n < count; n++) {
		port[n] = port_alloc(con, n, first + n);
		if (!port[n])
			goto err_ports;
	}
	return 0;

err_ports:
	numbers_free(first + n, count - n);
	while (n--)
		tty_port_put(&port[n]->tty);
	return -ENOMEM;
}

int shyper_console_port_register(struct shyper_console_port *port)
{
	struct device *dev;

	mutex_lock(&ttys_lock);
	ttys_port[port->index] = port;
	mutex_unlock(&ttys_lock);
	dev = tty_register_device(ttys, port->index, NULL);
	if (!IS_ERR(dev))
		return 0;
	mutex_lock(&ttys_lock);
	ttys_port[port->index] = NULL;
	mutex_unlock(&ttys_lock);
	return PTR_ERR(dev);
}

void shyper_console_port_disconnect(struct shyper_console_port *port)
{
	mutex_lock(&port->lock);
	spin_lock_irq(&port->state_lock);
	port->con = NULL;
	spin_unlock_irq(&port->state_lock);
	mutex_unlock(&port->lock);
}

void shyper_console_port_remove(struct shyper_console_port *port)
{
	struct tty_struct *tty;
	bool registered;

	mutex_lock(&ttys_lock);
	registered = ttys_port[port->index];
	ttys_port[port->index] = NULL;
	mutex_unlock(&ttys_lock);
	if (registered)
		tty_unregister_device(ttys, port->index);

	tty = tty_port_tty_get(&port->tty);
	if (tty) {
		tty_vhangup(tty);
		tty_kref_put(tty);
	}
	tty_port_put(&port->tty);
}

static enum shyper_console_reader give(struct shyper_console_port *port,
				       struct tty_struct *tty, u32 *taken)
{
	struct tty_ldisc *ld = tty_ldisc_ref(tty);
	const u8 *data;
	u32 len, n = 0;

	/* It is being changed, or hung up. */
	if (!ld)
		return SHYPER_CONSOLE_AWAY;
	/* As others may call it as well, in theory. */
	tty_buffer_lock_exclusive(&port->tty);
	do {
		data = shyper_vcon_keep_peek(&port->keep, &len);
		if (len)
			n = tty_ldisc_receive_buf(ld, data, NULL, len);
		n = min(n, len);
		shyper_vcon_keep_take(&port->keep, n);
		*taken += n;
	} while (n && n == len);
	tty_buffer_unlock_exclusive(&port->tty);
	tty_ldisc_deref(ld);
	if (!shyper_vcon_keep_len(&port->keep))
		return SHYPER_CONSOLE_TOOK;
	/*
	 * If it had room again before it could be throttled nobody calls
	 * console_unthrottle().
	 */
	return tty_throttled(tty) ? SHYPER_CONSOLE_FULL : SHYPER_CONSOLE_AWAY;
}

enum shyper_console_reader
shyper_console_deliver(struct shyper_console_port *port, u32 *taken)
{
	enum shyper_console_reader ret = SHYPER_CONSOLE_AWAY;
	struct tty_struct *tty = tty_port_tty_get(&port->tty);

	lockdep_assert_held(&port->lock);
	*taken = 0;
	if (!tty)
		return SHYPER_CONSOLE_NOBODY;
	/* What comes during the last close would be thrown away. */
	if (!tty->closing)
		ret = give(port, tty, taken);
	tty_kref_put(tty);
	return ret;
}

int shyper_consoles_start(void)
{
	int ret;

	wq = alloc_workqueue("shyper_console", WQ_UNBOUND, 0);
	if (!wq)
		return -ENOMEM;
	ttys = tty_alloc_driver(TTYS, TTY_DRIVER_REAL_RAW | TTY_DRIVER_DYNAMIC_DEV |
				TTY_DRIVER_RESET_TERMIOS);
	ret = PTR_ERR_OR_ZERO(ttys);
	if (ret)
		goto err_wq;
	ttys->driver_name = "shyper_console";
	ttys->name = "ttySH";
	ttys->type = TTY_DRIVER_TYPE_SERIAL;
	ttys->subtype = SERIAL_TYPE_NORMAL;
	/* Raw from the first open on: an echo would type a guest's words back to it. */
	ttys->init_termios = tty_std_termios;
	ttys->init_termios.c_iflag = 0;
	ttys->init_termios.c_oflag = 0;
	ttys->init_termios.c_lflag = 0;
	ttys->init_termios.c_cflag = B38400 | CS8 | CREAD | CLOCAL;
	tty_set_operations(ttys, &console_ops);
	ret = tty_register_driver(ttys);
	if (ret)
		goto err_driver;
	return 0;

err_driver:
	tty_driver_kref_put(ttys);
err_wq:
	destroy_workqueue(wq);
	return ret;
}

void shyper_consoles_stop(void)
{
	tty_unregister_driver(ttys);
	tty_driver_kref_put(ttys);
	destroy_workqueue(wq);
}
