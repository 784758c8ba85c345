"""What builders write into ``created_by``, and how it reads."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocitui.image.history.instruction import KEYWORDS, Instruction, read_instruction
from ocitui.image.history.unfold import collapse
from ocitui.spec.history import HistoryEntry

HASH = "a2405ebb9892d98be2eb585f6121864d12b3fd983ebf15e5f0b7486e106a79c6"


def read(created_by: str, comment: str = "", author: str = "") -> Instruction:
    return read_instruction(
        HistoryEntry.read({"created_by": created_by, "comment": comment, "author": author}, "history[0]")
    )


@pytest.mark.parametrize(
    ("created_by", "text"),
    [
        # the classic builder
        ('/bin/sh -c #(nop)  CMD ["bash"]', 'CMD ["bash"]'),
        ('/bin/sh -c #(nop)  CMD ["nginx" "-g" "daemon off;"]', 'CMD ["nginx", "-g", "daemon off;"]'),
        ('/bin/sh -c #(nop)  CMD ["/bin/sh" "-c" "a \\"b\\""]', r'CMD ["/bin/sh", "-c", "a \"b\""]'),
        (f"/bin/sh -c #(nop) ADD file:{HASH} in / ", "ADD file:a2405ebb9892 /"),
        (f"/bin/sh -c #(nop) COPY multi:{HASH} in /x/ ", "COPY multi:a2405ebb9892 /x/"),
        (f"/bin/sh -c #(nop) COPY --chown=1:2 dir:{HASH} in /x ", "COPY --chown=1:2 dir:a2405ebb9892 /x"),
        ("/bin/sh -c #(nop)  EXPOSE 80", "EXPOSE 80"),
        ("/bin/sh -c #(nop)  VOLUME [/data]", "VOLUME /data"),
        ("/bin/sh -c #(nop)  ENV A=b", "ENV A=b"),
        ("/bin/sh -c #(nop)  LABEL maintainer=A B <a@b>", 'LABEL maintainer="A B <a@b>"'),
        ('/bin/sh -c #(nop)  ENTRYPOINT &{["/x"]}', 'ENTRYPOINT ["/x"]'),
        ("/bin/bash -o pipefail -c #(nop)  USER app", "USER app"),
        ("/bin/sh -c apt-get update", "RUN apt-get update"),
        ("/bin/bash -euxo pipefail -c make", "RUN make"),
        ("|2 A=b C=d /bin/sh -c make install", "RUN make install"),
        ('cmd /S /C #(nop) CMD ["cmd"]', 'CMD ["cmd"]'),
        ("cmd /S /C mkdir C:\\app", "RUN mkdir C:\\app"),
        (
            "powershell -Command $ErrorActionPreference = 'Stop'; $ProgressPreference = 'SilentlyContinue'; Get-Item x",
            "RUN Get-Item x",
        ),
        (
            '/bin/sh -c #(nop)  HEALTHCHECK &{["CMD-SHELL" "nc -z localhost 80 || exit 1"] "1m0s" "5s" "0s" \'\\x00\'}',
            "HEALTHCHECK --interval=1m --timeout=5s CMD nc -z localhost 80 || exit 1",
        ),
        # BuildKit
        ("RUN /bin/sh -c apt-get update # buildkit", "RUN apt-get update"),
        ("RUN |1 X=y /bin/sh -c echo $X # buildkit", "RUN echo $X"),
        ("RUN /bin/bash -o pipefail -c a | b # buildkit", "RUN a | b"),
        ("RUN |1 PY=3 /bin/bash -o pipefail -c a | b # buildkit", "RUN a | b"),
        ("RUN mkdir /x # buildkit", "RUN mkdir /x"),
        ("COPY a b # buildkit", "COPY a b"),
        ("COPY --chmod=755 a b # buildkit", "COPY --chmod=755 a b"),
        ("ADD rootfs.tar.xz / # buildkit", "ADD rootfs.tar.xz /"),
        ('CMD ["x"]', 'CMD ["x"]'),
        ('ENTRYPOINT ["a" "b"]', 'ENTRYPOINT ["a", "b"]'),
        ("WORKDIR /app", "WORKDIR /app"),
        ("EXPOSE map[80/tcp:{} 443/tcp:{}]", "EXPOSE 80/tcp 443/tcp"),
        ("EXPOSE [80/tcp]", "EXPOSE 80/tcp"),
        ("VOLUME [/a /b]", "VOLUME /a /b"),
        ("SHELL [/bin/bash -o pipefail -c]", 'SHELL ["/bin/bash", "-o", "pipefail", "-c"]'),
        (
            "SHELL [powershell -Command $ErrorActionPreference = 'Stop';]",
            """SHELL ["powershell", "-Command", "$ErrorActionPreference = 'Stop';"]""",
        ),
        (
            'HEALTHCHECK &{["CMD" "/health" "8080"] "5s" "10s" "1h0m0s" "2s" \'\\x03\'}',
            "HEALTHCHECK --interval=5s --timeout=10s --start-period=1h --start-interval=2s --retries=3 "
            'CMD ["/health", "8080"]',
        ),
        (
            'HEALTHCHECK &{["CMD-SHELL" "kong health"] "0s" "0s" "0s" "0s" \'\\n\'}',
            "HEALTHCHECK --retries=10 CMD kong health",
        ),
        ('HEALTHCHECK &{["NONE"] "0s" "0s" "0s" "0s" \'\\x00\'}', "HEALTHCHECK NONE"),
        # kaniko writes the line of the Dockerfile
        ("RUN bash -c 'a b'", "RUN bash -c 'a b'"),
        ('RUN ["/bin/sh","-c","apt-get update"]', "RUN apt-get update"),
        # buildah
        (f"/bin/sh -c #(nop) COPY dir:{HASH} in /app |inheritLabels=false", "COPY dir:a2405ebb9892 /app"),
        ("/bin/sh -c #(nop) HEALTHCHECK NONE|unsetLabel=true|inheritLabels=false|force-mtime=10", "HEALTHCHECK NONE"),
        ('/bin/sh -c #(nop) LABEL a="b c" q=z', 'LABEL a="b c" q=z'),
        # others
        ("bazel build ...", "bazel build ..."),
        ("jib-maven-plugin:3.4.0", "jib-maven-plugin:3.4.0"),
        ("ko build ko://example.com/app", "ko build ko://example.com/app"),
        ("Apply image 10.0.20348.2700", "Apply image 10.0.20348.2700"),
        ("", ""),
    ],
)
def test_reads_as_in_a_dockerfile(created_by: str, text: str) -> None:
    instruction = read(created_by)
    assert instruction.text == text
    assert instruction.original == created_by


def test_build_arguments_may_hold_blanks_and_equals_signs() -> None:
    instruction = read("RUN |3 A=x y B=1=2 C= /bin/sh -c A=1 make # buildkit")
    assert instruction.build_args == ("A=x y", "B=1=2", "C=")
    assert instruction.arguments == "A=1 make"


def test_build_arguments_before_an_exec_form() -> None:
    instruction = read("|2 A=b C=d mkdir /x y=z")
    assert (instruction.build_args, instruction.arguments) == (("A=b", "C=d"), "mkdir /x y=z")


@pytest.mark.parametrize(
    ("entry", "note"),
    [
        ({"created_by": "RUN x # buildkit"}, "buildkit"),
        ({"created_by": "WORKDIR /x", "comment": "buildkit.dockerfile.v0"}, "buildkit"),
        ({"created_by": "COPY a b", "author": "kaniko"}, "kaniko"),
        ({"created_by": "/bin/sh -c #(nop) USER 10", "comment": "FROM 3113d544436f"}, "buildah"),
        ({"created_by": "", "comment": "store paths: ['/nix/store/x']"}, "nix"),
        ({"created_by": "", "comment": "imported"}, "comment"),
        ({"created_by": "bazel build ..."}, "bazel"),
        ({}, ""),
    ],
)
def test_knows_the_builder(entry: dict[str, str], note: str) -> None:
    assert read_instruction(HistoryEntry.read(entry, "")).note == note


def test_a_comment_stands_in_where_there_is_nothing_else() -> None:
    assert read("", comment="store paths: ['/nix/store/x']").text == "store paths: ['/nix/store/x']"


def test_blanks_inside_quotes_stay() -> None:
    assert read("/bin/sh -c echo   'a   b'    &&   c").text == "RUN echo 'a   b' && c"


def test_lines_are_where_the_author_put_them() -> None:
    command = '/bin/sh -c set -x     && addgroup nginx     && P="         a         b     "     && c; \tdone'
    assert read(command).lines == [
        "RUN set -x \\",
        "    && addgroup nginx \\",
        '    && P=" \\',
        "        a \\",
        "        b \\",
        '    " \\',
        "    && c; \\",
        "    done",
    ]


def test_long_lines_break_at_operators() -> None:
    command = (
        "RUN /bin/sh -c apt-get update && apt-get install -y curl git || exit 1; for x in a b; do echo $(a && b); done "
        "| tee 'log && x' # buildkit"
    )
    assert read(command).lines == [
        "RUN apt-get update \\",
        "    && apt-get install -y curl git \\",
        "    || exit 1; \\",
        "    for x in a b; do echo $(a && b); \\",
        "    done \\",
        "    | tee 'log && x'",
    ]


def test_short_lines_stay_whole() -> None:
    assert read("RUN /bin/sh -c a && b # buildkit").lines == ["RUN a && b"]


def test_many_labels_stand_one_on_a_line() -> None:
    assert read("LABEL " + " ".join(f"org.example.label.{n}=value-{n}" for n in range(4))).lines == [
        "LABEL org.example.label.0=value-0 \\",
        "      org.example.label.1=value-1 \\",
        "      org.example.label.2=value-2 \\",
        "      org.example.label.3=value-3",
    ]


def test_here_documents_are_ones_again() -> None:
    assert read("RUN /bin/sh -c apt-get update\nEOF\n # buildkit").lines == [
        "RUN <<EOF_",
        "apt-get update",
        "EOF",
        "EOF_",
    ]
    assert read("RUN /bin/sh -c cat <<X >/f\na  b\nX # buildkit").lines == ["RUN cat <<X >/f", "a  b", "X"]


PIECES = ["/bin/sh -c ", "#(nop) ", " # buildkit", "|2 ", "A=b ", "&{", "[", "]", '"', "'", "\\", "  ", "map[", ":{}"]
PIECES += [
    "&&",
    ";",
    "    ",
    "\t",
    "\n",
    "<<EOF",
    "(",
    ")",
    "a",
    "\\x",
    "cmd /S /C ",
    f"file:{HASH}",
    " in ",
    *KEYWORDS,
]
TEXTS = st.text() | st.lists(st.sampled_from(PIECES)).map("".join)


@given(TEXTS, TEXTS, TEXTS)
def test_never_raises(created_by: str, comment: str, author: str) -> None:
    instruction = read(created_by, comment, author)
    assert instruction.original == created_by
    assert isinstance(instruction.text, str)
    assert isinstance(instruction.lines, list)


@given(st.text(alphabet="ab &|;()'\"\t$=-"))
def test_unfolding_adds_nothing_but_blanks(command: str) -> None:
    lines = Instruction("RUN", command, "").lines
    assert all(line.endswith(" \\") for line in lines[:-1])
    joined = "".join(line.removesuffix("\\") for line in lines)
    assert "".join(joined.split()) == "".join(("RUN" + command).split())


@given(st.text(alphabet="ab &;'\"\t\n"))
def test_collapsing_twice_changes_nothing(text: str) -> None:
    assert collapse(collapse(text)) == collapse(text)


HUGE = [
    " ",
    "sh -c ",
    "/bin/sh",
    "A=b ",
    "|inheritA=",
    "'",
    '"',
    "\\",
    "/a",
    "sh -a ",
    "; ",
    "[",
    "'\\x03'",
    '"" ',
    "c:\\ ",
]


@pytest.mark.slow
@pytest.mark.parametrize("piece", HUGE)
@pytest.mark.parametrize("head", ["", "|2 ", "RUN ", "ENV A=", "HEALTHCHECK &{[", "/bin/sh -c #(nop) ", "COPY file:"])
def test_huge_texts_cost_no_more_than_their_length(head: str, piece: str) -> None:
    text = head + piece * (100_000 // len(piece)) + "x"
    started = time.process_time()
    instruction = read(text)
    assert instruction.text
    assert instruction.lines
    assert time.process_time() - started < 5, "what is quadratic takes minutes"
