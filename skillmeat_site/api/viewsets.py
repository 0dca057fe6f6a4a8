"""The verbs of a resource. A viewset of an app says what; this says how."""

import time
from collections.abc import Callable
from functools import cache, partial
from typing import Any, ClassVar

from django.db import connection
from django.db.models import Model, QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.utils.http import parse_etags
from rest_framework import status
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer, Serializer
from rest_framework.viewsets import GenericViewSet

from skillmeat_site.api.exceptions import PreconditionFailed
from skillmeat_site.api.kept_answers import Answer, kept_answers
from skillmeat_site.api.middleware import etag_of
from skillmeat_site.api.pagination import PagePagination
from skillmeat_site.api.renderers import FastJSONRenderer
from skillmeat_site.api.rows import ListQuery, Row, RowQuery
from skillmeat_site.db.compiled import Param, compiled
from skillmeat_site.db.ids import id_field
from skillmeat_site.db.services import RowServices
from skillmeat_site.db.transactions import get, in_transaction, not_found
from skillmeat_site.idempotency.replay import HEADER as IDEMPOTENCY_KEY
from skillmeat_site.idempotency.replay import replay_or_execute

IF_MATCH = "If-Match"
PAGE_PARAMETERS = ("page", "page_size")
# What asks for care, by method.
_GUARDS = {"POST": IDEMPOTENCY_KEY, "PUT": IF_MATCH, "PATCH": IF_MATCH, "DELETE": IF_MATCH}


@cache
def _reader(serializer_class: Callable[..., BaseSerializer]) -> BaseSerializer:
    """What reads all bodies of one shape: making it copies its fields, and reading leaves no trace in it."""
    return serializer_class(error_messages={"null": "The body is null. Send an object."})


class ApiViewSet(GenericViewSet):
    """What every view of the API has in common.

    Attributes:
        permission_model: what a user needs permission on to write; see `ModelPermissions`.
        permission_verb: what permission an action needs where that is not the usual one.
        supports_idempotency_key: whether a POST may have an Idempotency-Key.
        whole: the view of what the rows are a part of, if they have no URL of their own.
        path_models: which model each id in the path belongs to.
        results_key: what the rows are called in the envelope of the list.
        paged_actions: the actions that answer a page.
    """

    permission_model: ClassVar[type[Model]]
    permission_verb: ClassVar[str | None] = None
    supports_idempotency_key: ClassVar[bool] = True
    whole: ClassVar[type["ResourceViewSet"] | None] = None
    path_models: ClassVar[dict[str, type[Model]]] = {}
    results_key: ClassVar[str] = ""
    paged_actions: ClassVar[tuple[str, ...]] = ("list",)
    pagination_class: type[BasePagination] | None = PagePagination
    http_method_names = ["get", "head", "post", "put", "patch", "delete"]
    lookup_url_kwarg = "id"
    # Whatever stands there is looked at by `path_id`, so that its 404 names it.
    lookup_value_regex = "[^/]+"

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Answer a request: a GET from what is kept, others with care if a header asks for it."""
        method, guard = request.method.lower(), _GUARDS.get(request.method)
        around: Callable[..., Any] | None = None
        if method == "get":
            around = partial(self._kept_or_anew, time.monotonic())
        elif (
            guard and guard in request.headers and (self.supports_idempotency_key or guard != IDEMPOTENCY_KEY)
        ):
            around = self._in_one_transaction
        if around and hasattr(self, method):
            setattr(self, method, partial(around, getattr(self, method)))
        return super().dispatch(request, *args, **kwargs)

    def _kept_or_anew(
        self, begun: float, handler: Callable[..., Response], request: Request, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        """What ``handler`` would answer; it is called only if that is not kept.

        What is read inside a transaction may never be committed, so it is not kept.

        Args:
            begun: when the request was, by the monotonic clock.
        """
        state = getattr(request.auth, "database_state", None)
        if state is None or connection.in_atomic_block:
            return handler(request, *args, **kwargs)
        # The encoding is that of the query, as Django reads it.
        query = (request.META.get("QUERY_STRING"), request.encoding)
        key = repr((request.user.pk, request.path_info, *query))

        def make() -> Answer:
            body = FastJSONRenderer().render(handler(request, *args, **kwargs).data)
            return Answer(key, body, etag_of(body), state, begun)

        answer = kept_answers.find_or_make(key, state, make)
        return HttpResponse(
            answer.body, content_type=FastJSONRenderer.media_type, headers={"ETag": answer.etag}
        )

    def _in_one_transaction(
        self, handler: Callable[..., Response], request: Request, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        """What ``handler`` answers; what a header asks for is looked up in the same transaction."""
        carry_out = partial(handler, request, *args, **kwargs)
        if request.method != "POST":
            return in_transaction(lambda: self._if_match(request, carry_out))
        return in_transaction(lambda: replay_or_execute(request, carry_out, self.handle_exception))

    def _if_match(self, request: Request, carry_out: Callable[[], Response]) -> Response:
        """What ``carry_out`` answers; it is undone when the ETag turns out to be another one.

        In this order, since what is refused anyhow is refused whatever the condition says
        (RFC 9110, section 13.2.1).
        """
        etag, wanted = self.locked_etag(), parse_etags(request.headers[IF_MATCH])
        response = carry_out()
        if etag is None:
            raise PreconditionFailed(f"There is no ETag that this could be based on. Send no {IF_MATCH}.")
        if etag not in wanted and wanted != ["*"]:
            raise PreconditionFailed
        return response

    def locked_etag(self) -> str | None:
        """The ETag of what the URL names, or is about a part of; None if that is nothing with one.

        It stays as it is until the transaction ends.

        Raises:
            NotFound: there is no such row.
        """
        view = self.whole or type(self)
        if "id" not in self.kwargs or not issubclass(view, ResourceViewSet):
            return None
        return view(action="retrieve", kwargs={"id": self.kwargs["id"]}).own_locked_etag()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse query parameters that the operation does not know."""
        super().initial(request, *args, **kwargs)
        if not self.action:
            return  # The method is not allowed at all, and 405 says more.
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

    def validated(self, serializer_class: Callable[..., BaseSerializer], data: Any = None) -> dict[str, Any]:
        """The request's body (or ``data``) as ``serializer_class`` has it.

        Raises:
            ValidationError: the body is not of that shape.
        """
        return _reader(serializer_class).run_validation(self.request.data if data is None else data)


