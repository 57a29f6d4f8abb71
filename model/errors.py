"""What goes wrong in a way that a reader is told of: one base for all such errors, so that no page reads a message."""


class VetroError(Exception):
    """An error that a page turns into a sentence of its own language.

    code: the kind of error, of those that the subclass lists; field: the setting, file or part that it is about, None
    where it is about none; values: what else the sentence names. message: the same in English, as `str` gives it, for
    logs and for whoever uses the model without the pages.
    """

    def __init__(self, code: str, message: str = "", /, *, field: str | None = None, **values):
        super().__init__(message or f"{code}: {field or ''} {values}")
        self.code, self.field, self.values = code, field, values


class SettingError(VetroError, ValueError):
    """A configuration that cannot be built, for one reason: code "setting". field: the setting that is missing, that we
    do not know or do not implement, or that is of a wrong type, as the file that was read calls it; value: what it
    holds, None where it is missing.
    """

    def __init__(self, field: str, value: object, message: str):
        super().__init__("setting", message, field=field, value=value)
        self.value = value


def not_implemented(field: str, value: object, why: str) -> SettingError:
    """The error for a setting whose value we know, and have no part for."""
    return SettingError(field, value, f"{field} = {value!r} is not implemented; {why}")


class ModelUnavailable(VetroError):
    """A model cannot be loaded. field: the file; values: `expected`, what should be there, and `reason`, what was found
    instead, in English.

    code: "install" where the file of a package is missing, "reinstall" where it is damaged, "foreign" where it is whole
    but of another kind (values: `setting` and its `value` where that is why), "missing" where there is nothing of that
    name, "pickle" where reading it could run code, "several" where it is not clear which is meant, "memory" where it
    does not fit (values: `needed` and `available` bytes), "gone" for a model that was trained in the app and is no
    longer there.
    """

    def __init__(self, file: str, expected: str, code: str, reason: str = "", **values: object):
        message = f"{file}: expected {expected}. {reason}".strip()
        super().__init__(code, message, field=file, expected=expected, reason=reason, **values)
