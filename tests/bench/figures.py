# SPDX-License-Identifier: GPL-2.0-only
"""From the lines of a boot to figures, and from those of many boots to results."""

import collections
import statistics

# Fields of fio's terse version 3: read and write halves have the same order.
TERSE_READ, TERSE_WRITE = 5, 46
TERSE_KIB, TERSE_MS = 0, 3

# The device itself, on each board.
NATIVE = ("mvm", "host")
# Figures of wall-clock time that are kept.
WALL = ("iops", "bandwidth", "rate", "minimum", "average", "maximum")
# What a guest's own ratio is taken of.
SPEEDS = ("iops", "bandwidth", "rate")
# The MVM's own network, which is what others are compared with.
VETH = "veth"


def requests_per_second(terse, block):
    """(requests a second, bytes a second) of a fio run."""
    fields = terse.split(";")
    kib = ms = 0
    for base in (TERSE_READ, TERSE_WRITE):
        kib += int(fields[base + TERSE_KIB])
        ms = max(ms, int(fields[base + TERSE_MS]))
    if not kib or not ms:
        raise ValueError("fio did nothing: " + terse)
    rate = kib * 1024 / (ms / 1000)
    return rate / block, rate


def block_size(workload):
    return int(workload.split("-")[1].rstrip("k")) * 1024


def read(lines):
    """({(config, backend, workload, metric, unit): value}, {config: what went wrong},
    configs that came to their end) of one boot."""
    found, counts, bad, done = {}, collections.defaultdict(dict), {}, set()
    for line in lines:
        words = line.split(" ", 5)
        if words[0] != "bench" or len(words) < 3:
            continue
        if words[1] == "done":
            done.add(words[2])
        elif words[1] == "missing":
            bad[words[2]] = " ".join(words[3:])
        elif words[1] == "value":
            found["system", "", "", words[2], words[3]] = float(words[4])
        elif words[4] == "fio":
            iops, rate = requests_per_second(words[5], block_size(words[3]))
            found[tuple(words[1:4]) + ("iops", "1/s")] = iops
            found[tuple(words[1:4]) + ("bandwidth", "B/s")] = rate
            found[tuple(words[1:4]) + ("instructions", "1/request")] = 1e9 / iops
        elif words[4] == "value":
            metric, unit, value = words[5].split()
            found[tuple(words[1:4]) + (metric, unit)] = float(value)
        elif words[4] == "each":
            unit, name, value = words[5].split()
            found[tuple(words[1:4]) + (name, "1/" + unit)] = float(value)
        elif words[4] == "count":
            name, value = words[5].split()
            counts[tuple(words[1:4])][name] = int(value)
    for key, count in counts.items():
        requests = count.pop("guest_requests", 0)
        for name, value in count.items():
            if requests:
                found[key + (name, "1/request")] = value / requests
    return found, bad, done


def of_wall(found):
    """What is kept of a boot in wall-clock time: speeds, and their ratios to the
    device or network itself in the same boot."""
    kept = {}
    for (config, backend, load, metric, unit), value in found.items():
        if metric not in WALL or not load:
            continue
        kept[config, backend, load, "wall_" + metric, unit] = value
        base = [found[key] for native in NATIVE
                for key in ((native, backend, load, metric, unit),
                            (native, VETH, load, metric, unit)) if key in found]
        if config not in NATIVE and base and metric in SPEEDS:
            kept[config, backend, load, "wall_ratio", "of native"] = value / base[0]
    return kept


def medians(runs):
    return [dict(zip(("config", "backend", "workload", "metric", "unit"), key),
                 value=statistics.median(values), runs=values)
            for key, values in runs.items()]


def with_ratios(results):
    """Ratios to the MVM on the device itself, of medians under icount."""
    results = [r for r in results if r["metric"] != "ratio"]
    at = {(r["config"], r["backend"], r["workload"], r["metric"]): r["value"]
          for r in results}
    more = []
    for r in results:
        if r["metric"] not in SPEEDS or not r["workload"]:
            continue
        # Of a disk's two speeds, one will do.
        if r["metric"] == "bandwidth" and r["unit"] == "B/s":
            continue
        base = at.get(("mvm", r["backend"], r["workload"], r["metric"]),
                      at.get(("mvm", VETH, r["workload"], r["metric"])))
        if base and r["config"] != "mvm":
            more.append({**{k: r[k] for k in ("config", "backend", "workload")},
                         "metric": "ratio", "unit": "of mvm",
                         "value": r["value"] / base})
    return results + more


class Table:
    """Results by what they are of; what is not there says why."""

    def __init__(self, results, missing):
        self.results = results
        self.at = {(r["config"], r["backend"], r["workload"], r["metric"]): r["value"]
                   for r in results}
        self.missing = {(m["suite"], m["config"]): m["reason"] for m in missing}

    def value(self, config, backend, load, metric):
        return self.at.get((config, backend, load, metric))

    def loads(self, backend):
        return list(dict.fromkeys(r["workload"] for r in self.results
                                  if r["backend"] == backend and r["workload"]))

    def why(self, config, suite):
        """Why there is nothing."""
        return "failed" if (suite, config) in self.missing else "not measured"
