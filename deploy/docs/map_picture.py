"""The map as a picture (SVG): who stands at which door, who asks whom, and what travels as events."""

import textwrap
from collections.abc import Sequence
from html import escape

from deploy.docs.facts import SERVICES, Story, asked, services, stories

WIDTH, MARGIN, GAP = 1120, 40, 28
OUTSIDE = 190  # the column of systems that belong to others
PEOPLE = ("citizen", "front desk", "caseworker", "operations")
INK, SOFT, LINE, HTTP, EVENT = "#1a2433", "#4d5b70", "#c3ccd9", "#1d5fa8", "#8a3b12"
STYLE = f"""<style>
  text {{ font-family: "IBM Plex Sans", "Segoe UI", system-ui, sans-serif; font-size: 14px; fill: {INK}; }}
  .name {{ font-size: 18px; font-weight: 600; }}
  .soft {{ fill: {SOFT}; font-size: 13px; }}
  .http {{ fill: {HTTP}; font-size: 13px; }}
  .event {{ fill: {EVENT}; font-size: 13px; }}
</style>
<defs>
  <marker id="http" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto-start-reverse">
    <path d="M0 0 8 4 0 8z" fill="{HTTP}"/></marker>
  <marker id="event" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto-start-reverse">
    <path d="M0 0 8 4 0 8z" fill="{EVENT}"/></marker>
</defs>"""


def picture() -> str:
    """The whole picture, drawn from the services that exist and the events they say and hear."""
    told = stories()
    inner = [name for name in services() if name != "gateway"]
    right = WIDTH - MARGIN - OUTSIDE - GAP
    width = (right - MARGIN - GAP * (len(inner) - 1)) / max(len(inner), 1)
    parts = [*people(right), *gateway(right, told)]
    parts.append(write(MARGIN + width / 2 + 14, 204, "HTTP, short-lived signed token:", "http"))
    parts.append(write(MARGIN + width / 2 + 14, 222, "who acts, for whom, why", "http"))
    for number, name in enumerate(inner):
        parts += service(name, MARGIN + number * (width + GAP), width, told)
    parts += [*kafka(right, told), *outside(right)]
    return "\n".join([head(inner), STYLE, f'<rect width="{WIDTH}" height="620" fill="#ffffff"/>', *parts, "</svg>", ""])


def head(inner: list[str]) -> str:
    """Title and description, for those who do not see the picture."""
    names = ", ".join(inner)
    asks = "; ".join(f"{one} asks {other}" for one, other in asked())
    described = (
        f"People reach the gateway by browser. It asks the services {names} over HTTP with a short-lived signed token. "
        f"Each service has its own database and says its events through an outbox and a relay to Kafka, where others "
        f"hear them. Over HTTP: {asks}."
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} 620" role="img" aria-labelledby="t d">\n'
        f'<title id="t">The map of Jobvej</title>\n<desc id="d">{escape(described)}</desc>'
    )


def people(right: float) -> list[str]:
    """Who stands at the door."""
    width = (right - MARGIN - GAP * (len(PEOPLE) - 1)) / len(PEOPLE)
    parts = []
    for number, who in enumerate(PEOPLE):
        x = MARGIN + number * (width + GAP)
        parts.append(f'<rect x="{x:.0f}" y="20" width="{width:.0f}" height="40" rx="20" fill="#eef3fa"/>')
        parts.append(write(x + width / 2, 45, who, anchor="middle"))
        parts.append(arrow(x + width / 2, 60, x + width / 2, 106, "http"))
    parts.append(write(MARGIN + width / 2 + 14, 88, "web pages, Danish and English", "http"))
    return parts


def gateway(right: float, told: Sequence[Story]) -> list[str]:
    """The door: asks everybody, keeps nothing of the domain, hears what live pages show."""
    live = sorted({story.publisher for story in told for effect in story.then if effect.service == "gateway"})
    said = "login, pages, who may what; its own database holds no domain state"
    return [
        box(MARGIN, 108, right - MARGIN, 74),
        write(MARGIN + 20, 138, "gateway", "name"),
        write(MARGIN + 20, 164, said, "soft"),
        write(right - 20, 138, f"live pages hear: {', '.join(live)}" if live else "", "event", "end"),
    ]


