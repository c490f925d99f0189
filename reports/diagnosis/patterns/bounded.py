"""Makes patterns safe: every repeat gets a limit, so no text can make a search hang."""

from __future__ import annotations

_MOST = 300
# A name is shorter than what may stand between two words of a sentence, or than a path.
_SHORTER = {"\\w": 120, "\\d": 40, " ": 40, "\\s": 40}


def bounded(pattern: str) -> str:
    """The pattern with `*` and `+` after a character or a class made repeats with an end.

    What follows a group stays: those are few, and read by people.
    """
    out: list[str] = []
    atom, place = "", 0
    while place < len(pattern):
        end = _end_of_atom(pattern, place)
        piece = pattern[place:end]
        if piece in ("*", "+") and atom not in ("", ")"):
            least = 0 if piece == "*" else 1
            piece = f"{{{least},{_SHORTER.get(atom, _MOST)}}}"
            atom = ""
        else:
            atom = "" if piece in ("(", "|", "?", "*", "+", "^", "$") else piece
        out.append(piece)
        place = end
    return "".join(out)


def _end_of_atom(pattern: str, start: int) -> int:
    """Where a character, an escape, a class or the head of a group ends."""
    if pattern[start] == "\\":
        return start + 2
    if pattern[start] == "{":
        return pattern.index("}", start) + 1 if _is_repeat(pattern, start) else start + 1
    if pattern[start] != "[":
        return start + 1
    place = start + (2 if pattern[start + 1] == "^" else 1)
    # A bracket right at the beginning of a class is one of its characters.
    place += pattern[place] == "]"
    while pattern[place] != "]":
        place += 2 if pattern[place] == "\\" else 1
    return place + 1


def _is_repeat(pattern: str, start: int) -> bool:
    return pattern[start + 1].isdigit() or pattern[start + 1] == ","
