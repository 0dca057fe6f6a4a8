"""Logging in and out, and into the admin."""

import secrets
from typing import Any

from django.contrib import admin
from django.contrib.auth import authenticate
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from skillmeat_site.accounts.authentication import CHALLENGES
from skillmeat_site.accounts.forms import THROTTLED
from skillmeat_site.accounts.models import ApiToken, ApiTokenQuerySet, derived_key
from skillmeat_site.accounts.serializers import (
    LoginResponseSerializer,
    LoginSerializer,
    TokenCreatedResponseSerializer,
    TokenCreateSerializer,
    TokenResponseSerializer,
    UserResponseSerializer,
)
from skillmeat_site.accounts.throttling import LoginThrottle
from skillmeat_site.api.permissions import ALL_SCOPES, IsAuthenticatedInScope, TokenScope
from skillmeat_site.api.viewsets import ApiViewSet


class AuthViewSet(ApiViewSet):
    """``/auth``"""

    queryset = ApiToken.objects.none()
    serializer_class = UserResponseSerializer
    pagination_class = None
    filter_backends = ()
    # A token must not be stored, and the logout of one session must not be replayed to another.
    supports_idempotency_key = False
    # Checking a password takes long, and a transaction would hold up all writers on SQLite.
    is_atomic = False
    permission_classes = [IsAuthenticatedInScope]

    def get_authenticate_header(self, request: Request) -> str:
        """Login authenticates nobody, and yet its 401 must say how it is done."""
        return CHALLENGES

    @extend_schema(
        operation_id="login",
        summary="Log in",
        request=LoginSerializer,
        responses={200: LoginResponseSerializer},
        auth=[],
    )
    @action(
        detail=False,
        methods=["post"],
        authentication_classes=[],
        permission_classes=[AllowAny],
        throttle_classes=[LoginThrottle],
    )
    def login(self, request: Request) -> Response:
        """A new token for the user: send it as `Authorization: Bearer <token>`.

        At most ten attempts a minute per address and user name.
        """
        body = self.validated(LoginSerializer)
        user = authenticate(request, username=body["username"], password=body["password"])
        if user is None:
            raise AuthenticationFailed("Wrong user name or password.", code="invalid_credentials")
        ApiToken.objects.filter(user_id=user.pk, expires_at__lt=timezone.now()).delete()
        token, key = ApiToken.objects.issue(user, name=body.get("token_name", "login"))
        session: dict[str, Any] = {"token": key, "expiry": token.expires_at, "user": user}
        # No cache on the way may keep a key.
        return Response(LoginResponseSerializer(session).data, headers={"Cache-Control": "no-store"})

    @extend_schema(operation_id="logout", summary="Log out", request=None, responses={204: None})
    @action(detail=False, methods=["post"], token_scopes=ALL_SCOPES)
    def logout(self, request: Request) -> Response:
        """The token of this request is useless from now on."""
        # A client that is authenticated otherwise, as by `force_authenticate`, has none.
        ApiToken.objects.filter(pk=getattr(request.auth, "pk", None)).revoke()
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        operation_id="logoutAll", summary="Log out everywhere", request=None, responses={204: None}
    )
    @action(detail=False, methods=["post"])
    def logoutall(self, request: Request) -> Response:
        """All tokens of the user are useless from now on."""
        ApiToken.objects.filter(user=request.user.pk).revoke()
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(operation_id="getCurrentUser", summary="Show who I am", responses=UserResponseSerializer)
    @action(detail=False, methods=["get"], token_scopes=ALL_SCOPES)
    def me(self, request: Request) -> Response:
        """The user behind the token, and what they may do."""
        return Response(UserResponseSerializer(request.user).data)


class TokenViewSet(mixins.ListModelMixin, ApiViewSet):
    """``/auth/tokens``: one's own."""

    queryset = ApiToken.objects.none()
    results_key = "tokens"
    lookup_field = "public_id"
    filter_backends = ()
    serializer_class = TokenResponseSerializer
    permission_classes = [IsAuthenticatedInScope]
    token_scopes = frozenset({TokenScope.FULL})

    def get_queryset(self) -> ApiTokenQuerySet:
        """Those of the user that open the API now."""
        return ApiToken.objects.valid().filter(user=self.request.user.pk)

    @extend_schema(operation_id="listTokens", summary="List my tokens")
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Those that are valid, the newest first, without their keys."""
        return super().list(request, *args, **kwargs)

    @extend_schema(
        operation_id="createToken",
        summary="Create a token",
        request=TokenCreateSerializer,
        responses={201: TokenCreatedResponseSerializer},
    )
    def create(self, request: Request) -> Response:
        """For a script, a CI step or another client. Its key is shown in this response only."""
        user: Any = request.user
        nonce = secrets.token_urlsafe(32)
        token, _ = ApiToken.objects.issue(
            user, key=derived_key(nonce), **self.validated(TokenCreateSerializer)
        )
        body = TokenResponseSerializer(token, context=self.get_serializer_context()).data
        # Not yet the key: with an Idempotency-Key this is stored.
        return Response({**body, "nonce": nonce}, status=status.HTTP_201_CREATED)

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Show the key of a new token, in a response that is sent again too."""
        if response.status_code == status.HTTP_201_CREATED:
            response.data["token"] = derived_key(response.data.pop("nonce"))
            # No cache on the way may keep it.
            response["Cache-Control"] = "no-store"
        return super().finalize_response(request, response, *args, **kwargs)

    @extend_schema(operation_id="deleteToken", summary="Revoke a token", responses={204: None})
    def destroy(self, request: Request, id: str) -> Response:
        """It is useless from now on."""
        ApiToken.objects.filter(pk=self.get_object().pk).revoke()
        return Response(status=status.HTTP_204_NO_CONTENT)


def admin_login(request: HttpRequest) -> HttpResponse:
    """The admin's login page; 429 with ``Retry-After`` when there were too many attempts."""
    response = admin.site.login(request)
    form = (getattr(response, "context_data", None) or {}).get("form")
    if form and form.has_error(NON_FIELD_ERRORS, THROTTLED):
        response.status_code = status.HTTP_429_TOO_MANY_REQUESTS
        response["Retry-After"] = str(form.retry_after)
    return response
