"""The formats there are: every module of `services.siem.formats` declares one as `FORMAT`."""

from importlib import import_module
from pkgutil import iter_modules

from services.siem import formats
from services.siem.shape import Format


def _found() -> tuple[Format, ...]:
    modules = sorted(module.name for module in iter_modules(formats.__path__))
    return tuple(_declared(name) for name in modules)


def _declared(name: str) -> Format:
    declared = import_module(f"{formats.__name__}.{name}").FORMAT
    if not isinstance(declared, Format):
        raise TypeError(f"{formats.__name__}.{name} declares no Format")
    return declared


FORMATS: tuple[Format, ...] = _found()
