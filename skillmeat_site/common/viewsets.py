"""The verbs of a resource. A viewset of an app says what; this says how."""

from typing import Any, ClassVar

from django.db.models import Model
from rest_framework import status
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.mixins import ListModelMixin
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import GenericViewSet

from skillmeat_site.common.db import not_found
from skillmeat_site.common.ids import id_field
from skillmeat_site.common.pagination import PagePagination
from skillmeat_site.common.services import RowServices

PAGE_PARAMETERS = ("page", "page_size")


class ApiViewSet(GenericViewSet):
    """What every view of the API has in common.

    Attributes:
        permission_model: what a user needs permission on to write; see `ModelPermissions`.
        permission_verb: what permission an action needs where that is not the usual one.
        is_part: the rows are part of ``permission_model`` rather than rows of it.
        path_models: which model each id in the path belongs to.
        results_key: what the rows are called in the envelope of the list.
        paged_actions: the actions that answer a page.
    """

    permission_model: ClassVar[type[Model]]
    permission_verb: ClassVar[str | None] = None
    is_part: ClassVar[bool] = False
    path_models: ClassVar[dict[str, type[Model]]] = {}
    results_key: ClassVar[str] = ""
    paged_actions: ClassVar[tuple[str, ...]] = ("list",)
    pagination_class: type[BasePagination] | None = PagePagination
    http_method_names = ["get", "head", "post", "put", "patch", "delete"]
    lookup_url_kwarg = "id"
    # Whatever stands there is looked at by `path_id`, so that its 404 names it.
    lookup_value_regex = "[^/]+"

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse query parameters that the operation does not know."""
        super().initial(request, *args, **kwargs)
        known = self.query_parameters()
        unknown = [name for name in request.query_params if name not in known]
        if unknown:
            allowed = f"It knows: {', '.join(known)}." if known else "It knows none."
            error = ErrorDetail(
                f"Unknown query parameter of this request. {allowed}", code="unknown_parameter"
            )
            raise ValidationError({name: [error] for name in unknown})

    def query_parameters(self) -> tuple[str, ...]:
        """The query parameters of the current action."""
        if self.action not in self.paged_actions:
            return ()
        filterset = getattr(self, "filterset_class", None) if self.action == "list" else None
        return (*(filterset.base_filters if filterset else ()), *PAGE_PARAMETERS)

    @property
    def paginator(self) -> Any:
        """The paginator of this list, which knows what the rows are called."""
        paginator = super().paginator
        if isinstance(paginator, PagePagination):
            paginator.results_key = self.results_key
        return paginator

    def path_id(self, name: str = "id") -> str:
        """An id from the path.

        Raises:
            NotFound: it has the wrong shape, so it cannot name anything.
        """
        model, value = self.path_models[name], self.kwargs[name]
        if not id_field(model).is_well_formed(value):
            raise not_found(model, value)
        return value

    def validated(self, serializer_class: type[BaseSerializer], data: Any = None) -> dict[str, Any]:
        """The request's body (or ``data``) as ``serializer_class`` has it.

        Raises:
            ValidationError: the body is not of that shape.
        """
        serializer = serializer_class(data=self.request.data if data is None else data)
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data


class ResourceViewSet(ListModelMixin, ApiViewSet):
    """A resource with a URL of its own.

    Attributes:
        serializer_class: what clients get, in lists and from writes.
        detail_serializer_class: what they get from the URL of one, when that is more.
        create_serializer_class, update_serializer_class: what they send.
        row_services: what writes.
    """

    detail_serializer_class: ClassVar[type[BaseSerializer] | None] = None
    create_serializer_class: ClassVar[type[BaseSerializer]]
    update_serializer_class: ClassVar[type[BaseSerializer]]
    row_services: ClassVar[RowServices]

    def fetch(self, id: str) -> Any:
        """The row as clients get it, with everything that is counted.

        Raises:
            NotFound: there is none.
        """
        queryset = self.get_queryset()
        row = queryset.filter(pk=id).first()
        if row is None:
            raise not_found(queryset.model, id)
        return row

    def one(self, id: str, **kwargs: Any) -> Response:
        """The response that shows one row."""
        return Response(self.get_serializer(self.fetch(id)).data, **kwargs)

    def created(self, id: str) -> Response:
        """The response to a create: the row, and where it is."""
        location = self.reverse_action("detail", kwargs={"id": id})
        return self.one(id, status=status.HTTP_201_CREATED, headers={"Location": location})

    def create(self, request: Request) -> Response:
        """Create one."""
        return self.created(self.row_services.create(**self.validated(self.create_serializer_class)).pk)

    def retrieve(self, request: Request, id: str) -> Response:
        """Show one."""
        serializer_class = self.detail_serializer_class or self.get_serializer_class()
        return Response(serializer_class(self.fetch(self.path_id())).data)

    def update(self, request: Request, id: str) -> Response:
        """Change what is sent and leave the rest."""
        changes = self.validated(self.update_serializer_class)
        return self.one(self.row_services.update(id=self.path_id(), **changes).pk)

    def partial_update(self, request: Request, id: str) -> Response:
        """The same as `update`."""
        return self.update(request, id)

    def destroy(self, request: Request, id: str) -> Response:
        """Delete one."""
        self.row_services.delete(id=self.path_id())
        return Response(status=status.HTTP_204_NO_CONTENT)
