"""Request bodies, strict: a value of the wrong type or an unknown field is never guessed at."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from django.core.validators import RegexValidator
from django.db.models import Model
from django.utils.dateparse import parse_datetime
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from skillmeat_site.db.ids import bad_id_message, id_field
from skillmeat_site.db.models import (
    DESCRIPTION_MAX_LENGTH,
    DIGEST_MAX_LENGTH,
    DIGEST_PATTERN,
    NAME_MAX_LENGTH,
    VERSION_MAX_LENGTH,
)

# How many items one request may carry.
MAX_BATCH = 1000

BAD_MOMENT = "Send a time such as 2026-11-20T10:00:00Z."

T = TypeVar("T")


# PostgreSQL cannot store it.
NO_NUL = r"^[^\x00]*$"
# To Python, which strips them, some separators are blanks that are none to the readers of the document.
NO_NUL_NOR_BLANK = r"^[^\x00]*[^\s\x00\x1c-\x1f\x85][^\x00]*$"


class StrictCharField(serializers.CharField):
    """A string. DRF's own field also takes numbers."""

    @property
    def pattern(self) -> str:
        """What DRF takes besides the length, as a regular expression for OpenAPI."""
        return NO_NUL if self.allow_blank or not self.trim_whitespace else NO_NUL_NOR_BLANK

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """``data``, stripped where the field says so."""
        # DRF looks at str(data) first, and a deeply nested list has none.
        if not isinstance(data, str) and data is not None and data is not serializers.empty:
            self.fail("invalid")
        return super().run_validation(data)


class StrictChoiceField(serializers.ChoiceField):
    """One of the values of an enumeration."""

    def to_internal_value(self, data: Any) -> Any:
        """The value.

        Raises:
            ValidationError: it is none of them; the message lists them.
        """
        if not isinstance(data, str) or data not in self.choices:
            known = ", ".join(self.choices)
            raise serializers.ValidationError(f"Unknown. Use one of: {known}.", code="invalid_choice")
        return data


class NameField(StrictCharField):
    """A name: stripped, then 1 to 255 characters."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=NAME_MAX_LENGTH, help_text="Stripped of space around it.", **kwargs)


class DescriptionField(StrictCharField):
    """An optional text, kept as it is; null and empty are different."""

    def __init__(self) -> None:
        super().__init__(
            max_length=DESCRIPTION_MAX_LENGTH,
            required=False,
            allow_null=True,
            allow_blank=True,
            trim_whitespace=False,
            help_text="Kept as it is; null and empty are different.",
        )


class VersionField(StrictCharField):
    """A version; null when it is unknown."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=VERSION_MAX_LENGTH, required=False, allow_null=True, **kwargs)


class PatternField(StrictCharField):
    """A string that a pattern describes, stripped.

    Args:
        pattern: as JSON Schema and Python understand it.
        message: what to send instead.
    """

    def __init__(self, pattern: str, message: str, **kwargs: Any) -> None:
        super().__init__(validators=[RegexValidator(pattern, message)], **kwargs)
        self._pattern = pattern

    @property
    def pattern(self) -> str:
        """The pattern."""
        return self._pattern


class DigestField(PatternField):
    """A digest; null when it is unknown."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs = {"required": False, "allow_null": True, "max_length": DIGEST_MAX_LENGTH, **kwargs}
        super().__init__(DIGEST_PATTERN, "Send a digest as scheme:value, such as sha256:9f86d0.", **kwargs)


class StrictBooleanField(serializers.BooleanField):
    """``true`` or ``false``; DRF's own field also takes their texts and numbers."""

    def to_internal_value(self, data: Any) -> bool:
        """The value."""
        if not isinstance(data, bool):
            raise serializers.ValidationError("Send true or false.", code="invalid")
        return data


class StrictDateTimeField(serializers.DateTimeField):
    """A moment as RFC 3339 has it, with its zone; DRF's own field also takes dates, and times without one."""

    def to_internal_value(self, data: Any) -> datetime:
        """The moment, in UTC."""
        moment = parse_moment(data) if isinstance(data, str) else None
        if moment is None:
            raise serializers.ValidationError(BAD_MOMENT, code="invalid")
        return moment