def service(name: str, x: float, width: float, told: Sequence[Story]) -> list[str]:
    """One service: what it is for, what it says and hears, whom it asks; its database below."""
    hears = sorted({story.publisher for story in told for effect in story.then if effect.service == name})
    says = [story.event.__name__ for story in told if story.publisher == name]
    asks = [other for one, other in asked() if one == name]
    middle = x + width / 2
    parts = [arrow(middle, 182, middle, 236, "http"), box(x, 238, width, 150)]
    parts.append(write(x + 16, 266, name, "name"))
    parts += lines(x + 16, 287, purpose(name), width, "soft", most=2)
    parts += lines(x + 16, 325, f"says {', '.join(says)}" if says else "", width, "event", most=3)
    parts.append(write(x + 16, 380, f"asks {', '.join(asks)}" if asks else "", "http"))
    parts += database(middle - 30, 400)
    parts.append(write(middle, 430, "own", "soft", "middle"))
    parts += [arrow(x + 34, 388, x + 34, 524, "event"), write(x + 44, 470, "outbox →", "event")]
    parts.append(write(x + 44, 488, "relay", "event"))
    if hears:
        parts += [arrow(x + width - 34, 524, x + width - 34, 390, "event")]
        parts.append(write(x + width - 44, 470, "hears", "event", "end"))
        parts += lines(x + width - 44, 488, ", ".join(hears), width * 0.7, "event", most=1, anchor="end")
    return parts


def kafka(right: float, told: Sequence[Story]) -> list[str]:
    """The log that carries what is said: one topic per publisher."""
    topics = ", ".join(dict.fromkeys(story.event.topic.name for story in told))
    return [
        f'<rect x="{MARGIN}" y="526" width="{right - MARGIN:.0f}" height="64" rx="8" fill="#fbf1ea" stroke="{EVENT}"/>',
        write(MARGIN + 20, 553, "Kafka", "name"),
        write(MARGIN + 20, 576, f"in order per person; one topic per publisher: {topics}", "event"),
    ]


def outside(right: float) -> list[str]:
    """Systems of others, and how they are reached."""
    x = right + GAP
    named = (
        (108, "identity provider", "OpenID Connect", 145, "both"),
        (276, "mail server, SMS", "SMTP · HTTP", 313, "out"),
    )
    parts = []
    for y, what, how, middle, way in named:
        frame = 'fill="#ffffff" stroke-dasharray="5 4"'
        parts.append(f'<rect x="{x:.0f}" y="{y}" width="{OUTSIDE}" height="74" rx="8" {frame} stroke="{SOFT}"/>')
        parts += [write(x + 16, y + 32, what), write(x + 16, y + 56, how, "soft")]
        parts.append(arrow(right, middle, x - 2, middle, "http", both=way == "both"))
    return parts


def purpose(name: str) -> str:
    """What stands behind the dash in the first line of the service's README."""
    readme = SERVICES / name / "README.md"
    return readme.read_text("utf-8").splitlines()[0].partition("–")[2].strip() if readme.exists() else ""


def box(x: float, y: float, width: float, height: float) -> str:
    place = f'x="{x:.0f}" y="{y:.0f}" width="{width:.0f}" height="{height:.0f}"'
    return f'<rect {place} rx="8" fill="#f7f9fc" stroke="{LINE}" stroke-width="1.5"/>'


def database(x: float, y: float) -> list[str]:
    """A cylinder: every service has its own."""
    side = f"M{x:.0f} {y + 8} v34 a30 8 0 0 0 60 0 v-34"
    top = f'<ellipse cx="{x + 30:.0f}" cy="{y + 8}" rx="30" ry="8" fill="#ffffff" stroke="{LINE}" stroke-width="1.5"/>'
    return [f'<path d="{side}" fill="#ffffff" stroke="{LINE}" stroke-width="1.5"/>', top]


def arrow(x1: float, y1: float, x2: float, y2: float, what: str, *, both: bool = False) -> str:
    colour = HTTP if what == "http" else EVENT
    start = f' marker-start="url(#{what})"' if both else ""
    ends = f'x1="{x1:.0f}" y1="{y1:.0f}" x2="{x2:.0f}" y2="{y2:.0f}"'
    return f'<line {ends} stroke="{colour}" stroke-width="1.6" marker-end="url(#{what})"{start}/>'


def lines(x: float, y: float, text: str, width: float, kind: str, *, most: int, anchor: str = "start") -> list[str]:
    """Text broken to the width of its box; what does not fit ends in …"""
    broken = textwrap.wrap(text, int(width / 7.1), max_lines=most, placeholder=" …")
    return [write(x, y + 17 * number, line, kind, anchor) for number, line in enumerate(broken)]


def write(x: float, y: float, text: str, kind: str = "", anchor: str = "start") -> str:
    look = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.0f}" y="{y:.0f}"{look} text-anchor="{anchor}">{escape(text)}</text>' if text else ""
