"""Command lines written otherwise: spacing, quoting, case, what is put before them.

What is done to a line depends on who takes it apart: cmd.exe (carets, "Escape Characters, Delimiters and Operators in
the Windows shell"), a Windows program (CommandLineToArgvW: "Parsing C++ command-line arguments", Microsoft Learn), or a
POSIX shell (POSIX.1-2017, Shell Command Language, 2.2 Quoting and 2.3 Token Recognition). Of a POSIX line it is taken
that it was recorded as it was typed. A line whose quotes cannot be told apart for certain is left as it is.
"""

import re
import shlex
from collections.abc import Callable

from services.trainer.adversarial.fields import System

_WINDOWS_QUOTED = re.compile(r'"[^"]*"')
_POSIX_QUOTED = re.compile(r"'[^']*'|\"(?:\\.|[^\"\\])*\"|\\.", re.S)
_RUN_BY_CMD = re.compile(
    r'^\s*(?:"[^"]*\\cmd(?:\.exe)?"|(?:[^"\s]*\\)?cmd(?:\.exe)?)(?:\s+/[a-bd-jl-z]\S*)*\s+/[ck]\s+', re.I
)
_SPACE = re.compile(r"(?<=\S) (?=\S)")
_WORD = re.compile(r"(?<![\w$%{~:^\\\[!])[A-Za-z]{4,}(?![\w=+}%\[\]])")
_RESERVED = frozenset({
    "case", "coproc", "defined", "done", "elif", "else", "errorlevel", "esac", "exist", "function", "select", "then",
    "time", "until", "while",
})  # fmt: skip
"""Words of a shell's grammar, which it knows only as long as nothing in them is quoted."""
_NAMING = re.compile(r"\b(?:for|select|function)\s")
_FIRST = re.compile(r'^\s*(?:"(?P<quoted>[^"]+)"|(?P<bare>[^\s"\'|&;<>()$`]+))(?=\s|$)')
_DRIVE_PATH = re.compile(r'(?<![\w])[A-Za-z]:\\[^\s"|<>&]*')
_BUILT_IN = frozenset({
    ".", ":", "case", "cd", "echo", "eval", "exec", "export", "for", "if", "set", "source", "test", "unset", "until",
    "while",
})  # fmt: skip


def spaced(line: str, system: System) -> str:
    """Several blanks and a tab where there was one blank between two arguments."""
    by_cmd = _RUN_BY_CMD.match(line)
    if system == "windows" and by_cmd:  # what it runs may be `echo` or `set`, which keep every blank
        return _SPACE.sub("  \t ", line[: by_cmd.end() - 1]) + line[by_cmd.end() - 1 :]
    return _outside_quotes(line, system, lambda part: _SPACE.sub("  \t ", part))


def broken_words(line: str, system: System) -> str:
    """Words broken by quotes that the shell or the program takes away: `p^ing`, `-Fi""le`, `cu''rl`."""
    by_cmd = _RUN_BY_CMD.match(line)
    if system == "windows" and by_cmd:
        if "%" in line or "!" in line:  # variables are put in before carets are read
            return line
        return line[: by_cmd.end()] + _outside_quotes(line[by_cmd.end() :], system, lambda part: _broken(part, "^"))
    if system == "windows":
        program = _FIRST.match(line)  # whose name is read by rules of its own
        start = program.end() if program else len(line)
        return line[:start] + _outside_quotes(line[start:], system, lambda part: _broken(part, '""'))
    if _NAMING.search(line):  # a name the shell is to give cannot be quoted
        return line
    return _outside_quotes(line, system, lambda part: _broken(part, "''"))


def _broken(part: str, by: str) -> str:
    def broken(match: re.Match[str]) -> str:
        word = match[0]
        return word if word.lower() in _RESERVED else word[: len(word) // 2] + by + word[len(word) // 2 :]

    return _WORD.sub(broken, part)


def other_case(line: str, system: System) -> str:
    """The program's name and whole paths in the other case, which Windows does not tell apart."""
    if system != "windows":
        return line
    program = _FIRST.match(line)
    start = program.end() if program else 0
    return line[:start].swapcase() + _DRIVE_PATH.sub(lambda path: path[0].swapcase(), line[start:])


def led_by(line: str, system: System, words: str) -> str:
    """Words before the command that do nothing: arguments of `:`, or the value of a variable nobody reads."""
    if system == "posix" and _is_whole(line) and "'" not in words:
        return f": '{words}'; {line}"
    by_cmd = _RUN_BY_CMD.match(line) if system == "windows" else None
    if by_cmd and not line[by_cmd.end() :].startswith('"') and not set(words) & set('"%!'):
        return f'{line[: by_cmd.end()]}set "note={words}"& {line[by_cmd.end() :]}'
    return line


def renamed(line: str, name: str, *, only: str = "") -> str:
    """The program called by another name, in the same folder, if it is called `only` or that is not said."""
    program = _FIRST.match(line)
    if program is None:
        return line
    group = "quoted" if program["quoted"] else "bare"
    folder, called = split_path(program[group])
    if not called or called in _BUILT_IN or "=" in called or (only and called.lower() != only.lower()):
        return line
    return line[: program.start(group)] + folder + name + line[program.end(group) :]


def split_path(path: str) -> tuple[str, str]:
    """Folder, with the separator behind it, and name."""
    cut = max(path.rfind("\\"), path.rfind("/")) + 1
    return path[:cut], path[cut:]


def _is_whole(line: str) -> bool:
    """Whether a POSIX shell would take the line as it stands: no quote left open, no second line, no arithmetic."""
    if not line.strip() or "\n" in line or "((" in line:
        return False
    try:
        shlex.split(line)
    except ValueError:
        return False
    return not line.endswith("\\")


def _outside_quotes(line: str, system: System, change: Callable[[str], str]) -> str:
    """The line with what stands outside quotes changed, if it is certain what does."""
    if system == "windows":
        certain, quoted = line.count('"') % 2 == 0 and '""' not in line and '\\"' not in line, _WINDOWS_QUOTED
    else:
        certain, quoted = system == "posix" and _is_whole(line), _POSIX_QUOTED
    if not certain:
        return line
    parts, at = [], 0
    for match in quoted.finditer(line):
        parts += [change(line[at : match.start()]), match[0]]
        at = match.end()
    return "".join((*parts, change(line[at:])))
