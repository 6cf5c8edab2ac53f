# SPDX-License-Identifier: GPL-2.0-only
"""Bar charts as SVG: the same text for the same figures, readable on a light and on a
dark page."""

from xml.sax.saxutils import escape

WIDTH, LEFT, RIGHT, TOP = 860, 64, 12, 64
PLOT, BOTTOM, BAR_GAP = 240, 48, 0.22

# Distinct to most eyes on light and dark, Okabe and Ito's; the same for a config in
# all plots.
COLOURS = {"mvm": "#8c959f", "classic": "#0072b2", "direct": "#e69f00",
           "kvm-native": "#009e73", "kvm-uring": "#cc79a7", "kvm-vhost": "#56b4e9"}

STYLE = """<style>
text { font: 12px system-ui, sans-serif; fill: #24292f }
.title { font-size: 15px; font-weight: 600 }
.value { font-size: 9px; text-anchor: middle }
.axis, .group { text-anchor: middle }
.tick { text-anchor: end }
.grid { stroke: #d0d7de; stroke-width: 1 }
.mark { stroke: #cf222e; stroke-width: 2; stroke-dasharray: 4 2 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 }
.grid { stroke: #3d444d }
.mark { stroke: #ff7b72 }
}
</style>"""


def nice_step(top):
    """A step of 1, 2 or 5 times a power of ten, of which some five reach top."""
    step = 1e-9
    while True:
        for factor in (1, 2, 5):
            if step * factor * 6 >= top:
                return step * factor
        step *= 10


def short(value):
    """A value above its bar."""
    if value >= 1000:
        return f"{value / 1000:.0f}k" if value >= 1e4 else f"{value / 1000:.1f}k"
    if value >= 100:
        return f"{value:.0f}"
    return f"{value:.2g}" if value < 1 else f"{value:.1f}"


def text(x, y, kind, content):
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}">{escape(content)}</text>'


def legend(series):
    out, x = [], LEFT
    for name in series:
        out.append(f'<rect x="{x}" y="34" width="12" height="12" '
                   f'fill="{COLOURS[name]}"/>')
        out.append(text(x + 17, 44, "name", name))
        x += 17 + 8 * len(name) + 20
    return out


def bars(groups, series, values, scale):
    """A bar for each value; for what was not measured its place stays free."""
    out = []
    room = (WIDTH - LEFT - RIGHT) / len(groups)
    wide = room * (1 - BAR_GAP) / len(series)
    for g, group in enumerate(groups):
        left = LEFT + room * (g + BAR_GAP / 2)
        for line, part in enumerate(group.split("\n")):
            out.append(text(LEFT + room * (g + 0.5), TOP + PLOT + 18 + 15 * line,
                            "group", part))
        for s, name in enumerate(series):
            value = values.get((group, name))
            if value is None:
                continue
            high = value * scale
            x, y = left + wide * s, TOP + PLOT - high
            out.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide - 1:.1f}" '
                       f'height="{high:.1f}" fill="{COLOURS[name]}"/>')
            out.append(text(x + wide / 2, y - 3, "value", short(value)))
    return out


def marks(groups, wanted, scale):
    """Lines over the groups that have something to reach."""
    out, room = [], (WIDTH - LEFT - RIGHT) / len(groups)
    for g, group in enumerate(groups):
        if group in wanted:
            x, y = LEFT + room * g, TOP + PLOT - wanted[group] * scale
            out.append(f'<line class="mark" x1="{x + 3:.1f}" x2="{x + room - 3:.1f}" '
                       f'y1="{y:.1f}" y2="{y:.1f}"/>')
    return out


def chart(title, unit, groups, series, values, wanted=None):
    """
    An SVG of bars: values is {(group, series): number}; wanted {group: number} are
    drawn as lines. Names of groups may have line ends.
    """
    top = max([*values.values(), *(wanted or {}).values()], default=1) * 1.08
    scale, step = PLOT / top, nice_step(top)
    height = TOP + PLOT + BOTTOM
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
           f'width="{WIDTH}" height="{height}" role="img">',
           f"<title>{escape(title)}</title>", STYLE,
           text(LEFT, 20, "title", f"{title} ({unit})")]
    tick = 0
    while tick * step <= top:
        y = TOP + PLOT - tick * step * scale
        out.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" '
                   f'y1="{y:.1f}" y2="{y:.1f}"/>')
        out.append(text(LEFT - 6, y + 4, "tick", f"{tick * step:g}"))
        tick += 1
    out += legend(series) + bars(groups, series, values, scale)
    out += marks(groups, wanted or {}, scale)
    return "\n".join(out) + "\n</svg>\n"
