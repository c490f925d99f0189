"""What each session is for: a sentence and examples, for its help and for the list of commands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class About:
    """`sentence` says what a session does, `examples` are words of calls, `more` is what else."""

    sentence: str
    examples: tuple[str, ...] = ()
    more: str = ""


ABOUT: Mapping[str, About] = {
    "matrix": About(
        sentence="test models in every TensorFlow release",
        examples=(
            "./model --plan",
            "./model --tensorflow 2.8..2.15",
            "./model --fast --require '>=2.12'",
            "./model --json | jq '.models[].summary.specifier'",
        ),
    ),
    "probe": About(
        sentence="test models in one cell, such as 2.15.1",
        more="A cell is a release, perhaps with a Python or packages: 2.15.1, 2.15.1+py3.9, "
        "2.16.2+tf_keras. Reports name their cells so.",
        examples=("./model", "./model --loader keras"),
    ),
    "inspect": About(
        sentence="inspect models without TensorFlow",
        more="Shows the format, what wrote it, layers and ops, whether the files are whole, and "
        "what the model could do beyond computing.",
        examples=("./model", "./model --checksums SHA256SUMS", "--models-from ./models --json"),
    ),
    "predict": About(
        sentence="predict where models will load, without TensorFlow",
        examples=("./model", "./model --tensorflow 2.16.. --loader keras"),
    ),
    "report": About(
        sentence="create a report from stored results",
        more="With several results, one report of all: of a run in shards, or of several runs.",
        examples=("./compatibility", "shard-1 shard-2 --output all"),
    ),
    "ci-matrix": About(
        sentence="print the jobs that share a run, as JSON for CI",
        examples=("./model", "--models-from models.txt --max-jobs 10"),
    ),
    "explain": About(
        sentence="explain a pasted error message",
        examples=(
            "error.txt",
            "compatibility/report.json 2.16.2",
            "--cause missing_custom_object",
        ),
    ),
    "card": About(
        sentence="write a stored report into a model card",
        examples=(
            "compatibility/report.json README.md",
            "compatibility/report.json README.md --diff",
            "README.md --check",
        ),
    ),
    "cache": About(
        sentence="show what is kept; export or import known answers",
        examples=("", "export answers.tar", "import answers.tar"),
    ),
    "clean": About(
        sentence="remove all environments, downloaded models and known answers",
        examples=("", "--envdir ./environments"),
    ),
    "completion": About(
        sentence="print the completion script for a shell",
        more='Turn it on in bash with: eval "$(loadmatrix completion bash)"',
    ),
    "releases": About(
        sentence="bring the catalogue up to date, for maintainers",
        more="Finds new TensorFlow releases, locks and tries them, and refreshes what is known of "
        "Keras, companions, ops, configs and messages. A step that fails does not stop the others.",
        examples=("", "--only keras", "--relock 2.15", "--only companions qkeras 2.15"),
    ),
    "locks": About(
        sentence="check that every lock installs on every platform, for maintainers",
        examples=("", "2.15 2.16", "--newest-python"),
    ),
}
