"""Arguments that a class of the author sets itself, and its config has as well."""

from __future__ import annotations

from reports.diagnosis.facts.frames import LOADER_OR_KERAS_FILE
from reports.diagnosis.match import Match
from reports.diagnosis.rule import ONE_OF, Example, Rule, diagnosis
from reports.diagnosis.rules.keras.arguments import OWNER, TWICE, keyword_in
from reports.diagnosis.rules.keras.custom import OR_OF_KERAS, WRITE_CONFIG, bare_name, is_users
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Cause, Diagnosis

_CONFIG = Cause.KERAS_CONFIG_INCOMPATIBLE
_CUSTOM = Cause.MISSING_CUSTOM_OBJECT


def _given_twice(symptom: Symptom, match: Match) -> Diagnosis | None:
    """A class that sets an argument itself, which its config has as well."""
    owner, keyword = bare_name(match["owner"]), keyword_in(match["keywords"])
    if owner and not is_users(symptom, owner):
        return None
    return diagnosis(
        symptom,
        match,
        _CUSTOM,
        "{who}",
        "The constructor of a custom class sets `{keyword}` itself, and its config in the file "
        "has it as well.",
        WRITE_CONFIG,
        who=owner or f"argument {keyword}",
        keyword=keyword,
    )


GIVEN_TWICE = (
    Rule(
        name="argument-given-twice",
        said=TWICE,
        named=OWNER,
        facts=(LOADER_OR_KERAS_FILE,),
        certainty=ONE_OF,
        cause=_CUSTOM,
        explain=_given_twice,
        alternatives=(OR_OF_KERAS,),
        source="keras/engine/base_layer.py from_config (Keras 2), public report",
        examples=(
            Example(
                Symptom(
                    message="TypeError: __init__() got multiple values for keyword argument "
                    "'filters'",
                    format="h5",
                ),
                subject="argument filters",
            ),
            Example(
                Symptom(
                    message="TypeError: Encoder.__init__() got multiple values for keyword "
                    "argument 'name'",
                    format="keras_v3",
                ),
                subject="Encoder",
            ),
        ),
        counter_examples=(
            Example("TypeError: __init__() got multiple values for keyword argument 'filters'"),
        ),
    ),
)
