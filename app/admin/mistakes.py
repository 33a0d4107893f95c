"""What an operator can get wrong, or find broken, told in one sentence that says what to do."""

import errno

import asyncpg
from pydantic import ValidationError
from pydantic_settings import SettingsError
from sqlalchemy.exc import ArgumentError, InterfaceError, OperationalError, ProgrammingError

from app.errors import MilieuError
from app.sandbox.load import LoadError
from app.sandbox.saved import SavedStateError
from app.settings import PREFIX
from app.store.migrate import BrokenReferences
from context.artefacts import ModelError

DATABASE_ERRORS = (
    OperationalError,
    ProgrammingError,
    InterfaceError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
)
EXPECTED: tuple[type[Exception], ...] = (
    MilieuError,
    LoadError,
    SavedStateError,
    BrokenReferences,
    ModelError,
    ArgumentError,
    *DATABASE_ERRORS,
    ValueError,  # of it are settings, training data, and addresses of another form
    OSError,
)
"""What ends a command with a sentence; anything else is a defect and keeps its traceback."""

NO_DATABASE = (
    "The database does not answer, or was never migrated: "
    "look at MILIEU_DATABASE_URL, and run `milieu migrate`."
)


def explain(error: Exception) -> str:
    """Say what is wrong, without the statements and values that the error may carry.

    Args:
        error: One of `EXPECTED`.
    """
    match error:
        case ValidationError():
            return "The settings do not fit. " + " ".join(_variables(error))
        case ArgumentError():
            return "MILIEU_DATABASE_URL must begin with sqlite:/// or postgresql://"
        case OSError(filename=str(name)):
            return f"{name}: {error.strerror}."
        case OSError(errno=errno.ENOSPC | errno.EDQUOT | errno.EFBIG):
            return f"Not everything could be written: {error.strerror}. Make room, and try again."
        case _ if isinstance(error, (OSError, *DATABASE_ERRORS)):
            return NO_DATABASE
        case SettingsError():
            said = f"A setting that takes JSON has none: {error}."
        case _:
            said = str(error)
    return said


def _variables(error: ValidationError) -> list[str]:
    # A rule of ours continues the variable's name as a sentence; pydantic's stands after a colon.
    told = []
    for item in error.errors():
        name = PREFIX + "_".join(map(str, item["loc"][:1])).upper()
        # Within a list: which of its items, and which field of it.
        inner = ".".join(map(str, item["loc"][1:]))
        name += f" ({inner})" if inner else ""
        rule, ours = item["msg"].removeprefix("Value error, "), item["type"] == "value_error"
        told.append(f"{name} {rule}" if ours else f"{name}: {rule}.")
    return told
