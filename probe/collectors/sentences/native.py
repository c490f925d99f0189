"""What the shared objects of a package can say: their literal texts, as far as they are sentences.

A sentence that C++ joins from pieces stands there in pieces, each with `{}` where it goes on.
"""

import mmap
import re
import struct

_TEXT = re.compile(rb"[\t\n\x20-\x7e]{14,}\Z")
_SHORTEST, _LONGEST = 14, 1000
_WORD = re.compile(r"[A-Za-z][a-z']+|[A-Z]{2,}|\ba\b")
_SLOT = re.compile(
    r"%(?:\d+\$)?[-#0 +]*(?:\d+|\*)?(?:\.(?:\d+|\*))?(?:hh|h|ll|l|z|j|t|q|L)?[diouxXeEfgGscpv]"
    r"|\$\d|\{\d*(?::[^{}]*)?\}"
)
# No sentence: a symbol, code, an option of a compiler, the name of a pass, a type.
_JUNK = re.compile(
    r"::|_Z|^\s*-|^\W*$|\\n|(?<!:)//|/\*|\$\{|[{}]\s*$|;\s*$|\w+\(\w+ \w+, |=\"|<<|>>|\bllvm\b"
    r"|\bLLVM\b|\bDWARF|\bMLIR|\bDW_|\bCFI\b|[a-z]\.[a-z]+\.[a-z]+\.|^\w+: \w+, \w+: "
)
# Of the compilers and network libraries inside TensorFlow, whose sentences no model reaches:
# assemblers, MLIR's checks of its own operations, debug information, and what their options do.
_COMPILER = re.compile(
    r"failed to satisfy constraint|failed to verify that|failed to parse \w*(?:Attr|Param)"
    r"|^\S* ?must be .{0,600} values?(?:, but got|$)|requires attribute '|in property conversion"
    r"|\bDictionaryAttr\b|` clause\b|\bclause\b|\b[Ss][Ss][Aa]\b|\b[Oo]perands?\b|\bdirectives?\b"
    r"|(?<!See )\binstructions?\b|\bfixup|\breloc|\bregisters?\b|\bassembl|\bAArch64|\bX86\b"
    r"|\bARM\b|\bPTX\b|\bvector(?:ize|ization)|\bloop (?:nest|fusion|tiling|un)|\bIR\b|\bISel"
    r"|\bbasic block|\b[Pp][Hh][Ii]\b|\bpass(?:es)? (?:to|that|pipeline|on)\b|\bdebug info"
    r"|\bdialect|\bterminator\b|\bsymbol table|\bintrinsic|\bmetadata (?:node|for|must)"
    r"|\bsection\b|\bmangl|\bunwind|\bbitcode|\bbitcast|\baddress space|\b[Mm]em[Rr]ef"
    r"|\bsubgroup|\bVACUUM\b|\bCREATE UNIQUE\b|\b[Ss][Pp][Ii][Rr]_?V|\b[Hh][Ll][Oo]\b|\bSPMD\b"
    r"|\bTPU|\bthunk|\bPJRT|\bgrpc|\bAWS_|\b[Ss]harding|\b[Mm]esh\b|\b[Nn][Vv][Vv][Mm]|\bgpu\."
    r"|\bpointee|\bMBB\b|\bG_[A-Z]+|\bCFG\b|\bGEP\b|\bcallee|\bcoroutine|\bOpen(?:MP|ACC)\b"
    r"|\bXLA\b|\bCheck failed: |\bCHECK failed: |\bmutex\b|\bcookie|\bcertificate|\bTLS\b"
    r"|\bUnspecified error in|=>|\bPC-relative|\bconstexpr|\b[Cc]lang\b|\bELF\b|,\w+,|\bisa\b"
)
# These libraries begin their sentences small; the kernels of TensorFlow do only where an argument
# comes first.
_SMALL = re.compile(r"^[a-z]")
_OF_A_KERNEL = re.compile(
    r"(?i)\b(?:must|should|shapes?|rank|dtype|tensors?|ind(?:ex|ices)|dimensions?|inputs?|outputs?"
    r"|checkpoint|variable|graph|node|op|model|file)\b"
)
# What sentences about failures are made with.
_FAILURE = re.compile(
    r"(?i)\b(?:must|not|cannot|can't|isn't|doesn't|don't|didn't|wasn't|aren't|won't|no|never|none"
    r"|invalid|unknown|unsupported|unexpected|unable|unimplemented|undefined|unresolved"
    r"|unrecognized|fail(?:s|ed|ure|ing)?|errors?|expected|expects?|expecting|missing|should"
    r"|only|got|exceeds?|exceeded|exceeding|too|incompatible|mismatch(?:ed)?|duplicated?"
    r"|required?|requires|already|could|out of|denied|corrupt(?:ed|ion)?|truncated|illegal"
    r"|wrong|bad|different|differs?|inconsistent|incorrect|malformed|found|lost|more than"
    r"|less|fewer|at least|at most|equal|but|either|neither|without|please|make sure|ensure"
    r"|deprecated|disallowed|forbidden|insufficient|empty|nonexistent|mutually|ambiguous"
    r"|exhausted|aborted|cancelled|timed out|conflicts?|conflicting|has|have|registered|overflow"
    r"|rank|mentions|supported|allowed|available|exists?|given|specified|received|valid"
    r"|OOM|did you|refers?|appears|running|encountered|was|were)\b"
)
_LEAST_WORDS = 3
_LEAST = 14
_LEAST_LETTERS = 0.68


