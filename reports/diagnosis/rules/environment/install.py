"""Packages that an installer does not find."""

from __future__ import annotations

import re
from collections.abc import Iterator

from matrix.catalogue.releases import catalogue
from matrix.versions import version_in
from reports.diagnosis.advising.advice import Advice, advice
from reports.diagnosis.match import Match
from reports.diagnosis.rule import CERTAIN, LIKELY, Example, Rule
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Cause

_ENV = Cause.ENV_IMPORT_FAILURE
_TENSORFLOW = r"tensorflow(?:[-_](?:cpu|gpu|intel|macos))?"


def _with_its_python(_symptom: Symptom, match: Match) -> Iterator[Advice]:
    """The Pythons that a release of TensorFlow has wheels for, where the text names the release."""
    wanted = re.fullmatch(rf"{_TENSORFLOW}[=~]=(?P<version>[\d.]+)", match["package"])
    version = version_in(wanted["version"]) if wanted else None
    minor = version.release[:2] if version else ()
    release = next((release for release in catalogue() if release.minor == minor), None)
    if release is None:
        yield advice("Choose a Python version that the release supports, 64-bit.")
    else:
        pythons = release.pythons
        span = f"{pythons[0]} to {pythons[-1]}" if len(pythons) > 1 else pythons[0]
        yield advice(f"Use Python {span}, 64-bit: TensorFlow {release.version} has wheels for it.")


INSTALL = (
    Rule(
        name="distribution-absent",
        said=(
            r"DistributionNotFound: The '(?P<package>[\w.-]+)[^'\n]*' distribution was not found",
        ),
        certainty=CERTAIN,
        cause=Cause.ENV_IMPORT_FAILURE,
        subject="{package}",
        explanation="A package asks for `{package}`, which this environment does not have.",
        remedies=(advice("Install what the package asks for, in the version that it asks for."),),
        source="pkg_resources/__init__.py (setuptools)",
        examples=(
            Example(
                "pkg_resources.DistributionNotFound: The 'tensorflow>=1.15' distribution was not "
                "found and is required by the application",
                subject="tensorflow",
            ),
        ),
    ),
    Rule(
        name="tensorflow-without-a-wheel",
        said=(
            rf"(?:satisfies the requirement|No matching distribution found for) "
            rf"(?P<package>{_TENSORFLOW}(?![-_\w])[^\s(,;]*)",
            r"(?P<package>tensorflow[\w.+-]*\.whl) is not a supported wheel",
        ),
        certainty=CERTAIN,
        cause=_ENV,
        subject="{package}",
        explanation="This TensorFlow has no wheel for this Python version on this platform.",
        remedies=(_with_its_python,),
        source="pip/_internal/resolution/resolvelib/factory.py",
        examples=(
            Example(
                "ERROR: Could not find a version that satisfies the requirement tensorflow==1.15",
                subject="tensorflow==1.15",
            ),
            Example(
                "ERROR: No matching distribution found for tensorflow (from versions: none)",
                subject="tensorflow",
            ),
        ),
    ),
    Rule(
        name="no-wheel",
        said=(
            r"Could not find a version that satisfies the requirement (?P<package>[^\s(,;]+)",
            r"No matching distribution found for (?P<package>[^\s(,;]+)",
            r"(?P<package>[\w.+-]*\.whl) is not a supported wheel",
        ),
        certainty=LIKELY,
        cause=_ENV,
        subject="{package}",
        explanation="The package index has no such package for this Python version and platform.",
        remedies=(
            advice("Check the name and the version, and the Python versions that it supports."),
        ),
        source="pip/_internal/resolution/resolvelib/factory.py",
        examples=(
            Example(
                "ERROR: No matching distribution found for tflite-runtime",
                subject="tflite-runtime",
            ),
        ),
        counter_examples=(Example("No matching distribution found for tensorflow==2.3"),),
    ),
)
