"""A report as PDF (A4), set with fpdf2. Knows the blocks of report.py."""

from __future__ import annotations

import io
from pathlib import Path

from fpdf import FPDF
from fpdf.enums import TableBordersLayout, TextEmphasis, XPos, YPos
from fpdf.fonts import FontFace

from carm_gui.session.report import NOT_CLINICAL, Block, Cards, Heading, Plots, Report, Table, Text
from sim.resource import resource

INK, SOFT, RULE, TINT, AMBER = (29, 35, 43), (102, 113, 126), (221, 226, 232), (244, 246, 248), (125, 82, 0)
MARGIN = 16.0
DPI = 200
FACE = "Inter Tight"
CUT = {"↑": "up", "↓": "down", "→": "to"}
"""Signs that the font lacks."""


class Paper(FPDF):
    """A4 pages with the warning and the page's number at the foot."""

    def __init__(self, title: str) -> None:
        super().__init__(unit="mm", format="A4")
        self.add_font(FACE, "", resource("fonts", "InterTight-Regular.ttf"))
        self.add_font(FACE, "B", resource("fonts", "InterTight-SemiBold.ttf"))
        self.set_margins(MARGIN, MARGIN)
        self.set_auto_page_break(True, 18)
        self.set_title(title)
        self.set_creator("carm export")
        self.add_page()

    def footer(self) -> None:
        self.set_y(-13)
        self.ink(SOFT, 8)
        self.cell(0, 5, NOT_CLINICAL, align="L")
        self.set_x(MARGIN)
        self.cell(0, 5, f"{self.page_no()} / {{nb}}", align="R")

    def ink(self, colour: tuple[int, int, int], size: float, bold: bool = False) -> None:
        self.set_text_color(*colour)
        self.set_font(FACE, "B" if bold else "", size)

    def room(self, height: float) -> None:
        """A new page when less than `height` mm is left on this one."""
        if self.get_y() + height > self.h - 18:
            self.add_page()

    def words(self, text: str, height: float) -> None:
        for sign, plain in CUT.items():
            text = text.replace(sign, plain)
        self.multi_cell(0, height, text, new_x=XPos.LMARGIN, new_y=YPos.NEXT, align="L")


def write(report: Report, file: Path) -> None:
    """`report` as `file`."""
    paper = Paper(report.title)
    paper.ink(INK, 20, True)
    paper.words(report.title, 9)
    paper.ink(SOFT, 9.5)
    paper.words(report.subtitle, 5)
    paper.ln(2)
    paper.ink(AMBER, 8.5, True)
    width = paper.get_string_width(NOT_CLINICAL) + 8
    paper.set_draw_color(*AMBER)
    paper.rect(paper.get_x(), paper.get_y(), width, 6.4, style="D", round_corners=True, corner_radius=3.2)
    paper.cell(width, 6.4, NOT_CLINICAL, align="C")
    paper.ln(11)
    for number, one in enumerate(report.blocks):
        _set(paper, one, report.blocks[number + 1] if number + 1 < len(report.blocks) else None)
    paper.output(str(file))


def _set(paper: Paper, one: Block, following: Block | None) -> None:
    match one:
        case Heading(text):
            paper.room(16 + _height(paper, following))
            paper.ln(4)
            paper.set_draw_color(*RULE)
            paper.line(MARGIN, paper.get_y(), paper.w - MARGIN, paper.get_y())
            paper.ln(3)
            paper.ink(INK, 13, True)
            paper.words(text, 7)
            paper.ln(1.5)
        case Text(text, soft):
            paper.ink(SOFT if soft else INK, 8.5 if soft else 10)
            paper.words(text, 4.3 if soft else 5)
            paper.ln(2)
        case Cards(items):
            _cards(paper, items)
        case Table():
            _table(paper, one)
        case Plots(figures, caption):
            _plots(paper, figures, caption)


def _height(paper: Paper, one: Block | None) -> float:
    """How much room the block after a heading wants beside it, mm."""
    if isinstance(one, Plots):
        return min(_tall(paper, one.figures) + 8, 180)
    return 30.0