class StrictIntegerField(serializers.IntegerField):
    """An integer from 0, not its text. ``2.0`` is one in JSON; ``true`` and ``"2"`` are not.

    Also for counts and positions in responses, whose minimum the document then shows.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=0, **kwargs)

    def to_internal_value(self, data: Any) -> int:
        """``data`` as an integer of any size."""
        if isinstance(data, bool) or not isinstance(data, int | float) or data != data // 1:
            self.fail("invalid")
        return int(data)


class PrefixedIdField(StrictCharField):
    """The id of a row of ``model``: checked for its shape here, for its existence by a service."""

    def __init__(self, model: type[Model], **kwargs: Any) -> None:
        super().__init__(trim_whitespace=False, **kwargs)
        self.model = model

    @property
    def pattern(self) -> str:
        """The shape of the ids."""
        return id_field(self.model).pattern

    def to_internal_value(self, data: Any) -> str:
        """The id.

        Raises:
            ValidationError: it cannot be one.
        """
        value = super().to_internal_value(data)
        if not id_field(self.model).is_well_formed(value):
            raise serializers.ValidationError(bad_id_message(self.model), code="invalid")
        return value


class StrictSerializer(serializers.Serializer):
    """A request body that refuses unknown fields.

    Attributes:
        ignores_fields_of: serializers of responses. Their fields are accepted and ignored, so that a
            client can send back what it got.
    """

    ignores_fields_of: Sequence[type[serializers.Serializer]] = ()
    default_error_messages = {"null": "This is null. Send an object."}

    def to_internal_value(self, data: Any) -> Any:
        """The validated fields."""
        if isinstance(data, Mapping):
            unknown = [name for name in data if name not in self.fields]
            if unknown:
                self._refuse(unknown)
        return super().to_internal_value(data)

    def _refuse(self, unknown: list[str]) -> None:
        ignored = {name for serializer in self.ignores_fields_of for name in serializer().fields}
        known = ", ".join(name for name, field in self.fields.items() if not field.read_only)
        error = ErrorDetail(f"Unknown field. This request knows: {known}.", code="unknown_field")
        errors = {name: [error] for name in unknown if name not in ignored}
        if errors:
            raise serializers.ValidationError(errors)


class ResourceRequestSerializer(StrictSerializer):
    """The body of a create or an update of a resource; ``create`` and ``update`` call a service."""

    def save(self, **kwargs: Any) -> Any:
        """Write the row, and read it back with what the view's queryset counts. Costs one query more."""
        row = super().save(**kwargs)
        view = self.context["view"]
        written = view.get_queryset().filter(pk=row.pk).first()
        # A write may take a row out of what the user sees. The response shows it all the same.
        self.instance = written or view.queryset.get(pk=row.pk)
        return self.instance

    def to_representation(self, instance: Any) -> Any:
        """The row as the view's ``serializer_class`` shows it."""
        return self.context["view"].serializer_class(instance, context=self.context).data


def parse_moment(text: str) -> datetime | None:
    """The moment that RFC 3339 writes so, in UTC; None where it is no time, or has no zone."""
    try:
        moment = parse_datetime(text.strip().upper())
        return moment.astimezone(UTC) if moment and moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


def unique(items: Iterable[T]) -> list[T]:
    """``items`` in their order, each once."""
    return list(dict.fromkeys(items))


class PrefixedIdListField(serializers.ListField):
    """1 to 1,000 ids of ``model``; a repeated one counts once."""

    def __init__(self, model: type[Model], **kwargs: Any) -> None:
        super().__init__(child=PrefixedIdField(model), min_length=1, max_length=MAX_BATCH, **kwargs)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """The ids in request order, counted as they came and then each once."""
        ids = super().run_validation(data)
        return unique(ids) if isinstance(ids, list) else ids


def check_no_repeats(items: list[dict[str, Any]], key: str) -> None:
    """Every item of a reorder names another row and another position.

    Raises:
        ValidationError: some are repeated.
    """
    for name in (key, "position"):
        if len({item[name] for item in items}) < len(items):
            raise serializers.ValidationError(f"Each {name} may be named once only.", code="repeated")
