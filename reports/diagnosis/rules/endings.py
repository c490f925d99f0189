"""Processes that died or never ended, and cells that had no process."""

from __future__ import annotations

from reports.diagnosis.advising.advice import Advice, Releases, advice
from reports.diagnosis.facts.fact import DECIDES, Fact
from reports.diagnosis.facts.frames import NO_EXCEPTION
from reports.diagnosis.rule import CERTAIN, LIKELY, ONE_OF, Example, Rule
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Alternative, Cause

_CRASH = Cause.TIMEOUT_OR_CRASH
_ILLEGAL = (r"(?P<how>(?i:illegal (?:hardware )?instruction)|SIGILL|0xC000001D)",)
_IMPORTS = 'python -c "import tensorflow"'
_OTHER_PROCESSOR = advice("Use a processor with AVX, or a build of TensorFlow without it.")
_ELSEWHERE = Advice(text="Try another TensorFlow release.", releases=Releases())

ENDINGS = (
    Rule(
        name="timed-out",
        facts=(Fact("the time limit ended it", lambda s: s.ending == "timed-out", DECIDES),),
        certainty=CERTAIN,
        cause=_CRASH,
        subject="time limit",
        explanation="It did not finish within the time limit.",
        remedies=(advice("Raise the time limit.", "--timeout 600"),),
        source="matrix/run of this project",
        examples=(Example(Symptom(ending="timed-out", message="120 s"), subject="time limit"),),
    ),
    Rule(
        name="memory-limit",
        facts=(Fact("the memory limit ended it", lambda s: s.ending == "out-of-memory", DECIDES),),
        certainty=CERTAIN,
        cause=Cause.RESOURCE_EXHAUSTED,
        subject="memory limit",
        explanation="It needed more memory than the memory limit allows.",
        remedies=(advice("Raise the memory limit.", "--memory 8GB"),),
        source="matrix/run of this project",
        examples=(
            Example(Symptom(ending="out-of-memory", message="4096 MB"), subject="memory limit"),
        ),
    ),
)

