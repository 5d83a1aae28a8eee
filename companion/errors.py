"""What can go wrong, named by what it means for the student."""

from __future__ import annotations


class NuanyuError(Exception):
    """Something Nuanyu foresaw went wrong."""

    def __str__(self) -> str:
        """Return the message given, else the promise written in the docstring."""
        return super().__str__() or (self.__doc__ or "").strip()


class BadInput(NuanyuError):
    """The input cannot be used; the message says why and what to do."""


class UnknownRow(NuanyuError):
    """There is no such row; it may have been erased."""


class StoreUnavailable(NuanyuError):
    """The database did not answer."""


class ContentError(NuanyuError):
    """A content file has a bad entry; the message names file and entry."""


class ModelUnavailable(NuanyuError):
    """The model server did not give a usable answer."""


class ModelOverloaded(ModelUnavailable):
    """The model server refused because it is full (429)."""


class ModelTimeout(ModelUnavailable):
    """The model server did not answer within the deadline."""


class ModelBroken(ModelUnavailable):
    """The model server broke off, or answered nothing or nonsense."""


class PromptTooLong(ModelUnavailable):
    """The model server refused the prompt for its length (422 or 400)."""
