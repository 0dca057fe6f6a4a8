"""What all viewsets share. They are Django REST Framework's own, with the rules of the HTTP API added."""

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

from django.db.models import Model
from django.http import Http404
from django.urls import NoReverseMatch
from django.utils.http import parse_etags
from rest_framework import mixins
from rest_framework.exceptions import ErrorDetail, NotAuthenticated, ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import GenericViewSet

from skillmeat_site.api.exceptions import PreconditionFailed
from skillmeat_site.api.history import HistoryMixin
from skillmeat_site.api.middleware import etag_of
from skillmeat_site.api.pagination import PagePagination
from skillmeat_site.api.permissions import HOW_TO_AUTHENTICATE
from skillmeat_site.api.query_parameters import CheckQueryParametersMixin
from skillmeat_site.audit.trail import REASON_HEADER, REASON_MAX_LENGTH, change_reason
from skillmeat_site.db.ids import id_field
from skillmeat_site.db.transactions import in_transaction, locked, not_found
from skillmeat_site.idempotency.replay import HEADER as IDEMPOTENCY_KEY
from skillmeat_site.idempotency.replay import replay_or_execute

IF_MATCH = "If-Match"


class ApiViewSet(CheckQueryParametersMixin, GenericViewSet):
    """A `GenericViewSet` whose writes are transactions and whose query parameters are checked.

    A handler of POST, PUT, PATCH or DELETE runs in one transaction together with the response that it
    makes, and is run again when the database asks for that (a deadlock, for example).

    Attributes:
        permission_model: what a user needs permission on to write; the model of the queryset unless set.
        token_scopes: which scopes a token may have; see `allowed_scopes`.
        write_scopes: which ones to write, where those are others.
        permission_verb: ``add``, ``change`` or ``delete`` where an action needs an unusual one.
        supports_idempotency_key: whether a POST may have an Idempotency-Key.
        is_atomic: whether writes run in a transaction of their own.
        parent_viewset: the viewset of ``{id}`` in the URL, for rows that are a part of another one.
        path_models: which model each id in the path belongs to; that of the queryset unless it is there.
        results_key: what the rows are called in the envelope of a list.
    """

    queryset: Any = None
    permission_model: ClassVar[type[Model] | None] = None
    token_scopes: ClassVar[frozenset[str] | None] = None
    write_scopes: ClassVar[frozenset[str] | None] = None
    permission_verb: ClassVar[str | None] = None
    supports_idempotency_key: ClassVar[bool] = True
    is_atomic: ClassVar[bool] = True
    parent_viewset: ClassVar[type["ResourceViewSet"] | None] = None
    path_models: ClassVar[dict[str, type[Model]]] = {}
    results_key: ClassVar[str] = PagePagination.results_key
    pagination_class: type[BasePagination] | None = PagePagination
    http_method_names = ["get", "head", "post", "put", "patch", "delete"]
    lookup_url_kwarg = "id"
    # Anything may stand there: `path_id` answers 404 and names it.
    lookup_value_regex = "[^/]+"

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Handle a request; a write in a transaction."""
        method = request.method.lower()
        if self.is_atomic and request.method not in SAFE_METHODS and hasattr(self, method):
            setattr(self, method, partial(self._in_transaction, getattr(self, method)))
        return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Check the query parameters after everything that DRF checks."""
        if IDEMPOTENCY_KEY in request.headers:
            # A permission may read `request.data`. Django has no body of a request that was read so.
            _ = request._request.body
        super().initial(request, *args, **kwargs)
        # Without an action the method is not allowed at all, and 405 says more.
        if self.action:
            self.check_query_parameters()
            self.check_change_reason()

    def permission_denied(self, request: Request, message: str | None = None, code: str | None = None) -> Any:
        """Refuse the request. A 401 says how to authenticate."""
        if request.authenticators and not request.successful_authenticator:
            raise NotAuthenticated(HOW_TO_AUTHENTICATE)
        return super().permission_denied(request, message, code)

    def _in_transaction(
        self, handler: Callable[..., Response], request: Request, *args: Any, **kwargs: Any
    ) -> Response:
        run = partial(handler, request, *args, **kwargs)
        if request.method == "POST" and self._has_idempotency_key(request):
            # With audit records of its own: what a refused request wrote is rolled back with them.
            run = partial(replay_or_execute, request, partial(in_transaction, run), self.handle_exception)
        elif request.method != "POST" and IF_MATCH in request.headers:
            run = partial(self._if_match, run)
        return in_transaction(run)

    def _has_idempotency_key(self, request: Request) -> bool:
        """Whether the response is stored for the user. It would be anybody's who is not logged in."""
        is_sent = IDEMPOTENCY_KEY in request.headers
        return is_sent and self.supports_idempotency_key and request.user.is_authenticated

    def _if_match(self, run: Callable[[], Response]) -> Response:
        """The response of ``run``; it is rolled back when the ETag turns out to be another one.

        In this order, since a request that fails anyhow fails whatever the condition says
        (RFC 9110, section 13.2.1).
        """
        etag = self.locked_etag()
        # A proxy that compresses a response makes its ETag weak, and the client knows no other.
        wanted = [tag.removeprefix("W/") for tag in parse_etags(self.request.headers[IF_MATCH])]
        response = run()
        if etag is None:
            raise PreconditionFailed(f"This URL has no ETag. Send no {IF_MATCH}.")
        if etag not in wanted and wanted != ["*"]:
            raise PreconditionFailed
        return response

    def locked_etag(self) -> str | None:
        """The ETag of the GET of ``{id}`` in the URL, which is locked until the transaction ends.

        Returns:
            None if the URL names no resource that has one.

        Raises:
            NotFound: there is no such row.
        """
        viewset = self.parent_viewset or type(self)
        if "id" not in self.kwargs or not issubclass(viewset, ResourceViewSet):
            return None
        view = self._view_of_id(viewset)
        view.lock_object()
        body: Any = self.request.accepted_renderer.render(view.retrieve(self.request, **view.kwargs).data)
        return etag_of(body)

    def check_change_reason(self) -> None:
        """Refuse a reason of a write that the audit trail could not keep.

        Raises:
            ValidationError: with the code ``max_length``.
        """
        reason = change_reason(self.request._request)
        if self.request.method not in SAFE_METHODS and len(reason or "") > REASON_MAX_LENGTH:
            message = f"Send at most {REASON_MAX_LENGTH} characters in {REASON_HEADER}."
            raise ValidationError({REASON_HEADER: [ErrorDetail(message, code="max_length")]})

    @property
    def paginator(self) -> Any:
        """The paginator of this list; ours knows what the rows are called."""
        paginator = super().paginator
        if isinstance(paginator, PagePagination):
            paginator.results_key = self.results_key
        return paginator

    def path_model(self, name: str = "id") -> type[Model]:
        """The model that an id in the path belongs to."""
        return self.path_models.get(name) or self.row_model()

    def row_model(self) -> type[Model]:
        """The model of the rows. Without a user, as for the OpenAPI document, ``get_queryset`` may fail."""
        return (self.get_queryset() if self.queryset is None else self.queryset).model

    def path_id(self, name: str = "id") -> str:
        """An id from the path.

        Raises:
            NotFound: it has the wrong shape, so it cannot name anything.
        """
        model, value = self.path_model(name), self.kwargs[name]
        is_id = self.lookup_field in ("pk", id_field(model).name)
        if is_id and not id_field(model).is_well_formed(value):
            raise not_found(model, value)
        return value

    def get_object(self) -> Any:
        """The row that the URL names, if the user may see it. Costs one query.

        Raises:
            NotFound: there is none; the message names it.
        """
        name = self.lookup_url_kwarg or self.lookup_field
        value = self.path_id(name)
        try:
            return super().get_object()
        except Http404:
            raise not_found(self.path_model(name), value) from None

    def get_parent(self) -> Any:
        """The row that ``{id}`` in the URL of a part names, if the user may see it. Costs one query.

        Raises:
            NotFound: there is none.
            PermissionDenied: its own view refuses it.
        """
        assert self.parent_viewset is not None
        return self._view_of_id(self.parent_viewset).get_object()

    def _view_of_id(self, viewset: type["ResourceViewSet"]) -> "ResourceViewSet":
        """The view that would show what ``{id}`` in the URL names."""
        kwargs = {"id": self.kwargs["id"]}
        return viewset(
            request=self.request, args=(), kwargs=kwargs, format_kwarg=None, action="retrieve", detail=True
        )

    def validated(self, serializer_class: type[BaseSerializer], data: Any = None) -> dict[str, Any]:
        """The request's body (or ``data``), validated by ``serializer_class``.

        Raises:
            ValidationError: the body is not of that shape.
        """
        serializer = serializer_class(
            data=self.request.data if data is None else data, context=self.get_serializer_context()
        )
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data