CRASHES = (
    Rule(
        name="crash",
        said=(
            r"(?P<how>CRASH\b|Segmentation fault|SIGSEGV|SIGABRT|SIGBUS|SIGFPE|Bus error|"
            r"core dumped|Fatal Python error|Floating point exception|\bAborted\b|"
            r"terminate called|Check failed(?:: [^\s][^\n]{0,50}[^\s:])?|"
            r"(?i:exit(?:ed with)?(?: code| status)?:? ?"
            r"-?(?:139|134|136|11|6|10737\d{5}|32212\d{5})\b)|0xC00000(?!1D)\w\w|0xC0000409|"
            r"(?i:kernel (?:has )?died|appears to have died|process (?:died|crashed))|"
            r"segfault|access violation|double free|stack smashing|signal (?:6|7|8|11)\b|"
            r"quit unexpectedly|malloc\.c:\d+|"
            r"munmap_chunk|OMP: Error #15|corrupted size|free\(\): invalid|"
            r"terminating (?:with|due to) uncaught|mutex lock failed|\btrace trap\b|"
            r"RAW: Lock blocking|sh: (?:abort|bus error|trap)\b|"
            r"(?i:the kernel crashed|restarting kernel|session aborted))",
        ),
        unless=(
            r"(?i:illegal (?:hardware )?instruction|bad_alloc)|SIGILL",
            r"TerminatedWorkerError|BrokenProcessPool",
        ),
        certainty=CERTAIN,
        cause=_CRASH,
        subject="{how}",
        explanation=(
            "The process crashed in native code ({how}), so there is no Python error message."
        ),
        remedies=(_ELSEWHERE,),
        source="signal.h",
        examples=(
            Example("Segmentation fault (core dumped)", subject="Segmentation fault"),
            Example(
                "Allocation of 63539200 exceeds 10% of system memory.\nBus error",
                subject="Bus error",
            ),
        ),
        counter_examples=(Example("terminate called after throwing 'std::bad_alloc'"),),
    ),
    Rule(
        name="worker-ended",
        said=(
            r"(?P<how>TerminatedWorkerError)",
            r"(?P<how>BrokenProcessPool)",
            r"A worker process managed by the executor was unexpectedly terminated",
            r"A process in the process pool was terminated abruptly",
        ),
        certainty=ONE_OF,
        cause=_CRASH,
        subject="{how|worker process}",
        explanation="A process that was started to help died; the message does not say of what.",
        remedies=(advice("Run it in one process: then the message of that process is seen."),),
        alternatives=(
            Alternative(
                cause=Cause.RESOURCE_EXHAUSTED,
                explanation="The system ended it because memory ran out.",
                decides="dmesg | grep -i kill",
            ),
        ),
        source="joblib/externals/loky/process_executor.py; concurrent/futures/process.py (Python)",
        examples=(
            Example(
                "joblib.externals.loky.process_executor.TerminatedWorkerError: A worker process "
                "managed by the executor was unexpectedly terminated. This could be caused by a "
                "segmentation fault",
                subject="TerminatedWorkerError",
            ),
        ),
    ),
    Rule(
        name="illegal-instruction",
        said=_ILLEGAL,
        certainty=ONE_OF,
        cause=_CRASH,
        subject="{how}",
        explanation="The process used an instruction (such as AVX) that this processor lacks.",
        remedies=(_OTHER_PROCESSOR,),
        alternatives=(
            Alternative(
                cause=Cause.ENV_IMPORT_FAILURE,
                explanation="This build of TensorFlow cannot even be imported here.",
                decides=_IMPORTS,
            ),
        ),
        source="signal.h",
        examples=(Example("Illegal instruction (core dumped)", subject="Illegal instruction"),),
    ),
    Rule(
        name="illegal-instruction-of-tensorflow",
        said=_ILLEGAL,
        facts=(
            Fact(
                "the words around it are of TensorFlow as it starts",
                lambda s: "tensorflow" in s.small_letters and s.stage in ("", "import"),
            ),
        ),
        certainty=ONE_OF,
        cause=Cause.ENV_IMPORT_FAILURE,
        subject="{how}",
        explanation=(
            "The process used an instruction (such as AVX) that this processor does not have: most "
            "often this build of TensorFlow cannot even be imported here."
        ),
        remedies=(_OTHER_PROCESSOR,),
        alternatives=(
            Alternative(
                cause=_CRASH,
                explanation="TensorFlow can be imported, and crashes only with this model.",
                decides=_IMPORTS,
            ),
        ),
        source="signal.h",
        examples=(
            Example(
                "Using TensorFlow backend.\nIllegal instruction", subject="Illegal instruction"
            ),
        ),
        counter_examples=(Example("Illegal instruction (core dumped)"),),
    ),
    Rule(
        name="illegal-instruction-of-a-model",
        said=_ILLEGAL,
        facts=(Fact("the process died after the import", lambda s: s.stage not in ("", "import")),),
        certainty=LIKELY,
        cause=_CRASH,
        subject="{how}",
        explanation="The process used an instruction that this processor does not have.",
        remedies=(_OTHER_PROCESSOR,),
        source="signal.h",
        examples=(
            Example(
                Symptom(stage="load", ending="crashed", message="SIGILL"),
                subject="SIGILL",
            ),
        ),
    ),
    Rule(
        name="died",
        said=(r"(?P<how>[^\n]*)",),
        facts=(Fact("the process died", lambda s: s.ending == "crashed", 0),),
        certainty=LIKELY,
        cause=_CRASH,
        subject="{how}",
        explanation="The process crashed ({how}), so there is no Python error message.",
        remedies=(_ELSEWHERE,),
        source="matrix/run of this project",
        examples=(
            Example(Symptom(ending="crashed", message="exit code 3"), subject="exit code 3"),
        ),
    ),
    Rule(
        name="hangs",
        said=(
            r"(?P<how>(?i:worker timeout))",
            r"(?P<how>(?i:\b(?:hangs?|hung|freezes|stuck|deadlock(?:s|ed)?|never returns|"
            r"timed? ?out|timeout)\b))",
        ),
        unless=(r"(?i:connection|connect|read|pool|url|http\S{0,20}|socket) ?time[d ]{0,3}out",),
        facts=(NO_EXCEPTION,),
        certainty=LIKELY,
        cause=_CRASH,
        subject="{how}",
        explanation="It does not finish.",
        remedies=(advice("See where it waits.", "python -X faulthandler script.py"),),
        source="public report",
        examples=(
            Example("tf.saved_model.load hangs", subject="hangs"),
            Example("[CRITICAL] WORKER TIMEOUT (pid:999)", subject="WORKER TIMEOUT"),
        ),
        counter_examples=(Example("URLError: <urlopen error timed out>"),),
    ),
    Rule(
        name="deadline",
        said=(r"(?P<how>DEADLINE_EXCEEDED|DeadlineExceeded\w*|\bTimeoutError\b)",),
        certainty=LIKELY,
        cause=_CRASH,
        subject="{how}",
        explanation="An operation did not finish within its time limit.",
        remedies=(advice("Raise the limit, or check whether the server answers at all."),),
        source="tensorflow/python/framework/errors_impl.py",
        examples=(
            Example("DeadlineExceededError: Timed out waiting", subject="DeadlineExceededError"),
        ),
    ),
)

NO_CELL = (
    Rule(
        name="no-environment",
        said=(r"(?P<why>[^\n]*)",),
        facts=(Fact("no environment was built", lambda s: s.ending == "unavailable", DECIDES),),
        certainty=CERTAIN,
        cause=Cause.ENV_IMPORT_FAILURE,
        subject="environment",
        explanation="No environment could be built for this test: {why}",
        source="matrix/environments of this project",
        examples=(
            Example(Symptom(ending="unavailable", message="no wheels"), subject="environment"),
        ),
    ),
    Rule(
        name="broken-environment",
        said=(r"(?P<why>[^\n]*)",),
        facts=(Fact("TensorFlow cannot be imported", lambda s: s.ending == "broken", DECIDES),),
        certainty=CERTAIN,
        cause=Cause.ENV_IMPORT_FAILURE,
        subject="tensorflow",
        explanation="TensorFlow itself cannot be imported in this environment: {why}",
        source="matrix/environments of this project",
        examples=(Example(Symptom(ending="broken", message="exit code 1"), subject="tensorflow"),),
    ),
)
