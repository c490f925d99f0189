"""Checks and how they are put to the probe."""

from __future__ import annotations

import json
from dataclasses import replace

from matrix.plan.check import Check
from matrix.plan.loaders.keras import COMPILED
from matrix.plan.variant import ONLY


def test_identifier_names_model_loader_and_variant() -> None:
    check = Check(model=1, path="/m", loader="keras", variant=COMPILED)
    assert check.id == "1:keras:compile=True"


def test_identifier_of_a_check_without_variants_is_short() -> None:
    assert Check(model=0, path="/m", loader="session").id == "0:session"


def test_request_speaks_the_words_of_the_probe() -> None:
    check = Check(
        model=0, path="/m", loader="session", variant=ONLY.given(tags=["serve"]), skip_if_loaded="x"
    )
    check = replace(
        check, imports=("m",), inputs=("/i.npz",), signature="serve", rules={"below": 7}
    )
    assert json.loads(json.dumps(check.request())) == {
        "check": "0:session",
        "path": "/m",
        "loader": "session",
        "variant": None,
        "options": {"tags": ["serve"]},
        "unless": "x",
        "imports": ["m"],
        "handover": None,
        "custom_objects": None,
        "inputs": ["/i.npz"],
        "rules": {"below": 7},
        "signature": "serve",
    }
