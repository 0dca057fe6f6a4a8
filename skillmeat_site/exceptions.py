"""Broken business rules. Services raise them and know nothing of HTTP."""


class DomainError(Exception):
    """A rule that a request breaks. `skillmeat_site.api.exception_handler` turns it into a response.

    Args:
        detail: what is wrong and what to do about it, for a person.
        attr: the field at fault, or None.
    """

    code = "invalid"

    def __init__(self, detail: str, *, attr: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.attr = attr


class NotFound(DomainError):
    """An id that names nothing."""

    code = "not_found"


class Conflict(DomainError):
    """The request conflicts with other rows."""

    code = "conflict"


class NotInCollection(DomainError):
    """An artifact is not in the collection that it should be taken from."""

    code = "not_in_collection"


class NotInGroup(DomainError):
    """An artifact is not in the group that it should be taken from."""

    code = "not_in_group"


class SameTarget(DomainError):
    """The source and the target of a move are the same."""

    code = "same_target"


class MixedCollections(DomainError):
    """One reorder names groups of different collections."""

    code = "mixed_collections"


class PositionOutOfRange(DomainError):
    """A position that does not exist among the siblings."""

    code = "position_out_of_range"


class ImmutableField(DomainError):
    """A reference that was fixed at creation was sent with another value."""

    code = "immutable"


class LatestUnknown(DomainError):
    """Something should get the latest version of an artifact, and nobody knows which that is."""

    code = "latest_unknown"


class Repeated(DomainError):
    """A request names things of which only one can be."""

    code = "repeated"


class TooMany(DomainError):
    """A request asks for more than the server does at once."""

    code = "too_many"
