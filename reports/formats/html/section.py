"""The part of the page about one model: what it is, where it loads, how, and why not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reports.formats.grid import loaders_of
from reports.formats.html.causes import link
from reports.formats.html.frame import chip
from reports.formats.shared_reasons import SharedReason, shared_reasons
from reports.formats.table import words
from reports.formats.verdict_style import classes_of
from reports.report.cause import Diagnosis, Remedy
from reports.report.cell_report import CellReport
from reports.report.check_report import CheckReport
from reports.report.model_report import ModelReport
from reports.report.summary_report import LoadingAdvice
from reports.report.text import escape


@dataclass(frozen=True, kw_only=True)
class Place:
    """A model and its `key`: the name that stands for it in addresses, unique in the report."""

    key: str
    model: ModelReport


def render_section(place: Place, *, later: bool = False) -> str:
    """The section of a model.

    What comes `later` stands in a `noscript` element: to a browser that runs the script it is one
    text, which becomes elements when a reader comes near it. Hundreds of tables at once would
    keep a browser busy for seconds.
    """
    model, key = place.model, place.key
    tested = not model.untested
    body = [*_grid(place), *_ways(model.summary.ways), *_reasons(place)] if tested else []
    return "\n".join(
        [
            f'<section class="model" id="{key}" aria-labelledby="name:{key}">',
            f'<h2 id="name:{key}">{escape(model.name)}</h2>',
            *([_facts(model)] if tested else []),
            f'<p class="summary">{_with_code(model.summary.text)}</p>',
            *_specifiers(model),
            *(["<noscript>", *body, "</noscript>"] if later else body),
            "</section>",
        ]
    )


def _with_code(text: str) -> str:
    """Escaped text in which calls stand as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def _facts(model: ModelReport) -> str:
    """What the model is, on one line."""
    facts = [f"<span>{escape(model.format)}</span>"]
    saved = [
        f"{name} {version}"
        for name, version in (
            ("TensorFlow", model.facts.get("tensorflow")),
            ("Keras", model.facts.get("keras")),
        )
        if version
    ]
    if saved:
        facts.append(f"<span>written by {escape(' and '.join(saved))}</span>")
    if isinstance(size := model.facts.get("size_bytes"), int):
        facts.append(f"<span>{_size(size)}</span>")
    digest = escape(model.sha256)
    facts.append(f'<span>SHA-256 <code class="digest">{digest}</code></span>')
    return f'<p class="facts">{" ".join(facts)}</p>'


def _size(size: float) -> str:
    for unit in ("bytes", "KB", "MB"):
        if size < 1000:  # noqa: PLR2004
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} GB"


def _specifiers(model: ModelReport) -> Iterator[str]:
    """The specifiers to copy, what a reader should know, specifiers that differ, and the walls."""
    for verb, where in model.works_in:
        yield f'<p class="where">{escape(verb.capitalize())}</p>'
        yield f'<div class="snippet"><pre>{escape(where)}</pre>{_COPY}</div>'
    if model.remarks:
        remarks = "".join(f"<li>{escape(remark)}</li>" for remark in model.remarks)
        yield f'<ul class="remarks">{remarks}</ul>'
    if model.specifiers:
        items = "".join(
            f"<li><b>{escape(name)}</b> {escape(where)}</li>"
            for name, where in model.specifiers.items()
        )
        yield f'<ul class="specifiers">{items}</ul>'
    for text in (model.reused, model.isolation):
        if text:
            yield f'<p class="isolation">{escape(text)}</p>'


_COPY = '<button type="button" class="copy">Copy</button>'


def _grid(place: Place) -> Iterator[str]:
    """A plain table; each verdict is a link to its cell, which the script opens."""
    loaders = loaders_of(place.model)
    heads = "".join(f'<th scope="col">{escape(name)}</th>' for name in loaders)
    yield '<div class="scroll"><table class="grid">'
    yield f'<caption class="ear">{escape(place.model.name)}: verdicts by release</caption>'
    yield (
        '<thead><tr><th scope="col">TensorFlow</th><th scope="col">Python</th>'
        f'<th scope="col">Keras</th><th scope="col">verdict</th>{heads}</tr></thead><tbody>'
    )
    for cell in place.model.cells:
        yield _line(place.key, cell, loaders)
    yield "</tbody></table></div>"


