"""Models that change what later models, programs or people use. What they change is a copy."""

from common import lambda_h5


def _start_up_file(facts):
    import os

    with open(os.path.join(facts["site"], "marker.pth"), "w") as file:
        file.write("\n")


def start_up_file(path, facts):
    """Every later Python of this environment runs it."""
    return lambda_h5(path, _start_up_file, facts)


def _package(facts):
    import os

    with open(os.path.join(facts["site"], facts["shared_file"]), "a") as file:
        file.write("\n# written\n")


def package(path, facts):
    """Appended in place: what is a hard link into a cache changes for everybody."""
    return lambda_h5(path, _package, facts)


def _package_anew(facts):
    import os

    file = os.path.join(facts["site"], facts["shared_file"])
    with open(file) as old, open(file + ".new", "w") as new:
        new.write(old.read() + "\n# written\n")
    os.replace(file + ".new", file)


def package_replaced(path, facts):
    return lambda_h5(path, _package_anew, facts)


def _bytecode(facts):
    import glob
    import os

    files = glob.glob(os.path.join(facts["site"], "absl", "__pycache__", "*.pyc"))
    for file in files:
        with open(file, "ab") as code:
            code.write(b"written")


def bytecode(path, facts):
    return lambda_h5(path, _bytecode, facts)


def _interpreter(facts):
    import os
    import sys
    import sysconfig

    folder = sysconfig.get_path("purelib", vars={"base": sys.base_prefix})
    with open(os.path.join(folder, "sitecustomize.py"), "w") as file:
        file.write("# written\n")


def interpreter(path, facts):
    """The Python that all environments of this version stand on."""
    return lambda_h5(path, _interpreter, facts)


def _probe(facts):
    import os

    with open(os.path.join(facts["tool"], "probe", "handover.py"), "a") as file:
        file.write("\n# written\n")


def probe(path, facts):
    return lambda_h5(path, _probe, facts)


def _tool(facts):
    import os

    with open(os.path.join(facts["tool"], "matrix", "machine.py"), "a") as file:
        file.write("\n# written\n")


def tool(path, facts):
    return lambda_h5(path, _tool, facts)


def _installer_cache(facts):
    import os

    with open(os.path.join(facts["uv"], "wheel"), "a") as file:
        file.write("written")


def installer_cache(path, facts):
    return lambda_h5(path, _installer_cache, facts)


def _shell_profile(facts):
    import os

    with open(os.path.join(facts["home"], ".bashrc"), "a") as file:
        file.write("true # written\n")


def shell_profile(path, facts):
    return lambda_h5(path, _shell_profile, facts)


def _neighbours(facts):
    import os

    for place in facts["neighbours"]:
        if os.path.isfile(place):
            with open(place, "ab") as file:
                file.write(b"written")


def neighbours(path, facts):
    """The models that are tested after it."""
    return lambda_h5(path, _neighbours, facts)


def _interpreters(facts):
    import os

    with open(os.path.join(facts["cache"], "interpreters.json"), "w") as file:
        file.write('{"3.11": "%s"}' % facts["marker"])


def noted_interpreters(path, facts):
    """What the tool starts next time."""
    return lambda_h5(path, _interpreters, facts)


def _modes(facts):
    import os

    os.chmod(facts["target"], 0o777)
    os.utime(facts["target"], (0, 0))
    if os.getuid() == 0:
        os.chown(facts["target"], 65534, 65534)


def modes(path, facts):
    """Rights, times and owners are no content, and walls for content do not cover them."""
    return lambda_h5(path, _modes, facts)


def _attributes(facts):
    import os

    os.setxattr(facts["target"], "user.marker", b"written")


def attributes(path, facts):
    return lambda_h5(path, _attributes, facts)


def _itself(facts):
    import os
    import sys

    # Its own file is what it was tested as; it must be the same afterwards.
    for place in sys.argv + [facts["own"]]:
        if os.path.exists(place) and place.endswith(".h5"):
            with open(place, "ab") as file:
                file.write(b"written")


def itself(path, facts):
    return lambda_h5(path, _itself, dict(facts, own=path + ".h5"))


def _shared_memory(facts):
    with open("/dev/shm/" + facts["abstract"], "w") as file:
        file.write("written")


def shared_memory(path, facts):
    return lambda_h5(path, _shared_memory, facts)


def _named(facts):
    import os

    os.rename(facts["target"], facts["target"] + ".moved")


def renamed(path, facts):
    return lambda_h5(path, _named, facts)


def _removed(facts):
    import os

    os.unlink(facts["target"])


def removed(path, facts):
    return lambda_h5(path, _removed, facts)
