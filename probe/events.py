"""What the probe says of exceptions and memory, and its own words in the log.

Part of the probe (see `probe.py`): Python 3.7 syntax.
"""

import sys
import traceback

MOST_TEXT = 20000


def say(text):
    # If the process dies in native code, the last of these lines tells where.
    sys.stderr.write("probe: %s\n" % text)
    sys.stderr.flush()


def described(error):
    """An exception as data, with the ones it came from."""
    chain, seen = [], {id(error)}
    link = error.__cause__ or error.__context__
    while link is not None and id(link) not in seen and len(chain) < 10:
        seen.add(id(link))
        chain.append({"type": type(link).__name__, "message": shortened(text_of(link))})
        link = link.__cause__ or link.__context__
    lines = traceback.format_exception(type(error), error, error.__traceback__)
    return {
        "type": type(error).__name__,
        "message": shortened(text_of(error)),
        "traceback": shortened("".join(lines)),
        "chain": chain,
    }


def text_of(error):
    try:
        return str(error)
    except Exception as problem:
        return "(the message cannot be shown: %s)" % type(problem).__name__


def shortened(text):
    if len(text) <= MOST_TEXT:
        return text
    half = MOST_TEXT // 2
    return "%s\n... %d characters left out ...\n%s" % (
        text[:half],
        len(text) - 2 * half,
        text[-half:],
    )


def peak_mb():
    """The most memory this process has had resident, in MB; None where it cannot be read."""
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // (1024 * 1024 if sys.platform == "darwin" else 1024)