class ResourceViewSet(
    HistoryMixin,
    mixins.CreateModelMixin,
    mixins.RetrieveModelMixin,
    mixins.UpdateModelMixin,
    mixins.DestroyModelMixin,
    mixins.ListModelMixin,
    ApiViewSet,
):
    """A `ModelViewSet` of a resource with a URL of its own. PUT changes what is sent, as PATCH does.

    Attributes:
        serializer_class: what clients get, in lists and from writes.
        detail_serializer_class: what they get from the URL of one row, when that is more.
        create_serializer_class, update_serializer_class: what they send, when that is different.
    """

    detail_serializer_class: ClassVar[type[BaseSerializer] | None] = None
    create_serializer_class: ClassVar[type[BaseSerializer] | None] = None
    update_serializer_class: ClassVar[type[BaseSerializer] | None] = None

    def get_serializer_class(self) -> type[BaseSerializer]:
        """The serializer of the current action."""
        by_action = {
            "retrieve": self.detail_serializer_class,
            "create": self.create_serializer_class,
            "update": self.update_serializer_class,
            "partial_update": self.update_serializer_class,
        }
        return by_action.get(self.action) or super().get_serializer_class()

    def update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change what is sent and leave the rest."""
        return super().update(request, *args, **kwargs | {"partial": True})

    def get_success_headers(self, data: Any) -> dict[str, str]:
        """Where the created row is."""
        try:
            return {"Location": self.reverse_action("detail", kwargs={self.lookup_url_kwarg: data["id"]})}
        except (TypeError, KeyError, NoReverseMatch):
            return {}

    def lock_object(self) -> Any:
        """Lock what the URL names until the transaction ends, and whatever a write of it locks before.

        Raises:
            NotFound: there is no such row.
        """
        return locked(self.path_model(), self.path_id())
