"""What people paste is read as the program wrote it."""

from __future__ import annotations

import codecs
import json
import time

import pytest

from reports.diagnosis.pasted.decoding import decoded
from reports.diagnosis.pasted.normalize import normalized
from reports.diagnosis.pasted.traceback_parser import symptom_of

ERROR = "ValueError: Unknown layer: 'Functional'. Please ensure this object is known."
TRACEBACK = (
    "Traceback (most recent call last):\n"
    '  File "run.py", line 3, in <module>\n'
    '    model = load_model("a.h5")\n'
    '  File "/site-packages/keras/saving/save.py", line 200, in load_model\n'
    "    raise ValueError(message)\n"
    f"{ERROR}"
)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(TRACEBACK.encode(), id="utf-8"),
        pytest.param(codecs.BOM_UTF8 + TRACEBACK.encode(), id="utf-8-with-mark"),
        pytest.param(TRACEBACK.encode("utf-16"), id="utf-16-with-mark"),
        pytest.param(TRACEBACK.encode("utf-16-le"), id="utf-16-le"),
        pytest.param(TRACEBACK.encode("utf-16-be"), id="utf-16-be"),
        pytest.param(TRACEBACK.encode("utf-32"), id="utf-32"),
        pytest.param(TRACEBACK.replace("\n", "\r\n").encode(), id="crlf"),
    ],
)
def test_encoding_does_not_matter(data: bytes) -> None:
    assert normalized(decoded(data)) == TRACEBACK


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Das System kann die angegebene Datei nicht finden: für später", "cp1252"),
        ("系统找不到指定的文件。: model.h5", "gb18030"),
        ("系统找不到指定的文件。: model.h5", "utf-8"),
    ],
)
def test_windows_messages_of_other_languages_are_read(text: str, encoding: str) -> None:
    assert decoded(text.encode(encoding)) == text


def test_one_damaged_letter_leaves_the_rest_utf_8() -> None:
    assert decoded("für später: ä".encode() + b"\xff") == "für später: ä\N{REPLACEMENT CHARACTER}"


def _each(prefix: str, text: str = TRACEBACK) -> str:
    return "\n".join(prefix + line for line in text.split("\n"))


@pytest.mark.parametrize(
    "prefix",
    [
        pytest.param("serving-1  | ", id="docker-compose"),
        pytest.param("2024-01-02T03:04:05.123456789Z stderr F ", id="container"),
        pytest.param("[pod/serving-7d9f-x2/model] ", id="kubectl"),
        pytest.param("2024-01-02T03:04:05.1234567Z ", id="job-runner"),
        pytest.param("2024-01-02 03:04:05,123 - root - ERROR - ", id="python-logging"),
        pytest.param("ERROR:root:", id="python-logging-short"),
        pytest.param("[2024-01-02 03:04:05 +0000] [ERROR] ", id="gunicorn"),
        pytest.param("E0000 00:00:1704164645.123456    1234 loader.cc:12] ", id="glog"),
        pytest.param("2024-01-02 03:04:05.123456: E tensorflow/core/a.cc:12] ", id="tensorflow"),
        pytest.param("Jan  2 03:04:05 host python[123]: ", id="syslog"),
        pytest.param("> ", id="quote"),
        pytest.param("> > ", id="quote-of-a-quote"),
        pytest.param("E   ", id="pytest"),
        pytest.param("!! ", id="marks"),
        pytest.param("2024-01-02T03:04:05Z serving-1 | 2024-01-02 03:04:05,1 ", id="log-in-a-log"),
    ],
)
def test_prefix_of_every_line_goes(prefix: str) -> None:
    assert normalized(_each(prefix)) == TRACEBACK


def test_line_numbers_go() -> None:
    lines = TRACEBACK.split("\n")
    assert normalized("\n".join(f"{n}: {line}" for n, line in enumerate(lines, 1))) == TRACEBACK
    assert normalized("\n".join(f"{n}\t{line}" for n, line in enumerate(lines, 9))) == TRACEBACK


