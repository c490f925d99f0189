"""Code that was written for another Python."""

from __future__ import annotations

from reports.diagnosis.advising.advice import advice
from reports.diagnosis.facts.frames import IN_A_PACKAGE
from reports.diagnosis.rule import CERTAIN, LIKELY, Example, Rule
from reports.report.cause import Cause

_ENV = Cause.ENV_IMPORT_FAILURE

PYTHON_CODE = (
    Rule(
        name="module-gone-from-python",
        said=(r"No module named ['\"]?(?P<module>(?:imp|distutils|asyncore|asynchat)\b[\w.]*)",),
        certainty=CERTAIN,
        cause=_ENV,
        subject="{module}",
        explanation="Python 3.12 and newer have no module `{module}`, which code here imports.",
        remedies=(
            advice("Use Python 3.11 or older, or a newer version of the package that imports it."),
        ),
        source="Python 3.12, What's New: Removed",
        examples=(
            Example("ModuleNotFoundError: No module named 'distutils'", subject="distutils"),
        ),
    ),
    Rule(
        name="python-2",
        said=(
            r"No module named ['\"]?(?P<module>cPickle|ConfigParser|Queue|StringIO|Tkinter|"
            r"urllib2|urlparse|__builtin__|commands)\b",
            r"name '(?P<module>unicode|xrange|basestring|raw_input|unichr|long|reload)' is not "
            r"defined",
            r"Missing parentheses in call to '(?P<module>print|exec)'",
        ),
        certainty=CERTAIN,
        cause=_ENV,
        subject="{module}",
        explanation="The code was written for Python 2: Python 3 has no `{module}` of that kind.",
        remedies=(advice("Use a version of the code that was written for Python 3."),),
        source="Python 3.0, What's New",
        examples=(
            Example("ModuleNotFoundError: No module named 'cPickle'", subject="cPickle"),
            Example("NameError: name 'xrange' is not defined", subject="xrange"),
        ),
    ),
    Rule(
        name="syntax-of-another-python",
        said=(r"\b(?:SyntaxError|IndentationError|TabError): [^\n]*",),
        facts=(IN_A_PACKAGE,),
        certainty=CERTAIN,
        cause=_ENV,
        subject="Python",
        explanation="An installed package was written for a different Python than this one.",
        remedies=(advice("Use a Python version that the package supports."),),
        source="public report",
        examples=(
            Example(
                'File "/a/site-packages/tensorflow/python/pywrap_tensorflow_internal.py", line '
                "114\n    def TFE_ContextOptionsSetAsync(arg1, async):\n"
                "SyntaxError: invalid syntax",
                subject="Python",
            ),
        ),
        counter_examples=(
            Example('File "train.py", line 4\n    print x\nSyntaxError: invalid syntax'),
        ),
    ),
    Rule(
        name="words-of-another-python",
        said=(
            r"TypeError: '(?:type|ABCMeta|function)' object is not subscriptable",
            r"TypeError: unsupported operand type\(s\) for \|: 'type' and",
            r"(?:requires|only supports) Python [<>=!~ '\"]*[\d.]+",
            r"Package '?[\w-]+'? requires a different Python",
        ),
        certainty=LIKELY,
        cause=_ENV,
        subject="Python",
        explanation=(
            "The code was written for a different Python version than the one it runs in."
        ),
        remedies=(advice("Use a Python version that the code supports."),),
        source="Python 3.9, What's New",
        examples=(
            Example("TypeError: 'type' object is not subscriptable", subject="Python"),
            Example(
                "ERROR: Package 'keras' requires a different Python: 3.8.10 not in '>=3.9'",
                subject="Python",
            ),
        ),
    ),
)