class ListMixin:
    """A list that is read in pages.

    Attributes:
        planned_once: see `skillmeat_site.db.compiled.CompiledQuery`.
    """

    planned_once: ClassVar[bool] = False

    def list(self: Any, request: Request, **kwargs: Any) -> Response:
        """A page of the rows. Costs a query for what they are a part of, and those of `ListQuery.page`."""
        if self.whole:
            get(self.whole.permission_model, self.path_id())
        filterset = self.filterset_class(request.query_params, self.queryset)
        values = filterset.validated()
        query = compiled(
            (type(self), *filterset.shape().items()),
            lambda: ListQuery(
                filterset.filter_queryset(self.get_queryset()),
                self.serializer_class,
                matching=filterset.filter_queryset(self.matching()),
                unfiltered=filterset.order_queryset(self.get_queryset()),
                planned_once=self.planned_once,
            ),
        )
        rows = self.paginator.page_of(query, {**values, **self.kwargs}, request)
        return self.get_paginated_response(rows)

    def matching(self: Any) -> QuerySet[Any]:
        """The rows of the list, with no more than what finds and orders them."""
        return self.get_queryset()


class ResourceViewSet(ListMixin, ApiViewSet):
    """A resource with a URL of its own.

    Attributes:
        serializer_class: what clients get, in lists and from writes.
        detail_serializer_class: what they get from the URL of one, when that is more: see
            `representation`.
        create_serializer_class, update_serializer_class: what they send.
        row_services: what writes.
    """

    detail_serializer_class: ClassVar[type[BaseSerializer] | None] = None
    create_serializer_class: ClassVar[type[BaseSerializer]]
    update_serializer_class: ClassVar[type[BaseSerializer]]
    row_services: ClassVar[RowServices]
    serializer_class: type[Serializer[Any]]

    def row(self, id: str) -> Row:
        """The row as clients get it, with everything that is counted. Costs one query.

        Raises:
            NotFound: there is none.
        """
        query = compiled(
            (ResourceViewSet.row, type(self)),
            lambda: RowQuery(self.get_queryset().filter(pk=Param("id")).order_by(), self.serializer_class),
        )
        rows = query.shown({"id": id})
        if not rows:
            raise not_found(self.permission_model, id)
        return rows[0]

    def representation(self) -> Row:
        """What the URL of one row shows.

        Raises:
            NotFound: there is none.
        """
        return self.row(self.path_id())

    def own_locked_etag(self) -> str:
        """See `locked_etag`; made like that of a GET, from the body."""
        self.row_services.lock(self.path_id())
        return etag_of(FastJSONRenderer().render(self.representation()))

    def one(self, id: str, **kwargs: Any) -> Response:
        """The response that shows one row."""
        return Response(self.row(id), **kwargs)

    def created(self, id: str) -> Response:
        """The response to a create: the row, and where it is."""
        location = self.reverse_action("detail", kwargs={"id": id})
        return self.one(id, status=status.HTTP_201_CREATED, headers={"Location": location})

    def create(self, request: Request) -> Response:
        """Create one."""
        return self.created(self.row_services.create(**self.validated(self.create_serializer_class)).pk)

    def retrieve(self, request: Request, id: str) -> Response:
        """Show one."""
        return Response(self.representation())

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
