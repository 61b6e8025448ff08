"""What a Windows program and cmd.exe make of a command line, for tests: written from Microsoft's descriptions."""

import re


def windows_arguments(line: str) -> list[str]:
    """A command line as a Windows program gets it (CommandLineToArgvW).

    "Parsing C++ command-line arguments", Microsoft Learn: blanks and tabs part arguments outside quotes; 2n backslashes
    before a quote are n and the quote quotes, 2n + 1 are n and a literal quote; two quotes within quotes are one quote.
    The program's own name ends at the next quote, or blank, and knows no escapes.
    """
    program = re.match(r'\s*(?:"([^"]*)"?|([^\s]*))', line)
    assert program
    return [program[1] if program[1] is not None else program[2], *_arguments(line[program.end() :])]


def _arguments(rest: str) -> list[str]:
    arguments: list[str] = []
    at, size = 0, len(rest)
    while at < size:
        while at < size and rest[at] in " \t":
            at += 1
        if at == size:
            break
        argument, quoted = "", False
        while at < size and (quoted or rest[at] not in " \t"):
            slashes = len(rest) - at - len(rest[at:].lstrip("\\"))
            at += slashes
            if at < size and rest[at] == '"':
                argument += "\\" * (slashes // 2)
                if slashes % 2:
                    argument += '"'
                elif quoted and rest[at + 1 : at + 2] == '"':
                    argument += '"'
                    at += 1
                else:
                    quoted = not quoted
                at += 1
                continue
            argument += "\\" * slashes
            if at < size and (quoted or rest[at] not in " \t"):
                argument += rest[at]
                at += 1
        arguments.append(argument)
    return arguments


def cmd_commands(line: str) -> list[str]:
    """The commands behind `cmd /c`, parted at `&` and freed of carets, both outside quotes only.

    "Escape characters, delimiters and operators in the Windows shell", Microsoft Learn: a caret takes the meaning of
    the character after it and vanishes, but not within quotes.
    """
    commands, command, quoted, at = [], "", False, 0
    while at < len(line):
        character = line[at]
        if character == '"':
            quoted = not quoted
        if character == "^" and not quoted:
            at += 1
            command += line[at : at + 1]
        elif character == "&" and not quoted:
            commands.append(command.strip())
            command = ""
        else:
            command += character
        at += 1
    return [*commands, command.strip()]


def without_dots(path: str) -> str:
    """RFC 3986, 5.2.4: what an absolute path of an address means."""
    kept: list[str] = []
    parts = path.split("/")
    for place, part in enumerate(parts):
        if part == "..":
            kept = kept[:-1] if len(kept) > 1 else kept
        elif part != ".":
            kept.append(part)
        if part in {".", ".."} and place == len(parts) - 1:
            kept.append("")
    return "/".join(kept)
