"""HTML in small pieces. Whatever is not markup of ours is escaped."""

from collections.abc import Iterable, Sequence
from html import escape

STYLE = """
:root{color-scheme:light dark;--line:#8884;--soft:#8881;--accent:#2563eb;--bad:#b91c1c;--good:#15803d}
@media(prefers-color-scheme:dark){:root{--accent:#93b4ff;--bad:#fca5a5;--good:#86efac}}
*{box-sizing:border-box}body{font:15px/1.45 system-ui,sans-serif;margin:0;padding:0 1.5rem 3rem}
header{display:flex;gap:1.5rem;align-items:baseline;flex-wrap:wrap;padding:1rem 0;border-bottom:1px solid var(--line)}
header b{font-size:1.15rem}a{color:var(--accent)}nav{display:flex;gap:1rem}nav a[aria-current]{font-weight:600;text-decoration:none}
h1{font-size:1.4rem;margin:1.2rem 0 .6rem}h2{font-size:1.05rem;margin:1.6rem 0 .5rem}
.columns{columns:21rem;column-gap:1.2rem;margin-bottom:1.2rem}
.card{border:1px solid var(--line);border-radius:8px;padding:.2rem 1rem 1rem;margin-bottom:1.2rem;min-width:0}.columns>.card{break-inside:avoid}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.92em}
th,td{text-align:left;padding:.3rem .8rem .3rem 0;border-bottom:1px solid var(--line);vertical-align:top}
th{font-weight:600;white-space:nowrap}td.n{white-space:nowrap;font-variant-numeric:tabular-nums}code{overflow-wrap:anywhere}
label{display:block;margin:.6rem 0 .15rem;font-size:.92em}small{opacity:.75}
input,select,textarea,button{font:inherit;padding:.35rem .5rem;border:1px solid var(--line);border-radius:6px;max-width:100%}
input:not([type=checkbox]),select,textarea{width:100%}textarea{min-height:5rem}.pair{display:grid;grid-template-columns:1fr 1fr;gap:.8rem}
.line{display:flex;gap:.5rem;align-items:center;margin:.2rem 0}button{margin-top:.8rem;cursor:pointer;background:var(--soft)}
button.first{background:var(--accent);color:Canvas;border-color:var(--accent)}
.said{border-left:4px solid var(--bad);padding:.5rem .8rem;background:var(--soft);margin:1rem 0}
.bad{color:var(--bad)}.good{color:var(--good)}
"""


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def html(given: object) -> str:
    return given if isinstance(given, Markup) else escape("" if given is None else str(given))


def join(parts: Iterable[object]) -> Markup:
    return Markup("".join(html(it) for it in parts))


def tag(name: str, /, *inside: object, **attributes: object) -> Markup:
    """`cls` is the class; an underscore is a hyphen. What is None or False is left out, True stands alone."""
    words = {key.replace("cls", "class").replace("_", "-"): it for key, it in attributes.items()}
    told = "".join(
        f" {key}" if it is True else f' {key}="{escape(str(it))}"'
        for key, it in words.items()
        if it is not None and it is not False
    )
    body = join(inside)
    return Markup(f"<{name}{told}>") if name == "input" else Markup(f"<{name}{told}>{body}</{name}>")


def link(to: str, text: object, **attributes: object) -> Markup:
    return tag("a", text, href=to, **attributes)


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Markup:
    """The first columns are short: they are not broken."""
    head = tag("tr", *(tag("th", it, scope="col") for it in heads))
    last = len(heads) - 1
    body = [
        tag("tr", *(tag("td", it, cls="n" if at < last else None) for at, it in enumerate(row)))
        for row in rows
    ]
    return tag("div", tag("table", tag("thead", head), tag("tbody", *body)), cls="wide")


def field(label: str, box: Markup, id: str, hint: str = "") -> Markup:
    told = tag("label", label, Markup(" "), tag("small", hint) if hint else "", **{"for": id})
    return tag("div", told, box)


def line(label: str, name: str, value: object = "", hint: str = "", **attributes: object) -> Markup:
    return field(label, tag("input", id=name, name=name, value=value, **attributes), name, hint)


def choice(label: str, name: str, options: Iterable[tuple[str, str]], chosen: str = "") -> Markup:
    made = [tag("option", text, value=it, selected=it == chosen) for it, text in options]
    return field(label, tag("select", *made, id=name, name=name), name)


def text(label: str, name: str, value: object) -> Markup:
    return field(label, tag("textarea", value, id=name, name=name), name)


def form(to: str, *inside: object, button: str, first: bool = True) -> Markup:
    press = tag("button", button, type="submit", cls="first" if first else None)
    return tag("form", *inside, press, method="post", action=to)


def card(title: str, *inside: object) -> Markup:
    return tag("section", tag("h2", title), *inside, cls="card")
