"""Reading the reason for a search node's silent end from the JVM's notes."""

from __future__ import annotations

from worker.local.search_diagnosis import read_reason

NOTES = """\
[1.0s][info][exceptions] Exception <a 'java/lang/NoSuchMethodError'{0x0000000010}: 'Holder.invoke(long)'> (0x10)
[                      ]  thrown in interpreter method <{method} {0x0000000011} 'lookup' '()V' in 'java/lang/Holder'>
[2.0s][info][exceptions] Exception <a 'org/example/CorruptException'{0x0000000012}: bad header (file "x" > y)>
[                      ]  thrown in interpreter method <{method} {0x0000000013} 'read' '()V' in 'org/example/Reader'>
[2.1s][info][exceptions] Exception <a 'org/example/CorruptException'{0x0000000012}: bad header (file "x" > y)>
[2.2s][info][exceptions] Exception <a 'org/example/StartException'{0x0000000014}: failed to bind service>
[2.2s][info][exceptions] Exception <a 'sun/nio/fs/UnixException'{0x0000000015}>
[2.3s][info][exceptions] Exception <a 'org/codelibs/opensearch/runner/OpenSearchRunnerException'{0x0000000016}: Failed>
[2.4s][info][exceptions] Exception <a 'java/io/IOException'{0x0000000017}: closed while leaving>
"""


def test_reason_is_what_was_thrown_last_before_the_runner_gave_up():
    """The innermost cause comes first, once, without the JVM's own business and what came after."""
    assert read_reason(NOTES) == 'CorruptException: bad header (file "x" > y) → StartException: failed to bind service'


def test_node_that_did_not_give_up_has_no_reason():
    """A second start may succeed; then nothing may be blamed."""
    assert read_reason("\n".join(line for line in NOTES.splitlines() if "RunnerException" not in line)) == ""
