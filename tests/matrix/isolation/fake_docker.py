"""Does what `docker run` does with the options that we use, by bubblewrap; refuses any other."""

import argparse
import csv
import os


def main() -> None:
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("verb", choices=["run"])
    for name in ("--rm", "--interactive", "--init", "--read-only"):
        parser.add_argument(name, action="store_true", required=True)
    for name in ("--name", "--pids-limit", "--user", "--workdir", "--entrypoint", "--memory"):
        parser.add_argument(name, required=True)
    parser.add_argument("--memory-swap", required=True)
    parser.add_argument("--network", choices=["none", "bridge"], required=True)
    parser.add_argument("--ipc", choices=["private"], required=True)
    parser.add_argument("--cap-drop", choices=["ALL"], required=True)
    parser.add_argument("--security-opt", choices=["no-new-privileges"], required=True)
    parser.add_argument("--env", action="append", default=[])
    parser.add_argument("--mount", action="append", default=[])
    parser.add_argument("image")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    asked = parser.parse_args()
    wrapped = ["bwrap", "--unshare-pid", "--unshare-ipc", "--die-with-parent", "--clearenv"]
    wrapped += ["--unshare-net"] if asked.network == "none" else []
    # The image: a C library and a few programs.
    wrapped += ["--ro-bind", "/usr", "/usr", "--proc", "/proc", "--dev", "/dev"]
    for name in ("lib", "lib64", "bin"):
        wrapped += ["--symlink", f"usr/{name}", f"/{name}"]
    for line in asked.mount:
        fields = next(csv.reader([line]))
        named = dict(field.partition("=")[::2] for field in fields)
        bound = "--ro-bind" if "readonly" in named else "--bind"
        wrapped += [bound, named["source"], named["target"]]
    for variable in asked.env:
        wrapped += ["--setenv", *variable.split("=", 1)]
    wrapped += ["--chdir", asked.workdir, "--remount-ro", "/", "--", *asked.command]
    os.execvp(wrapped[0], wrapped)


if __name__ == "__main__":
    main()
