"""A form that does not write over what somebody else has changed since it was opened."""

from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import QueryDict
from django.utils.text import Truncator


class MultilineField(forms.CharField):
    """A text of several lines. Browsers end lines with CRLF; what is stored, and compared, has LF."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(empty_value=None, **kwargs)

    def to_python(self, value: Any) -> Any:
        """The text, or None where there is none."""
        text = super().to_python(value)
        return text.replace("\r\n", "\n") if text else text


class UpToDateForm(forms.ModelForm):
    """Carries the values that it was made from, hidden (Django's ``show_hidden_initial``).

    So ``changed_data`` is what its user changed, whatever became of the row meanwhile. What somebody else
    changed meanwhile is an error that shows the new value; the form then carries that one, and can be
    saved again.

    Attributes:
        refusal: why the attempt to save this form failed, once it has.
    """

    refusal: ValidationError | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            for field in self.fields.values():
                field.show_hidden_initial = not field.disabled

    @property
    def changes(self) -> dict[str, Any]:
        """The new values of the fields that the user changed, by name."""
        return {name: self.cleaned_data[name] for name in self.changed_data}

    def clean(self) -> dict[str, Any] | None:
        """Report what somebody else has changed since the form was opened."""
        cleaned_data = super().clean()
        changed_meanwhile = [name for name in self.fields if self._has_changed_meanwhile(name)]
        if changed_meanwhile:
            self._carry_current_values(changed_meanwhile)
            labels = ", ".join(str(self[name].label).lower() for name in changed_meanwhile)
            self.add_error(
                None,
                f"Somebody has changed this since you opened the form: {labels}. Nothing was saved. "
                "Fields that you did not change show the new values; save again to keep your changes.",
            )
        return cleaned_data

    def full_clean(self) -> None:
        """Report the refusal, if nothing else is wrong."""
        super().full_clean()
        if self.refusal and not self.errors:
            self.add_error(None, self._by_field(self.refusal))

    def _has_changed_meanwhile(self, name: str) -> bool:
        field, current = self.fields[name], self[name].initial
        if not field.show_hidden_initial:
            return False
        widget, hidden_name = field.hidden_widget(), self[name].html_initial_name
        opened_with = widget.value_from_datadict(self.data, self.files, hidden_name)
        if isinstance(field, forms.CharField):
            current = field.to_python(current)
        return field.has_changed(current, opened_with)

    def _carry_current_values(self, names: list[str]) -> None:
        own = self.changed_data
        data = QueryDict(mutable=True)
        data.update(self.data)
        self.data = data
        for name in names:
            field, current = self.fields[name], self[name].initial
            self.add_error(name, f"This is now {_shown(field, current)}.")
            value = field.prepare_value(current)
            _put(data, field.hidden_widget(), self[name].html_initial_name, value)
            if name not in own:
                _put(data, field.widget, self[name].html_name, value)

    def _by_field(self, error: ValidationError) -> ValidationError:
        """The error at the fields of this form; services name a foreign key by its id."""
        if not hasattr(error, "error_dict"):
            return error
        messages: dict[str, list[str]] = {}
        for attr, found in error.message_dict.items():
            name = attr.removesuffix("_id")
            messages.setdefault(name if name in self.fields else NON_FIELD_ERRORS, []).extend(found)
        return ValidationError(messages)


def _put(data: QueryDict, widget: forms.Widget, name: str, value: Any) -> None:
    """Write a value into posted data, as the widget would post it."""
    if isinstance(widget, forms.MultiWidget):
        for number, part in enumerate(widget.decompress(value) or []):
            _put(data, widget.widgets[number], f"{name}_{number}", part)
    elif isinstance(value, list):
        data.setlist(name, [str(item) for item in value])
    else:
        data[name] = "" if value is None else str(value)


def _shown(field: forms.Field, value: Any) -> str:
    """A value of a field as a person reads it."""
    if isinstance(value, list):
        value = ", ".join(map(str, value))
    elif isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
        value = dict(field.choices).get(value, value)  # type: ignore[arg-type]
    return "empty" if value in (None, "") else f"“{Truncator(str(value)).chars(200)}”"
