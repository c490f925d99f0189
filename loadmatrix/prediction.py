"""`loadmatrix.predict`: where a model will load, from its bytes alone."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from loadmatrix.calls import AnyPath, called, looked_at, model_at, text_of, texts_of
from matrix.errors import NothingTestable
from matrix.model.contents.gather import contents_or_nothing
from matrix.model.inspection import Inspection, refused
from matrix.options.reading import options_of_values
from matrix.plan.prediction import Prediction
from reports.jobs.predict import predictions_of, selected_releases


def predict(
    model: AnyPath,
    tensorflow: str | None = None,
    *,
    loader: str | Iterable[str] = (),
    offline: bool = False,
) -> tuple[Prediction, ...]:
    """Predict where a model will load, without TensorFlow. A prediction is never a result.

    Args:
        model: a file, a folder, or an address such as `hf://owner/name`, which is downloaded.
        tensorflow: releases, such as `2.15`, `2.8..2.15`, `2.8,2.15`, `latest` or
            `>=2.8,!=2.11.*`; all that are known if it is not given.
        loader: predict only these loaders, such as `keras`.
        offline: use only what was downloaded before.

    Returns:
        One prediction for each release and each loader that fits the format, oldest release first.
        Its `verdict` is `loads`, `fails` or `unknown`, and `why` the reason.

    Raises:
        UsageError: the model does not exist, or there is no such release or loader.
        NothingTestable: what is there is no model, or damaged beyond trying.
        LoadmatrixError: it cannot be downloaded or read.

    Example:
        >>> import loadmatrix
        >>> for one in loadmatrix.predict("examples/half_plus_two", "2.15..2.16"):
        ...     print(one.tensorflow, one.loader, one.verdict)
        2.15.1 saved_model loads
        2.15.1 session loads
        2.15.1 keras fails
        2.15.1 tfsm_layer fails
        2.16.2 saved_model loads
        2.16.2 session loads
        2.16.2 keras fails
        2.16.2 tfsm_layer loads
        2.16.2 tf_keras fails
    """
    __tracebackhide__ = True
    with called():
        given: dict[str, Any] = {"loader": texts_of("loader", loader)}
        if tensorflow is not None:
            given["tensorflow"] = text_of("tensorflow", tensorflow)
        options = options_of_values(given, Path.cwd())
        releases = selected_releases(options)
        place = model_at(model)
        seen = looked_at(place, offline=offline, gather=contents_or_nothing)
        if why := refused(place, seen):
            raise NothingTestable(why)
        assert isinstance(seen, Inspection)
        return predictions_of(seen, releases, options.loaders)