def test_box_of_a_terminal_goes() -> None:
    boxed = "\n".join(f"\u2502 {line:<90} \u2502" for line in TRACEBACK.split("\n"))
    assert normalized(boxed) == TRACEBACK


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"\x1b[0;31m{ERROR}\x1b[0m", id="colour"),
        pytest.param(f"[0;31m{ERROR}[0m", id="colour-without-escape"),
        pytest.param(f"\x1b]0;title\x07{ERROR}\x1b[K", id="title"),
        pytest.param(f"<div class='out'><pre>{ERROR}</pre></div>", id="html"),
        pytest.param(f"<pre>{ERROR.replace(chr(39), '&#39;')}<br></pre>", id="entities"),
        pytest.param(f"```python\n{ERROR}\n```", id="fence"),
        pytest.param(f"**{ERROR}**", id="bold"),
        pytest.param(ERROR.replace("Unknown layer", "**Unknown layer**"), id="bold-words"),
        pytest.param(ERROR.replace(" ", "\u200b ", 1), id="invisible"),
        pytest.param(ERROR.replace(" ", "\N{NO-BREAK SPACE}", 1), id="no-break-space"),
        pytest.param(f"{ERROR}\0", id="nul"),
    ],
)
def test_what_is_put_around_a_sentence_goes(text: str) -> None:
    assert normalized(text).strip() == ERROR


def test_traceback_of_a_notebook_is_its_lines() -> None:
    cell = {"output_type": "error", "traceback": ["\x1b[0;31mValueError\x1b[0m: no", "layer"]}
    assert normalized(json.dumps({"cells": [{"outputs": [cell]}]})) == "ValueError: no\nlayer"


def test_text_of_json_has_its_lines_again() -> None:
    assert normalized(json.dumps(TRACEBACK).strip('"')) == TRACEBACK


@pytest.mark.parametrize("width", [40, 61, 80, 120])
def test_lines_of_a_terminal_are_whole_again(width: int) -> None:
    text = ERROR + " Give it as `custom_objects` of the function that loads the model." * 4
    wrapped = "\n".join(text[start : start + width] for start in range(0, len(text), width))
    assert normalized(wrapped) == text


@pytest.mark.parametrize("end", ["\N{HORIZONTAL ELLIPSIS}", " [...]", "... [truncated]", "<snip>"])
def test_cut_end_is_always_three_dots(end: str) -> None:
    assert normalized(ERROR + end) == ERROR + "..."


@pytest.mark.parametrize(
    "text",
    [
        TRACEBACK,
        "TypeError: <class 'keras.src.models.Sequential'> could not be read: <tf.Tensor 'x' b>",
        "a | b",
        "f(*args, **kwargs)\n2**3 ** 4**5\ng(**kwargs)",
        "1: one\nthen: two",
        "The file C:\\new\\names\\n.h5 does not exist",
        "> 5 layers expected",
        "Errors may have occurred:\n - first\n - second",
        "int32[] \n[2, 3]\n[4, 5]",
        f"{'word ' * 15}and\nno more of this line",
        f"{'The same line is written often. ' * 3}\n" * 4,
        f"- {'first point of some ' * 4}\n- {'other point of some ' * 4}\n- third",
    ],
)
def test_other_text_stays_as_it_is(text: str) -> None:
    assert normalized(text) == text


def test_traceback_in_a_log_is_found() -> None:
    log = _each("serving-1  | 2024-01-02 03:04:05,123 ", TRACEBACK) + "\n"
    symptom = symptom_of(log)
    assert (symptom.kind, symptom.message) == ("ValueError", ERROR.partition(": ")[2])


@pytest.mark.parametrize(
    "text",
    [
        "<" * 60_000,
        "<div " * 12_000,
        "&#" * 30_000,
        "\x1b[" * 30_000,
        "\x1b]" * 30_000,
        "> " * 30_000,
        "2024-01-02 " * 6_000,
        "a" * 60_000,
        "\n" * 60_000,
        " " * 60_000,
        '{"traceback":' * 4_000,
        "<script>" * 8_000,
        "\u2502 x" * 20_000,
        ("x" * 80 + "\n") * 700,
    ],
)
def test_hostile_text_takes_no_time(text: str) -> None:
    begun = time.process_time()
    normalized(text)
    assert time.process_time() - begun < 1