def _line(key: str, cell: CellReport, loaders: Sequence[str]) -> str:
    name = escape(cell.id)
    link = f"#{key}/{name}"
    extra = "" if cell.plain else ' class="extra"'
    checks = "".join(_verdict(link, cell.best(loader)) for loader in loaders)
    return (
        f'<tr{extra}><th scope="row"><a href="{link}">{name}</a></th>'
        f"<td>{escape(cell.python)}</td><td>{escape(cell.keras)}</td>"
        f'<td class="{classes_of(cell.verdict, cell.expected)}">{escape(cell.verdict)}</td>'
        f"{checks}</tr>"
    )


def _verdict(base: str, check: CheckReport | None) -> str:
    if check is None:
        return "<td></td>"
    link = f'<a href="{base}/{escape(check.loader)}">{escape(words(check))}</a>'
    return f'<td class="{classes_of(check.verdict, check.expected)}">{link}</td>'


def _ways(advice: Sequence[LoadingAdvice]) -> Iterator[str]:
    if not advice:
        return
    yield "<h3>How to load it</h3>"
    for way in advice:
        beside = f", with <code>{escape(way.install)}</code> installed" if way.install else ""
        yield (
            f'<p class="where">In {escape(way.releases)}{beside}</p>'
            f'<div class="snippet"><pre>{escape(way.snippet)}</pre>{_COPY}</div>'
        )


def _reasons(place: Place) -> Iterator[str]:
    """Why cells are not `runs`, each reason once; closed, but in the page for search and print."""
    reasons = shared_reasons(place.model)
    if not reasons:
        return
    yield "<h3>Why</h3>"
    for reason in reasons:
        yield (
            f'<details class="why" data-verdict="{escape(reason.check.verdict)}" '
            f'data-loaders="{escape(" ".join(reason.loaders))}"><summary>'
            f"{chip(reason.check.verdict)} <b>{escape(reason.where)}</b> "
            f"<span>{escape(reason.explanation)}</span></summary>"
            f"<div>{''.join(_evidence(reason))}</div></details>"
        )


def _evidence(finding: SharedReason) -> Iterator[str]:
    check = finding.check
    if check.diagnosis:
        yield from _diagnosis(check.diagnosis, finding.remedies)
    error, ending = check.error, check.ending
    if error and error.message:
        yield f"<h4>{escape(error.type or 'Error')}</h4>"
        yield f"<pre>{escape(error.message)}</pre>"
    # One stands for all: the script shows those of the other cells.
    for title, text in (
        ("Traceback", error.traceback if error else ""),
        ("Last output", ending.log if ending else ""),
    ):
        if text:
            yield f"<h4>{title} in {escape(finding.cells[0].id)}</h4><pre>{escape(text)}</pre>"
    if not error and not ending and not check.diagnosis:
        yield f"<p>{escape(finding.explanation)}</p>"


def _diagnosis(diagnosis: Diagnosis, remedies: Sequence[Remedy]) -> Iterator[str]:
    subject = f": <code>{escape(diagnosis.subject)}</code>" if diagnosis.subject else ""
    yield f'<p class="cause">{link(diagnosis)}{subject}</p>'
    yield from (f"<p>Or: {escape(other.in_words)}</p>" for other in diagnosis.alternatives)
    if diagnosis.evidence:
        yield f"<h4>Evidence</h4><pre>{escape(diagnosis.evidence)}</pre>"
    if remedies:
        yield "<h4>What makes it load</h4>"
    for remedy in remedies:
        mark = ' <span class="verified">verified in this run</span>' if remedy.verified else ""
        yield f"<p>{escape(remedy.text)}{mark}</p>"
        if remedy.snippet:
            yield f'<div class="snippet"><pre>{escape(remedy.snippet)}</pre>{_COPY}</div>'