def sentences(path, large):
    """The sentences of a shared object; a large one has other libraries in it."""
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        # What is no text, such as a table of addresses, may stand right before a text.
        pieces = {
            piece[-_LONGEST - 1 :]
            for start, end in constants(data)
            for piece in data[start:end].split(b"\0")
            if len(piece) >= _SHORTEST and piece.count(b" ") > 1
        }
    texts = {found.group() for found in map(_TEXT.search, pieces) if found}
    found = {as_sentence(text.decode("ascii"), large) for text in texts if len(text) <= _LONGEST}
    return found - {""}


def constants(data):
    """Where the literal texts are: `.rodata` of an ELF file, all of any other."""
    if data[:4] != b"\x7fELF" or data[4] != 2:
        return [(0, len(data))]
    table, size, count, names = struct.unpack_from("<Q10xHHH", data, 0x28)
    headers = [struct.unpack_from("<IIQQQQ", data, table + size * n) for n in range(count)]
    text = headers[names][4]
    found = []
    for name, kind, _, _, offset, length in headers:
        label = data[text + name : data.find(b"\0", text + name)]
        if label.startswith(b".rodata") and kind == 1:
            found.append((offset, offset + length))
    return found or [(0, len(data))]


def as_sentence(text, large=False):
    """A literal as a template, or nothing where it is no sentence of a failure."""
    words = _WORD.findall(text)
    letters = sum(map(len, words))
    if len(words) < _LEAST_WORDS or letters < _LEAST or _JUNK.search(text):
        return ""
    if _COMPILER.search(text):
        return ""
    if large and _SMALL.match(text) and not _OF_A_KERNEL.search(text):
        return ""
    bare = _SLOT.sub("", text)
    if letters < _LEAST_LETTERS * (len("".join(bare.split())) or 1) or not _FAILURE.search(text):
        return ""
    line = " ".join(_SLOT.sub("{}", text).split())
    before = "{}" if text[0] in " .,:;')\"" and not line.startswith("{}") else ""
    after = "{}" if text[-1] in " '\"([:=`" and not line.endswith("{}") else ""
    space = " " if text[0] == " " else ""
    return before + space * bool(before) + line + (" " if after and text[-1] == " " else "") + after
