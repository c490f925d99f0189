"""Downloads that failed: nothing specific is known of the file that was to be read."""

from __future__ import annotations

from reports.diagnosis.advising.advice import advice
from reports.diagnosis.rule import LIKELY, Example, Rule
from reports.report.cause import Cause

GENERAL = (
    Rule(
        name="download",
        said=(
            r"(?i:request to (?P<path>\S+) failed with status code)",
            r"[Ff]ailed to fetch(?:: (?P<path>\S+\w))?",
            r"\b[45]\d\d (?:Client|Server) Error",
            r"(?:Repository|(?:Local)?Entry|Revision) ?Not ?Found(?:Error)?",
            r"(?:Unable|Failed) to resolve (?:host|'?(?P<path>[\w-]+\.[\w.-]+\w))",
            r"Temporary failure in name resolution",
            r"URL fetch failure",
            r"URLError",
            r"Could not find base path (?P<path>\S+)",
            r"(?:HTTP|HTTPS|Http) ?Error:? ?[45]\d\d",
            r"(?P<path>\S{1,300}) does not appear to be a valid module",
            r"Error no file named (?:\[[^\]\n]{0,200}?(?=tf_model))?(?P<path>[\w.-]*\w)",
            r"Can't load (?:the )?(?:weights|config(?:uration)?|model|tokenizer) for "
            r"'?(?P<path>[\w/.-]+)",
            r"[Ff]ailed to download",
            r"Name or service not known",
            r"getaddrinfo failed",
            r"CERTIFICATE_VERIFY_FAILED",
            r"Max retries exceeded with url",
            r"An error occurred \((?:404|NoSuchKey|NoSuchBucket)\) when calling",
            r"exceptions\.NotFound: 404",
            r"The specified (?:key|bucket|blob|container) does not exist",
        ),
        named=(r"(?P<path>https?://[^\s'\"<>()]*[\w/])",),
        certainty=LIKELY,
        cause=Cause.MISSING_FILE,
        subject="{path}",
        explanation="The download failed: the address is wrong or cannot be reached.",
        remedies=(
            advice(
                "Download the file yourself, check that it is complete, and load it from its path."
            ),
        ),
        source="keras/utils/data_utils.py, tensorflow_hub/resolver.py",
        examples=(
            Example(
                "OSError: https://tfhub.dev/google/m/1 does not appear to be a valid module.",
                subject="https://tfhub.dev/google/m/1",
            ),
            Example(
                "Exception: URL fetch failure on https://storage.example/w.h5: URLError",
                subject="https://storage.example/w.h5",
            ),
        ),
    ),
)
