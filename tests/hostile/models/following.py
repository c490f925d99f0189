"""Models that leave links, pipes and holes where the parent reads and writes."""

from common import lambda_h5

# Every place that the parent may read or write: results of this run, and the scratch of the probe.
PLACES = """
def places(facts, *endings):
    import glob, os, tempfile
    found = []
    for folder in (os.path.join(facts["results"], "*", "*"), os.path.join(facts["results"], "*")):
        found += [one for ending in endings for one in glob.glob(os.path.join(folder, ending))]
    for folder in {os.path.expanduser("~"), tempfile.gettempdir(), os.getcwd()}:
        if facts["playground"] not in folder:
            continue
        for base, folders, files in os.walk(folder):
            found += [os.path.join(base, one) for one in files if os.path.splitext(one)[1] in
                      {os.path.splitext(ending)[1] for ending in endings}]
            found += [os.path.join(base, ending.replace("*", str(number)))
                      for ending in endings for number in range(4)]
    return found

def instead(path, make):
    import os
    try:
        if os.path.lexists(path):
            os.unlink(path)
        make(path)
    except OSError:
        pass
"""


def _model(path, payload, facts):
    return lambda_h5(path, payload, dict(facts, places=PLACES))


def _logs_are_links(facts):
    import os

    exec(facts["places"], globals())
    for place in places(facts, "log.txt"):  # noqa: F821 - just made
        instead(place, lambda path: os.symlink(facts["secret"], path))  # noqa: F821
    raise ValueError("does not load")


def log_is_a_link(path, facts):
    """The tail of a log is in the report."""
    return _model(path, _logs_are_links, facts)


def _outcomes_are_links(facts):
    import glob
    import os

    exec(facts["places"], globals())
    for folder in glob.glob(os.path.join(facts["results"], "*")):
        if os.path.isdir(os.path.join(folder, "all")):
            place = os.path.join(folder, "outcome.json")
            instead(place, lambda path: os.symlink(facts["target"], path))  # noqa: F821


def outcome_is_a_link(path, facts):
    """The tool writes the outcome, and with it over the target."""
    return _model(path, _outcomes_are_links, facts)


def _outputs_are_links(facts):
    import os

    exec(facts["places"], globals())
    for place in places(facts, "outputs-*.npz"):  # noqa: F821
        instead(place, lambda path: os.symlink(facts["secret"], path))  # noqa: F821


def outputs_are_links(path, facts):
    return _model(path, _outputs_are_links, facts)


def _hard_links(facts):
    import os

    exec(facts["places"], globals())
    for place in places(facts, "outputs-*.npz", "log.txt"):  # noqa: F821
        instead(place, lambda path: os.link(facts["secret"], path))  # noqa: F821


def hard_links(path, facts):
    return _model(path, _hard_links, facts)


def _pipes(facts):
    import os

    exec(facts["places"], globals())
    for place in places(facts, "events.jsonl", "log.txt", "outputs-*.npz"):  # noqa: F821
        instead(place, os.mkfifo)  # noqa: F821
    raise ValueError("does not load")


def pipes(path, facts):
    """Who opens one waits for ever."""
    return _model(path, _pipes, facts)


def _devices(facts):
    import os

    exec(facts["places"], globals())
    for place in places(facts, "log.txt", "outputs-*.npz", "events.jsonl"):  # noqa: F821
        instead(place, lambda path: os.symlink("/dev/zero", path))  # noqa: F821
    raise ValueError("does not load")


def devices(path, facts):
    """Reading one never ends."""
    return _model(path, _devices, facts)


def _holes(facts):
    import os

    exec(facts["places"], globals())

    def huge(path):
        with open(path, "wb") as file:
            os.truncate(file.fileno(), 2**40)

    for place in places(facts, "outputs-*.npz", "log.txt"):  # noqa: F821
        instead(place, huge)  # noqa: F821


def holes(path, facts):
    """A terabyte that takes no room, until somebody copies it."""
    return _model(path, _holes, facts)


def _folders(facts):
    import os

    exec(facts["places"], globals())
    for place in places(facts, "events.jsonl", "log.txt", "outputs-*.npz"):  # noqa: F821
        instead(place, os.mkdir)  # noqa: F821


def folders(path, facts):
    return _model(path, _folders, facts)


def _deep(facts):
    import os

    os.chdir(os.path.expanduser("~"))
    for _ in range(3000):
        os.mkdir("deep")
        os.chdir("deep")


def deep_folders(path, facts):
    """Deeper than recursion and longer than a path may be."""
    return _model(path, _deep, facts)


def _closed_folders(facts):
    import os

    for number in range(20):
        folder = os.path.join(os.path.expanduser("~"), "closed-%d" % number)
        os.mkdir(folder)
        with open(os.path.join(folder, "file"), "w"):
            pass
        os.chmod(folder, 0)


def closed_folders(path, facts):
    """Nobody but root may look into them, so nobody else can remove them."""
    return _model(path, _closed_folders, facts)


def _scratch_is_a_link(facts):
    import os
    import shutil

    home = os.path.expanduser("~")
    if facts["playground"] in home:
        shutil.rmtree(home, ignore_errors=True)
        os.symlink(os.path.dirname(facts["target"]), home)


def scratch_is_a_link(path, facts):
    """Who removes the scratch removes what it leads to."""
    return _model(path, _scratch_is_a_link, facts)
