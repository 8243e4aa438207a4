"""A report as one HTML file: style, fonts and plots inside, nothing fetched, no script. Knows the blocks of
report.py."""

from __future__ import annotations

import base64
import io
from functools import lru_cache
from html import escape

from fontTools import subset
from fontTools.ttLib import TTFont

from carm_gui.session.report import NOT_CLINICAL, Block, Cards, Heading, Plots, Report, Table, Text
from sim.resource import resource

STYLE = """
:root { --ink: #1d232b; --soft: #66717e; --rule: #dde2e8; --paper: #ffffff; --tint: #f4f6f8; --accent: #0072b2; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--tint); color: var(--ink); font: 15px/1.55 "Inter Tight", system-ui, sans-serif;
  font-feature-settings: "tnum"; }
main { max-width: 1060px; margin: 32px auto; padding: 48px 56px 64px; background: var(--paper);
  border: 1px solid var(--rule); border-radius: 14px; }
h1 { font-size: 30px; line-height: 1.2; margin: 0 0 6px; font-weight: 600; letter-spacing: -0.01em; }
h2 { font-size: 19px; margin: 44px 0 12px; font-weight: 600; padding-top: 20px; border-top: 1px solid var(--rule); }
.subtitle, .soft, figcaption { color: var(--soft); }
.subtitle { margin: 0 0 4px; }
.sign { display: inline-block; margin: 10px 0 22px; padding: 3px 12px; border: 1px solid #b97d00; border-radius: 999px;
  color: #7d5200; font-size: 13px; font-weight: 600; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(200px, 1fr)); gap: 14px; margin: 0 0 16px; }
.card { background: var(--tint); border-radius: 10px; padding: 16px 18px; }
.card b { display: block; font-size: 27px; line-height: 1.2; font-weight: 600; letter-spacing: -0.01em; }
.card span { color: var(--soft); font-size: 13px; }
.wide { overflow-x: auto; margin: 0 0 16px; }
table { border-collapse: collapse; width: 100%; }
th { text-align: right; font-weight: 600; font-size: 13px; color: var(--soft); padding: 6px 10px;
  vertical-align: bottom; border-bottom: 1px solid var(--ink); }
td { text-align: right; padding: 6px 10px; border-bottom: 1px solid var(--rule); white-space: nowrap; }
th.text, td.text { text-align: left; }
td.text { white-space: normal; }
td:first-child, th:first-child { padding-left: 0; }
table.small td, table.small th { font-size: 13px; padding-top: 3px; padding-bottom: 3px; }
figure { margin: 0 0 18px; }
figure .row { display: flex; flex-wrap: wrap; gap: 10px; justify-content: center; }
figure svg { max-width: 100%; height: auto; }
figcaption { font-size: 13px; margin-top: 6px; }
p { margin: 0 0 12px; max-width: 78ch; }
p.soft { font-size: 13px; }
footer { margin-top: 44px; color: var(--soft); font-size: 13px; }
@media print { body { background: none; } main { border: 0; margin: 0; max-width: none; padding: 0; }
  h2 { break-after: avoid; } figure, tr, .card { break-inside: avoid; } }
"""


def page(report: Report) -> str:
    """The whole file."""
    parts = [block(one, number) for number, one in enumerate(report.blocks)]
    used = "".join(parts) + report.title + report.subtitle + NOT_CLINICAL
    faces = "".join(
        f"@font-face {{ font-family: 'Inter Tight'; font-weight: {weight}; "
        f"src: url(data:font/woff2;base64,{_font(file, ''.join(sorted(set(used))))}) }}\n"
        for file, weight in (("InterTight-Regular.ttf", 400), ("InterTight-SemiBold.ttf", 600))
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(report.title)}</title>\n<style>{faces}{STYLE}</style></head>\n<body><main>\n"
        f"<h1>{escape(report.title)}</h1>\n<p class='subtitle'>{escape(report.subtitle)}</p>\n"
        f"<div class='sign'>{escape(NOT_CLINICAL)}</div>\n" + "\n".join(parts) + "\n<footer>Made by carm export. "
        "Every number stands in figures.json; trials and answers as tables: carm export --format csv.</footer>\n"
        "</main></body></html>\n"
    )


def block(one: Block, number: int) -> str:
    """`one` as HTML; `number` is its place in the page."""
    match one:
        case Heading(text):
            return f"<h2>{escape(text)}</h2>"
        case Text(text, soft):
            return f"<p{' class=soft' if soft else ''}>{escape(text)}</p>"
        case Cards(items):
            cards = "".join(f"<div class='card'><b>{escape(v)}</b><span>{escape(t)}</span></div>" for v, t in items)
            return f"<div class='cards'>{cards}</div>"
        case Table():
            return _table(one)
        case Plots(figures, caption):
            drawn = "".join(_svg(figure, f"p{number}-{place}-") for place, figure in enumerate(figures))
            said = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
            return f"<figure><div class='row'>{drawn}</div>{said}</figure>"
    raise TypeError(type(one).__name__)


def _table(table: Table) -> str:
    def row(tag: str, cells: tuple[str, ...]) -> str:
        return "".join(
            f"<{tag}{' class=text' if place < table.text_columns else ''}>{escape(cell)}</{tag}>"
            for place, cell in enumerate(cells)
        )

    body = "".join(f"<tr>{row('td', cells)}</tr>" for cells in table.rows)
    kind = " class=small" if table.small else ""
    head = f"<thead><tr>{row('th', table.columns)}</tr></thead>"
    return f"<div class='wide'><table{kind}>{head}<tbody>{body}</tbody></table></div>"


def _svg(figure, name: str) -> str:
    """The figure as SVG; ids get a prefix, since several stand in one page."""
    file = io.StringIO()
    figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    text = file.getvalue()
    text = text[text.index("<svg") :]
    return text.replace('id="', f'id="{name}').replace('"#', f'"#{name}').replace("url(#", f"url(#{name}")


@lru_cache
def _font(file: str, characters: str) -> str:
    """The font with these characters alone, as base64."""
    font = TTFont(resource("fonts", file), recalcTimestamp=False)  # else each run makes another file
    options = subset.Options(flavor=None, layout_features=["*"])
    cutter = subset.Subsetter(options)
    cutter.populate(text=characters)
    cutter.subset(font)
    made = io.BytesIO()
    font.save(made)
    return base64.b64encode(made.getvalue()).decode()
