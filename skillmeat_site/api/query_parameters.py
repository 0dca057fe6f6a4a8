"""Query parameters: an action names those that it knows, and anything else is an error."""

from typing import Any

from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.permissions import SAFE_METHODS

from skillmeat_site.api.filters import parameters_of


class CheckQueryParametersMixin:
    """Gives an `ApiViewSet` the check of its query parameters."""

    def check_query_parameters(self: Any) -> None:
        """Refuse query parameters that the action does not know, and repeated ones that take one value.

        Raises:
            ValidationError: with the code ``unknown_parameter`` or ``repeated``.
        """
        known = self.query_parameters()
        spellings = set(known) | {f"{name}[]" for name, takes_several in known.items() if takes_several}
        errors: dict[str, list[ErrorDetail]] = {}
        for name, values in self.request.query_params.lists():
            if name not in spellings:
                errors[name] = [ErrorDetail(self.unknown_parameter_message(), code="unknown_parameter")]
            elif len(values) > 1 and not known.get(name.removesuffix("[]")):
                errors[name] = [ErrorDetail("This parameter takes one value. Send it once.", code="repeated")]
        if errors:
            raise ValidationError(errors)

    def unknown_parameter_message(self: Any) -> str:
        """What is wrong, and which query parameters the current action knows."""
        known = ", ".join(self.query_parameters())
        return f"Unknown query parameter of this request. It knows{f': {known}' if known else ' none'}."

    def query_parameters(self: Any) -> dict[str, bool]:
        """The query parameters of the current action, each with whether it takes several values.

        Those of the filter set, of other filter backends and of the pagination class.
        """
        known: dict[str, bool] = {}
        if self.request.method not in SAFE_METHODS or self.action == "retrieve":
            return known
        if not self.detail:
            for backend in self.filter_backends:
                describe: Any = getattr(backend(), "get_schema_operation_parameters", lambda view: [])
                known |= {parameter["name"]: False for parameter in describe(self)}
                filterset_class: Any = getattr(backend(), "get_filterset_class", lambda view, queryset: None)
                filterset = filterset_class(self, self.row_model()._default_manager.all())
                for name, filter_ in filterset.base_filters.items() if filterset else ():
                    known |= parameters_of(name, filter_)
        if self.paginator is not None:
            parameters = self.paginator.get_schema_operation_parameters(self)
            known |= {parameter["name"]: False for parameter in parameters}
        return known