def _cards(paper: Paper, items: tuple[tuple[str, str], ...]) -> None:
    paper.room(26)
    gap = 3.0
    width = (paper.epw - gap * (len(items) - 1)) / len(items)
    top = paper.get_y()
    for place, (value, text) in enumerate(items):
        left = MARGIN + place * (width + gap)
        paper.set_fill_color(*TINT)
        paper.rect(left, top, width, 23, style="F", round_corners=True, corner_radius=2)
        paper.set_xy(left + 3, top + 2.5)
        paper.ink(INK, 16, True)
        paper.cell(width - 6, 8, value)
        paper.set_xy(left + 3, top + 11)
        paper.ink(SOFT, 7.8)
        paper.multi_cell(width - 6, 3.7, text, align="L")
    paper.set_xy(MARGIN, top + 26)


def _table(paper: Paper, table: Table) -> None:
    size = 7.4 if table.small else 8.6
    paper.ink(INK, size)
    paper.set_draw_color(*RULE)
    paper.set_fill_color(255, 255, 255)
    widths = _widths(paper, table, size)
    aligns = tuple("LEFT" if place < table.text_columns else "RIGHT" for place in range(len(table.columns)))
    with paper.table(
        col_widths=widths,
        text_align=aligns,
        width=paper.epw,
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        headings_style=FontFace(emphasis=TextEmphasis.B, color=SOFT),
        line_height=4.1 if table.small else 5.2,
        padding=(0.5, 1.0, 0.5, 0.0) if table.small else (0.7, 1.2, 0.7, 0.0),
    ) as grid:
        for cells in (table.columns, *table.rows):
            row = grid.row()
            for cell in cells:
                row.cell(cell)
    paper.ln(3)


def _widths(paper: Paper, table: Table, size: float) -> tuple[float, ...]:
    """Columns as wide as what stands in them; a long text gives way to the others."""
    wanted = []
    for place, name in enumerate(table.columns):
        paper.set_font(FACE, "B", size)
        head = max((paper.get_string_width(word) for word in name.split()), default=0.0)
        paper.set_font(FACE, "", size)
        body = max((paper.get_string_width(row[place]) for row in table.rows), default=0.0)
        wanted.append(min(max(head, body) + 4.0, 95.0))
    spare = paper.epw - sum(wanted)
    if spare > 0:
        return tuple(width + spare / len(wanted) for width in wanted)
    widest = max(range(len(wanted)), key=lambda place: wanted[place])
    wanted[widest] = max(25.0, wanted[widest] + spare)
    return tuple(wanted)


def _plots(paper: Paper, figures: tuple, caption: str) -> None:
    tall = _tall(paper, figures)
    paper.room(tall + 8)
    top, left = paper.get_y(), MARGIN
    share = _share(paper, figures)
    for figure in figures:
        wide, high = _size(paper, figure, share)
        file = io.BytesIO()
        figure.savefig(file, format="png", dpi=DPI, facecolor="white")
        file.seek(0)
        paper.image(file, x=left, y=top, w=wide, h=high)
        left += share
    paper.set_xy(MARGIN, top + tall + 1.5)
    if caption:
        paper.ink(SOFT, 8)
        paper.words(caption, 4)
    paper.ln(3)


def _size(paper: Paper, figure, share: float) -> tuple[float, float]:
    """Width and height on paper, mm: as wide as its share allows, no higher than a page."""
    wide, high = figure.get_size_inches()
    width = min(share - (3 if share < paper.epw else 0), wide * 25.4)
    height = width * high / wide
    most = paper.h - 2 * MARGIN - 24
    return (width, height) if height <= most else (width * most / height, most)


def _share(paper: Paper, figures: tuple) -> float:
    """Room for each of the figures of a row, mm; a narrow one alone keeps its own width."""
    if len(figures) > 1:
        return paper.epw / len(figures)
    return min(paper.epw, figures[0].get_size_inches()[0] * 20.0)


def _tall(paper: Paper, figures: tuple) -> float:
    share = _share(paper, figures)
    return max(_size(paper, figure, share)[1] for figure in figures)
